//! `portcullis-componentize --package gpu-budget-check --out target/plugins`, or with the folder of a plugin in any
//! language instead of the package.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use portcullis_componentize::{Build, BuildError, Project};

/// Build portcullis plugins into WebAssembly components.
#[derive(Parser)]
struct Arguments {
    /// Folder of a plugin in Rust, JavaScript, Python or C; may be given several times.
    #[arg(required_unless_present = "package")]
    folder: Vec<PathBuf>,
    /// Package of this workspace to build; may be given several times.
    #[arg(long)]
    package: Vec<String>,
    /// Folder for the components.
    #[arg(long, default_value = "target/plugins")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let Arguments {
        folder: folders,
        package: packages,
        out,
    } = Arguments::parse();
    let of_packages = packages.into_iter().map(|package| {
        let build = Build {
            workspace: PathBuf::from("."),
            package,
            out: out.clone(),
        };
        build.run()
    });
    let of_folders = folders
        .iter()
        .map(|folder| Project::open(folder)?.build(&out));
    for built in of_packages.chain(of_folders) {
        if !said(built) {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Prints the component's path, or why there is none.
fn said(built: Result<PathBuf, BuildError>) -> bool {
    match built {
        Ok(path) => writeln!(io::stdout(), "{}", path.display()).is_ok(),
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            false
        }
    }
}
