//! The contract that plugins are built against, laid into a project that has none of its own.

use std::fs;
use std::path::Path;

use crate::BuildError;

/// `sdk/wit/v0.1`, as it was when this program was built.
const FILES: [(&str, &str); 4] = [
    ("types.wit", include_str!("../../wit/v0.1/types.wit")),
    ("host.wit", include_str!("../../wit/v0.1/host.wit")),
    ("guest.wit", include_str!("../../wit/v0.1/guest.wit")),
    ("worlds.wit", include_str!("../../wit/v0.1/worlds.wit")),
];

/// Where tools of the component model look for the packages that a world names.
const FOLDER: &str = "wit/deps/portcullis-plugin";

/// Writes the contract into `wit/deps` of a project. What lies there is replaced: it is nobody's source.
pub(crate) fn lay(project: &Path) -> Result<(), BuildError> {
    let folder = project.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|source| BuildError::file(&folder, source))?;
    for (name, text) in FILES {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| BuildError::file(&path, source))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::FILES;

    #[test]
    fn every_file_of_the_contract_is_laid() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/v0.1");
        let mut found: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut laid: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        found.sort_unstable();
        laid.sort_unstable();
        assert_eq!(found, laid);
    }
}
