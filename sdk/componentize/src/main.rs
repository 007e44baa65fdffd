//! `portcullis-componentize --package gpu-budget-check --out target/plugins`

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use portcullis_componentize::Build;

/// Build portcullis plugin crates into WebAssembly components.
#[derive(Parser)]
struct Arguments {
    /// Package to build; may be given several times.
    #[arg(long, required = true)]
    package: Vec<String>,
    /// Folder for the components.
    #[arg(long, default_value = "target/plugins")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let Arguments {
        package: packages,
        out,
    } = Arguments::parse();
    for package in packages {
        let build = Build {
            workspace: PathBuf::from("."),
            package,
            out: out.clone(),
        };
        let line = match build.run() {
            Ok(path) => writeln!(io::stdout(), "{}", path.display()),
            Err(error) => {
                let _ = writeln!(io::stderr(), "{error}");
                return ExitCode::FAILURE;
            }
        };
        if line.is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
