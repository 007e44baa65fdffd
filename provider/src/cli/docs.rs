//! `portcullis docs`: the pages that are made from the schemas and from this command line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use tfplugin::Provider;
use tfplugin::docs::{self, Examples, Pages};

use super::{Exit, Failure, manual};
use crate::config::ProviderBlock;
use crate::serve::{ABOUT, server};

/// Write or check the generated pages under docs.
///
/// They are the reference of every resource, data source and function, the schema as JSON, and the page of this command
/// line.
#[derive(Debug, Args)]
#[group(required = true, multiple = false, args = ["write", "check"])]
pub(crate) struct Docs {
    /// Write the pages, and remove those of what is there no more.
    #[arg(long)]
    write: bool,
    /// Name the pages that are not as generated.
    #[arg(long)]
    check: bool,
    /// The folder of the pages.
    #[arg(long, value_name = "FOLDER", default_value = "docs")]
    docs: PathBuf,
    /// The folder of the examples that pages quote.
    #[arg(long, value_name = "FOLDER", default_value = "examples")]
    examples: PathBuf,
}

impl Docs {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let examples = Examples::read(&self.examples)
            .map_err(|error| unreadable("The examples", &self.examples, &error))?;
        let pages = pages(&examples)?;
        if self.write {
            docs::write(&self.docs, &pages)
                .map_err(|error| unreadable("The pages", &self.docs, &error))?;
            return Ok(Exit::Pass);
        }
        let stale = docs::stale(&self.docs, &pages)
            .map_err(|error| unreadable("The pages", &self.docs, &error))?;
        let mut out = io::stdout().lock();
        for page in &stale {
            writeln!(out, "{}", self.docs.join(page).display())?;
        }
        if stale.is_empty() {
            return Ok(Exit::Pass);
        }
        writeln!(
            out,
            "\nThese pages are not as generated. Run `portcullis docs --write` and commit them."
        )?;
        Ok(Exit::Violation)
    }
}

/// Every generated page, by its path below the docs folder.
fn pages(examples: &Examples) -> Result<Pages, Failure> {
    let schema = server().schema();
    let mut pages = docs::pages(ProviderBlock::NAME, &schema, examples);
    let json =
        serde_json::to_string_pretty(&schema.to_json(ABOUT.address)).map_err(io::Error::from)?;
    pages.insert("schema.json".to_owned(), json + "\n");
    pages.insert("cli.md".to_owned(), manual::page());
    Ok(pages)
}

fn unreadable(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::Answer(format!(
        "Documentation cannot be read or written\n\n{what} are in `{}`: {error}.\n\nRun it in the repository, or name the \
         folders with `--docs` and `--examples`.\n\ndocs-unavailable",
        path.display()
    ))
}
