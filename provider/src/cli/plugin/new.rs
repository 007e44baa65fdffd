//! `portcullis plugin new`: a project that builds, passes its tests and conforms as it stands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Exit, Failure};

/// Every file of `sdk/templates/<language>/<world>`, by its path there.
const TEMPLATES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// How templates refer to the crates of the SDK, which lie beside them in the repository.
const SDK_PATH: &str = "path = \"../../../";

/// Write a plugin project in a new folder: a whole connector or check to change, with tests.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// Name of the plugin: lower-case letters, digits and hyphens. The folder has the same name.
    name: String,
    /// What it is.
    #[arg(long, value_enum, default_value_t = World::Check)]
    world: World,
    /// What it is written in.
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    language: Language,
    /// The folder to make the project's folder in.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    into: PathBuf,
    /// A checkout of the portcullis repository whose SDK a Rust plugin uses; without it, the release of this version.
    #[arg(long, value_name = "FOLDER", env = "PORTCULLIS_SDK")]
    sdk: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum World {
    Check,
    Connector,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Rust,
    Javascript,
    Python,
    C,
}

impl New {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.refuse_bad_name()?;
        let (language, world) = (word(&self.language), word(&self.world));
        let prefix = format!("{language}/{world}/");
        let files: Vec<(&str, &[u8])> = TEMPLATES
            .iter()
            .filter_map(|(path, bytes)| Some((path.strip_prefix(&prefix)?, *bytes)))
            .collect();
        if files.is_empty() {
            return Err(Failure::Answer(format!(
                "Template does not exist\n\nAsked for a {world} in {language}; there is none. There are {}.\n\nChoose one of \
                 them with `--language` and `--world`.\n\nplugin-template-missing",
                known().join(", ")
            )));
        }
        // `./name` would be correct and look odd.
        let folder = match self.into.as_path() {
            here if here == Path::new(".") => PathBuf::from(&self.name),
            into => into.join(&self.name),
        };
        let exists = || {
            Failure::Answer(format!(
                "Project folder exists already\n\nAsked to write a project to `{}`, where something is.\n\nChoose another \
                 name, or another folder with `--into`.\n\nplugin-project-exists",
                folder.display()
            ))
        };
        fs::create_dir_all(&self.into).map_err(|error| unwritable(&self.into, &error))?;
        fs::create_dir(&folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => unwritable(&folder, &error),
        })?;
        for (path, bytes) in files {
            self.write(&folder.join(self.renamed(path)), bytes)?;
        }
        let mut out = io::stdout().lock();
        io::Write::write_fmt(
            &mut out,
            format_args!(
                "Made: {} (a {world} in {language})\n\n  cd {}\n  portcullis plugin doctor\n  portcullis plugin build\n  \
                 portcullis plugin test\n  portcullis plugin conform\n",
                folder.display(),
                folder.display()
            ),
        )?;
        Ok(Exit::Pass)
    }

    fn refuse_bad_name(&self) -> Result<(), Failure> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let starts = self.name.starts_with(|c: char| c.is_ascii_lowercase());
        if starts
            && self.name.len() <= 64
            && self.name.chars().all(plain)
            && !self.name.ends_with('-')
        {
            return Ok(());
        }
        Err(Failure::Answer(format!(
            "Invalid plugin name\n\nAsked to make a plugin called {:?}.\n\nWrite at most 64 lower-case letters, digits and \
             hyphens, starting with a letter and not ending with a hyphen, such as `owner-required`.\n\ninvalid-plugin-name",
            self.name
        )))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let failed = |error: io::Error| unwritable(path, &error);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => fs::write(path, self.with_sdk(&self.renamed(text))?).map_err(failed),
            Err(_) => fs::write(path, bytes).map_err(failed),
        }
    }

    /// The plugin's name in place of the template's, in each way of writing it.
    fn renamed(&self, text: &str) -> String {
        let pascal: String = self
            .name
            .split('-')
            .map(|part| {
                let (first, rest) = part.split_at(part.len().min(1));
                first.to_ascii_uppercase() + rest
            })
            .collect();
        text.replace("plugin-name", &self.name)
            .replace("plugin_name", &self.name.replace('-', "_"))
            .replace("PluginName", &pascal)
    }

    /// The SDK's crates from a checkout, or from the repository in the version of this program.
    fn with_sdk(&self, text: &str) -> Result<String, Failure> {
        if !text.contains(SDK_PATH) {
            return Ok(text.to_owned());
        }
        if let Some(sdk) = &self.sdk {
            let sdk = sdk
                .canonicalize()
                .map_err(|error| unwritable(sdk, &error))?;
            return Ok(text.replace(SDK_PATH, &format!("path = \"{}/sdk/", sdk.display())));
        }
        // Cargo finds a crate of a repository by its name, so that the folder goes.
        let release = format!(
            "git = \"{}\", tag = \"v{}\"",
            env!("CARGO_PKG_REPOSITORY"),
            env!("CARGO_PKG_VERSION")
        );
        let (first, rest) = text.split_once(SDK_PATH).unwrap_or((text, ""));
        let mut out = first.to_owned();
        for part in rest.split(SDK_PATH) {
            let after = part.split_once('"').map_or(part, |(_, after)| after);
            out.push_str(&release);
            out.push_str(after);
        }
        Ok(out)
    }
}

/// The word of a choice, as the folder of templates has it.
fn word(choice: &impl ValueEnum) -> String {
    let value = choice.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// `a check in rust`, for every template.
fn known() -> Vec<String> {
    let mut known: Vec<String> = TEMPLATES
        .iter()
        .filter_map(|(path, _)| {
            let mut parts = path.split('/');
            let (language, world) = (parts.next()?, parts.next()?);
            Some(format!("a {world} in {language}"))
        })
        .collect();
    known.sort();
    known.dedup();
    known
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    super::lock::failed_file(path, error)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Language, New, World};

    fn new() -> New {
        New {
            name: "owner-required2".to_owned(),
            world: World::Check,
            language: Language::Rust,
            into: PathBuf::from("."),
            sdk: None,
        }
    }

    #[test]
    fn the_name_is_written_in_every_way() {
        assert_eq!(
            new().renamed("plugin-name plugin_name_check PluginName"),
            "owner-required2 owner_required2_check OwnerRequired2"
        );
    }

    #[test]
    fn the_sdk_is_the_release_of_this_version_unless_a_checkout_is_named() {
        let text = "portcullis-plugin = { path = \"../../../plugin\" }\nb = { path = \"../../../testkit\" }\n";
        let release = new().with_sdk(text).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            release
                .matches(&format!("tag = \"v{version}\" }}\n"))
                .count(),
            2,
            "{release}"
        );
        assert!(!release.contains("path"), "{release}");
        let sdk = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let local = New {
            sdk: Some(sdk.clone()),
            ..new()
        }
        .with_sdk(text)
        .unwrap();
        assert!(
            local.contains(&format!("path = \"{}/sdk/testkit\"", sdk.display())),
            "{local}"
        );
    }

    #[test]
    fn what_is_no_name_of_a_plugin_is_refused() {
        for name in ["", "Owner", "a_b", "-a", "a-", "1a", "../a", "a/b"] {
            let bad = New {
                name: name.to_owned(),
                ..new()
            };
            assert!(bad.refuse_bad_name().is_err(), "{name}");
        }
        new().refuse_bad_name().unwrap();
    }
}
