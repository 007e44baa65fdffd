//! Puts the templates of `portcullis plugin new` and the pages of diagnostics into the program, so that it needs no
//! checkout.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const TEMPLATES: &str = "../sdk/templates";
const DIAGNOSTICS: &str = "../docs/diagnostics";
/// What building and testing leaves in a project; the `.gitignore` of the templates names the same.
const MADE: [&str; 8] = [
    ".venv",
    "__pycache__",
    "bindings",
    "build",
    "deps",
    "dist",
    "node_modules",
    "target",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={TEMPLATES}");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(TEMPLATES);
    let mut files = BTreeMap::new();
    collect(&root, "", &mut files)?;
    let mut source = String::from("&[\n");
    for (name, path) in files {
        // `<language>/<world>/<file>`; what lies above is for readers of the repository.
        if name.matches('/').count() >= 2 {
            let path = path.canonicalize()?;
            writeln!(
                source,
                "    ({name:?}, include_bytes!({:?})),",
                path.display().to_string()
            )?;
        }
    }
    source.push(']');
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("templates.rs"),
        source,
    )?;
    diagnostics()
}

/// Each page by its code, which is its name.
fn diagnostics() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DIAGNOSTICS}");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(DIAGNOSTICS);
    let mut files = BTreeMap::new();
    collect(&root, "", &mut files)?;
    let mut source = String::from("&[\n");
    for (name, path) in files {
        let Some(code) = name.strip_suffix(".md").filter(|code| *code != "README") else {
            continue;
        };
        let path = path.canonicalize()?.display().to_string();
        writeln!(source, "    ({code:?}, include_str!({path:?})),")?;
    }
    source.push(']');
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("diagnostics.rs"),
        source,
    )?;
    Ok(())
}

fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, PathBuf>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let whole = format!("{prefix}{name}");
        if !entry.file_type()?.is_dir() {
            files.insert(whole, entry.path());
        } else if !MADE.contains(&name.as_str()) {
            collect(&entry.path(), &format!("{whole}/"), files)?;
        }
    }
    Ok(())
}
