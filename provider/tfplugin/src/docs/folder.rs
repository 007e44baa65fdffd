//! Pages as files.

use std::io;
use std::path::Path;

use super::Pages;

/// The folders that hold nothing but generated pages.
const GENERATED: [&str; 6] = [
    "actions",
    "data-sources",
    "ephemeral-resources",
    "functions",
    "list-resources",
    "resources",
];

/// Writes `pages` below `folder`, and removes generated pages of what is not there any more.
///
/// # Errors
/// When a file or folder cannot be written.
pub fn write(folder: &Path, pages: &Pages) -> io::Result<()> {
    for path in generated(folder)?
        .iter()
        .filter(|path| !pages.contains_key(*path))
    {
        std::fs::remove_file(folder.join(path))?;
    }
    for (path, text) in pages {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// The paths of pages below `folder` that are missing, are not as generated, or should not be there.
///
/// # Errors
/// When a file or folder that is there cannot be read.
pub fn stale(folder: &Path, pages: &Pages) -> io::Result<Vec<String>> {
    let mut stale = Vec::new();
    for (path, text) in pages {
        match std::fs::read_to_string(folder.join(path)) {
            Ok(there) if there == *text => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => stale.push(path.clone()),
        }
    }
    stale.extend(
        generated(folder)?
            .into_iter()
            .filter(|path| !pages.contains_key(path)),
    );
    Ok(stale)
}

fn generated(folder: &Path) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for name in GENERATED {
        let entries = match folder.join(name).read_dir() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let file_name = entry?.file_name().into_string().unwrap_or_default();
            if file_name.ends_with(".md") {
                paths.push(format!("{name}/{file_name}"));
            }
        }
    }
    paths.sort();
    Ok(paths)
}
