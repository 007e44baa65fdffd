//! Puts the templates of `portcullis plugin new` into the program, so that it needs no checkout of the SDK.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const TEMPLATES: &str = "../sdk/templates";
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
