//! What connectors told about access, in files.

use std::io::{self, Read as _};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use portcullis_access::{Access, SourceFacts};
use portcullis_model::{Name, ParseError};
use portcullis_plugin_host::AccessFacts;

use super::Failure;
use crate::clock::Clock;
use crate::sources::source_facts;

/// Which files hold what connectors told about access.
#[derive(Debug, Args)]
pub(crate) struct FactFiles {
    /// What a connector told, as `portcullis plugin run <plugin> list-access` prints it, with the connector's name, such as
    /// `cluster=facts.json`; `-` reads standard input. May be given several times.
    #[arg(long, value_name = "NAME=FILE")]
    facts: Vec<NamedFacts>,
}

/// A file of facts, and the connector that told them.
#[derive(Debug, Clone)]
struct NamedFacts {
    name: Name,
    path: PathBuf,
}

impl FromStr for NamedFacts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text
            .split_once('=')
            .ok_or("write the connector's name, `=`, and the file")?;
        Ok(Self {
            name: name
                .parse()
                .map_err(|error: ParseError| error.to_string())?,
            path: path.into(),
        })
    }
}

impl FactFiles {
    /// Reads them all.
    pub(crate) fn access(&self) -> Result<Access, Failure> {
        let told = self.facts.iter().map(NamedFacts::read);
        Ok(Access::derive(&told.collect::<Result<Vec<_>, _>>()?))
    }
}

impl NamedFacts {
    fn read(&self) -> Result<SourceFacts, Failure> {
        let unreadable = |found: String| {
            Failure::Answer(format!(
                "Access facts cannot be read\n\nAsked to read what a connector told from `{}`; {found}.\n\nMake the file \
                 with `portcullis plugin run <plugin> list-access`.\n\naccess-facts-unreadable",
                self.path.display()
            ))
        };
        let text = self
            .text()
            .map_err(|error| unreadable(format!("found: {error}")))?;
        let facts: AccessFacts = serde_json::from_slice(&text)
            .map_err(|error| unreadable(format!("it holds no facts: {error}")))?;
        Ok(source_facts(self.name.clone(), facts, Clock.now()))
    }

    /// What the file holds; `-` is standard input, so that a connector can be asked now.
    fn text(&self) -> io::Result<Vec<u8>> {
        if self.path.as_os_str() != "-" {
            return std::fs::read(&self.path);
        }
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text)?;
        Ok(text)
    }
}
