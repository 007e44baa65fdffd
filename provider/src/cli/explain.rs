//! `portcullis explain`: what does a finding mean?

use std::io::{self, Write};

use clap::Args;
use portcullis_access::{Primitive, primitive};
use serde_json::json;

use super::paint::Paint;
use super::{Exit, Failure};

/// Every page of diagnostics, by its code.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/diagnostics.rs"));

/// Explain a finding: what it means, what it looks like, what to do and why.
///
/// The code of a finding is the last line of its text. The id of a published way to somebody else's identity, such as
/// `k8s-create-deployments`, is explained too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portcullis explain deploy-reaches-runtime
  portcullis explain k8s-create-deployments --json")]
pub(crate) struct Explain {
    /// The code, such as `deploy-reaches-runtime`.
    code: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let text = self.text().ok_or_else(|| unknown(&self.code))?;
        let mut out = io::stdout().lock();
        if self.json {
            let document = json!({"code": self.code, "text": text});
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(out, "{text}")?;
            return Ok(Exit::Pass);
        }
        let paint = Paint::new();
        for line in text.lines() {
            match line.trim_start_matches('#').trim_start() {
                heading if line.starts_with('#') => writeln!(out, "{}", paint.bold(heading))?,
                _ => writeln!(out, "{line}")?,
            }
        }
        Ok(Exit::Pass)
    }

    fn text(&self) -> Option<String> {
        let page = PAGES.iter().find(|(code, _)| *code == self.code);
        let page = page.map(|(_, text)| (*text).to_owned());
        page.or_else(|| primitive(&self.code).map(described))
    }
}

fn described(primitive: Primitive) -> String {
    let Primitive {
        id,
        platform,
        needs,
        does,
        leads,
    } = primitive;
    let needs = match needs {
        [] => "No permission is needed: facts state it.".to_owned(),
        needs => format!("Whoever holds `{}`", needs.join("` and `")),
    };
    let does = match does {
        "" => String::new(),
        does => format!(", and so {does},"),
    };
    let leads = match needs.starts_with("Whoever") {
        true => format!("{does} {leads} the identities that this is about."),
        false => format!(" It {leads} an identity."),
    };
    format!(
        "# `{id}`\n\nA published way to somebody else's identity, by the rules of {platform:?}.\n\n{needs}{leads}\n\n\
         ## What to do\n\nTake the permission away, or narrow what it is about. `portcullis who-can` shows who can use it \
         against an identity, and a split names the changes that close it.\n"
    )
}

fn unknown(code: &str) -> Failure {
    let shown = portcullis_model::visible(code, 80);
    let near = portcullis_model::nearest(code, PAGES.iter().map(|(code, _)| *code));
    let meant = match near {
        Some(code) => format!("Did you mean `{code}`?"),
        None => "Take the last line of the message that is to be explained.".to_owned(),
    };
    Failure::Answer(format!(
        "Finding is not known\n\nAsked to explain `{shown}`; no message of this version has that code, and no published way \
         to an identity that id.\n\n{meant}\n\nfinding-not-known"
    ))
}
