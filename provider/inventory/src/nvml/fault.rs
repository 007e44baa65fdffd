//! Why NVML does not answer.

use std::fmt;

use nvml_wrapper::error::NvmlError;
use portcullis_model::Reason;
use serde::Serialize;

/// Why NVML does not answer; displays as a whole diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum NvmlFault {
    /// The library cannot be loaded.
    NoLibrary {
        /// What was loaded: a path, or the name that the system's loader looks up.
        library: String,
        /// What the loader says.
        detail: String,
    },
    /// The library is there and the kernel driver is not.
    NoDriver,
    /// The library and the kernel driver are of different versions.
    VersionMismatch,
    /// This user may not ask.
    NoPermission {
        /// What was asked.
        call: &'static str,
    },
    /// The device fell off the bus, or needs a reset before it answers.
    LostDevice {
        /// What was asked.
        call: &'static str,
    },
    /// The library is too old for a call that is needed.
    NoSymbol {
        /// What was asked.
        call: &'static str,
    },
    /// Any other answer.
    Failed {
        /// What was asked.
        call: &'static str,
        /// What the library says.
        detail: String,
    },
}

impl NvmlFault {
    /// Tells errors apart that need different remedies.
    pub(super) fn of(call: &'static str, error: &NvmlError) -> Self {
        match error {
            NvmlError::DriverNotLoaded => Self::NoDriver,
            NvmlError::LibRmVersionMismatch => Self::VersionMismatch,
            NvmlError::NoPermission | NvmlError::OperatingSystem => Self::NoPermission { call },
            NvmlError::GpuLost | NvmlError::ResetRequired => Self::LostDevice { call },
            NvmlError::FailedToLoadSymbol(_) | NvmlError::FunctionNotFound => {
                Self::NoSymbol { call }
            }
            other => Self::Failed {
                call,
                detail: other.to_string(),
            },
        }
    }

    /// The fault as a diagnostic.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let (code, summary, found, remedy) = self.words();
        Reason {
            code: code.into(),
            summary: summary.into(),
            asked: "Asked NVML for the GPUs of this host.".into(),
            found,
            remedy: remedy.into(),
        }
    }

    fn words(&self) -> (&'static str, &'static str, String, &'static str) {
        match self {
            Self::NoLibrary { library, detail } => (
                "nvml-library-missing",
                "NVML library cannot be loaded",
                format!("`{library}` cannot be loaded: {}.", detail.escape_debug()),
                "Install the NVIDIA driver on this host, or run where the GPUs are; a container needs the \
                 library mounted.",
            ),
            Self::NoDriver => (
                "nvml-driver-not-loaded",
                "NVIDIA driver is not loaded",
                "The library is installed and the kernel driver does not answer.".into(),
                "Load the driver (`modprobe nvidia`) or install the one for this kernel.",
            ),
            Self::VersionMismatch => (
                "nvml-version-mismatch",
                "NVIDIA driver and library versions differ",
                "The library and the loaded kernel driver are of different versions, mostly after an update."
                    .into(),
                "Restart the host, or reload the driver.",
            ),
            Self::NoPermission { call } => (
                "nvml-no-permission",
                "NVML refuses this user",
                format!("`{call}` was refused."),
                "Run as a user who may open `/dev/nvidia*`; in a container, grant the devices.",
            ),
            Self::LostDevice { call } => (
                "nvml-device-lost",
                "GPU is lost",
                format!("`{call}` found that the device fell off the bus or needs a reset."),
                "Reset the device or restart the host.",
            ),
            Self::NoSymbol { call } => (
                "nvml-too-old",
                "NVML library is too old",
                format!("The library does not have `{call}`."),
                "Update the NVIDIA driver.",
            ),
            Self::Failed { call, detail } => (
                "nvml-call-failed",
                "NVML call failed",
                format!("`{call}` failed: {}.", detail.escape_debug()),
                "Compare with what `nvidia-smi` says on this host.",
            ),
        }
    }
}

impl fmt::Display for NvmlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl std::error::Error for NvmlFault {}
