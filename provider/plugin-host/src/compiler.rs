//! Compiling a component, which is work on bytes that nobody here wrote.
//!
//! A component of a few kilobytes can keep a compiler busy for minutes or make it take all memory, and upstream counts
//! that as no vulnerability. Therefore the provider compiles in a child process: the same program with another verb, with
//! limits on time and memory, without environment, and with no way to write a file. What it gives back is code that the
//! provider will run, exactly as if the provider had compiled it: the child takes away the power to hold up, not the
//! need to trust the compiler.

mod child;
mod limited;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use wasmtime::Engine;

pub use child::compile_main;

use crate::error::PluginError;
use crate::limits::Limits;
use crate::text::visible;

/// Bytes of compiled code.
const CODE_BYTES: u64 = 192 * MIB;
const MIB: u64 = 1024 * 1024;
/// Bytes of the compiler's own words in an error.
const WORDS_BYTES: usize = 1024;

/// Where components are compiled.
#[derive(Clone, Debug, Default)]
pub enum Compiler {
    /// In a child process within the host's limits: `program` with `arguments`, which calls [`compile_main`] before
    /// anything else.
    Child {
        /// A program that was built from the same sources as this one.
        program: PathBuf,
        /// What makes it call [`compile_main`].
        arguments: Vec<OsString>,
    },
    /// In this process and without limits: for the tests of plugins that one wrote oneself.
    #[default]
    InProcess,
}

/// Why there is no compiled code.
#[derive(Debug)]
pub(crate) enum NotCompiled {
    /// The component is at fault, in the compiler's words.
    Invalid(String),
    /// It takes more than that limit.
    Limit {
        limit: &'static str,
        allowed: String,
    },
    /// The compiler itself came to no end of its own.
    Broken(String),
}

impl Compiler {
    /// First argument of a program that is to call [`compile_main`], as [`Compiler::this_program`] starts it.
    pub const VERB: &str = "compile-plugin";

    /// In a child process that runs this program, which calls [`compile_main`] when its first argument is
    /// [`Compiler::VERB`].
    #[must_use]
    pub fn this_program() -> Self {
        Self::Child {
            // Without /proc, and only there, the path may be unknown; the child then fails to start and says so.
            program: env::current_exe().unwrap_or_default(),
            arguments: vec![Self::VERB.into()],
        }
    }

    /// The compiled form of a component, for an engine with the settings of this crate.
    pub(crate) fn compile(
        &self,
        engine: &Engine,
        binary: &[u8],
        limits: &Limits,
    ) -> Result<Vec<u8>, NotCompiled> {
        match self {
            Self::Child { program, arguments } => {
                limited::compile(program, arguments, binary, limits)
            }
            Self::InProcess => engine
                .precompile_component(binary)
                .map_err(|error| NotCompiled::Invalid(error.root_cause().to_string())),
        }
    }
}

impl NotCompiled {
    /// The diagnostic about that plugin.
    pub(crate) fn told(self, plugin: &str) -> PluginError {
        let plugin = plugin.to_owned();
        match self {
            Self::Invalid(reason) => PluginError::Invalid {
                plugin,
                reason: format!(
                    "its code is not valid WebAssembly for this sandbox: {}",
                    visible(&reason, WORDS_BYTES)
                ),
            },
            Self::Limit { limit, allowed } => PluginError::Limit {
                plugin,
                limit,
                allowed,
                after: String::new(),
                remedy: "Do not use this plugin, or report this to its author: ordinary plugins compile in seconds."
                    .to_owned(),
            },
            Self::Broken(reason) => PluginError::Sandbox {
                plugin,
                reason: format!("the compiler {}", visible(&reason, WORDS_BYTES)),
            },
        }
    }
}
