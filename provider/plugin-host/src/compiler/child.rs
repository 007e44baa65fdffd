//! The child's side: limits itself, reads a component, writes its compiled form.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use nix::sys::resource::{Resource, setrlimit};
use wasmtime::Engine;

use crate::limits::Limits;
use crate::sandbox::config;

/// Threads that compile side by side: each takes address space, so a large machine gets no more than this.
const THREADS: u64 = 4;

/// Exit code of a component that is not valid; what is wrong with it stands on standard error.
pub(super) const INVALID: u8 = 3;

/// What a program does that [`Compiler::Child`](crate::Compiler::Child) names: compiles the component on standard input
/// to standard output, within limits that it sets for itself. To be called before anything else.
#[must_use]
pub fn compile_main() -> ExitCode {
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.code();
            // A reader that is gone wants no reason.
            let _ = io::stderr().write_all(error.reason().as_bytes());
            ExitCode::from(code)
        }
    }
}

enum Failed {
    Invalid(String),
    Broken(String),
}

impl Failed {
    fn code(&self) -> u8 {
        match self {
            Self::Invalid(_) => INVALID,
            Self::Broken(_) => 1,
        }
    }

    fn reason(self) -> String {
        match self {
            Self::Invalid(reason) | Self::Broken(reason) => reason,
        }
    }
}

fn compile() -> Result<(), Failed> {
    let [memory_bytes, seconds] =
        arguments().ok_or_else(|| Failed::Broken("was started without its limits".to_owned()))?;
    limit(memory_bytes, seconds)
        .map_err(|errno| Failed::Broken(format!("cannot set its limits: {errno}")))?;
    let broken = |error: io::Error| Failed::Broken(format!("lost its caller: {error}"));
    let mut binary = Vec::new();
    io::stdin().read_to_end(&mut binary).map_err(broken)?;
    let engine =
        Engine::new(&config()).map_err(|error| Failed::Broken(format!("cannot start: {error}")))?;
    let code = engine
        .precompile_component(&binary)
        .map_err(|error| Failed::Invalid(error.root_cause().to_string()))?;
    io::stdout().write_all(&code).map_err(broken)
}

/// No file, no crash dump, and no more time and memory than a compilation needs. Time is that of all threads together,
/// as the last resort of a child whose caller is gone; a caller that lives stops it earlier.
fn limit(memory_bytes: u64, seconds: u64) -> nix::Result<()> {
    let fixed = |resource, value: u64| setrlimit(resource, value, value);
    fixed(Resource::RLIMIT_CORE, 0)?;
    fixed(Resource::RLIMIT_FSIZE, 0)?;
    fixed(Resource::RLIMIT_AS, memory_bytes)?;
    let seconds = seconds.saturating_mul(THREADS);
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds.saturating_add(1))?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    Ok(())
}

/// The last two arguments, as [`limits`] wrote them.
fn arguments() -> Option<[u64; 2]> {
    let words: Vec<String> = env::args().collect();
    let [.., memory_bytes, seconds] = words.as_slice() else {
        return None;
    };
    Some([memory_bytes.parse().ok()?, seconds.parse().ok()?])
}

/// What is said to the child after the arguments that make it a compiler: bytes of memory, and seconds.
pub(super) fn limits(limits: &Limits) -> [String; 2] {
    let seconds = limits.compile_time.as_millis().div_ceil(1000);
    [limits.compile_memory_bytes.to_string(), seconds.to_string()]
}

/// What the child finds in its environment; nothing else does it inherit.
pub(super) fn environment() -> [(&'static str, String); 2] {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    [
        ("RAYON_NUM_THREADS", cores.min(THREADS).to_string()),
        // Each further arena of glibc reserves 64 MiB of address space.
        ("MALLOC_ARENA_MAX", "2".to_owned()),
    ]
}
