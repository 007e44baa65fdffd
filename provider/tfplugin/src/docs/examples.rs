//! Examples that pages quote.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Example files by their path below the examples folder, such as `resources/acme_thing/resource.tf`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examples(BTreeMap<String, String>);

/// The folders that hold examples for pages.
const FOLDERS: [&str; 7] = [
    "actions",
    "data-sources",
    "ephemeral-resources",
    "functions",
    "list-resources",
    "provider",
    "resources",
];

impl Examples {
    /// Reads the examples below `folder`. One that does not exist holds none.
    ///
    /// # Errors
    /// When a folder or file that is there cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        for name in FOLDERS {
            found.read_folder(&folder.join(name), name)?;
        }
        Ok(found)
    }

    fn read_folder(&mut self, folder: &Path, name: &str) -> io::Result<()> {
        let entries = match folder.read_dir() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(file_name) = entry.file_name().into_string() else {
                continue;
            };
            let name = format!("{name}/{file_name}");
            let is_example = [".tf", ".hcl", ".sh"]
                .iter()
                .any(|end| file_name.ends_with(end));
            if entry.file_type()?.is_dir() {
                self.read_folder(&entry.path(), &name)?;
            } else if is_example {
                self.0.insert(name, std::fs::read_to_string(entry.path())?);
            }
        }
        Ok(())
    }

    /// The text of the example at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(|text| text.trim_end())
    }
}

impl FromIterator<(String, String)> for Examples {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(files: I) -> Self {
        Self(files.into_iter().collect())
    }
}
