//! The folder of one plugin, in any of the languages that there is a builder for.

use std::fs;
use std::path::{Path, PathBuf};

use crate::manifest::Manifest;
use crate::{Build, BuildError, c, cargo, contract, javascript, python};

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A crate that uses `portcullis-plugin`.
    Rust,
    /// JavaScript or TypeScript, built by jco from npm.
    JavaScript,
    /// Python, built by componentize-py from PyPI.
    Python,
    /// C, built by ziglang from PyPI.
    C,
}

/// The file that a folder is recognised by, in the order in which they are looked for.
const MARKS: [(&str, Language); 4] = [
    ("Cargo.toml", Language::Rust),
    ("package.json", Language::JavaScript),
    ("pyproject.toml", Language::Python),
    ("plugin.c", Language::C),
];

/// The folder of one plugin.
///
/// Beside the file that marks its language, a plugin that is not a crate has `manifest.json` (`sdk/manifest.md`),
/// `wit/world.wit` with a world `plugin`, and the file `plugin` with the ending of its language, which exports that world.
#[derive(Clone, Debug)]
pub struct Project {
    folder: PathBuf,
    language: Language,
}

impl Project {
    /// Recognises the language of the plugin in `folder`.
    ///
    /// # Errors
    /// When the folder holds none of the files that mark a plugin.
    pub fn open(folder: &Path) -> Result<Self, BuildError> {
        // Absolute, because the tools that build it run in other folders.
        let absolute =
            fs::canonicalize(folder).map_err(|source| BuildError::file(folder, source))?;
        let language = MARKS
            .into_iter()
            .find(|(file, _)| absolute.join(file).is_file());
        let (_, language) = language.ok_or_else(|| BuildError::NoProject {
            folder: folder.to_owned(),
        })?;
        Ok(Self {
            folder: absolute,
            language,
        })
    }

    /// What the plugin is written in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Lays the contract into `wit/deps` and the bindings made of it into `bindings`, which the plugin's own tests and
    /// an editor need. Building does it too; a crate needs neither.
    ///
    /// # Errors
    /// When a tool is missing or fails.
    pub fn prepare(&self) -> Result<(), BuildError> {
        if self.language == Language::Rust {
            return Ok(());
        }
        contract::lay(&self.folder)?;
        match self.language {
            Language::Rust => Ok(()),
            Language::JavaScript => javascript::bind(&self.folder),
            Language::Python => python::bind(&self.folder),
            Language::C => c::bind(&self.folder),
        }
    }

    /// Builds the component and gives its path, `<out>/<name in the manifest>.wasm`.
    ///
    /// # Errors
    /// When a tool is missing or fails, when the plugin does not fit its world, or when the file cannot be written.
    pub fn build(&self, out: &Path) -> Result<PathBuf, BuildError> {
        let component = match self.language {
            Language::Rust => return self.build_crate(out),
            Language::JavaScript => javascript::component,
            Language::Python => python::component,
            Language::C => c::component,
        };
        let manifest = Manifest::read(&self.folder)?;
        self.prepare()?;
        let mut binary = component(&self.folder)?;
        manifest.append_to(&mut binary);
        crate::write(out, manifest.name(), &binary)
    }

    fn build_crate(&self, out: &Path) -> Result<PathBuf, BuildError> {
        let build = Build {
            workspace: self.folder.clone(),
            package: cargo::package_in(&self.folder)?,
            out: out.to_owned(),
        };
        build.run()
    }
}
