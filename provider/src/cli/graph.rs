//! `portcullis graph`: the paths to a party, drawn.

mod dot;
mod escape;
mod layout;
mod page;
mod svg;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use portcullis_model::Through;
use serde_json::{Value as Json, json};

use super::basis::{Basis, Grounds};
use super::{Exit, Failure};
use crate::answers::{Picture, Side};
use crate::party::Party;

/// Draw how everybody comes to act as a party: DOT, SVG, or one HTML page that needs nothing else.
///
/// Subjects of the deploy side and of the runtime side have colours of their own. What is drawn is the shortest path of each,
/// and no more than `--most` of them; what is left out is said. Exit status 3 when something that could show a further path was
/// not there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portcullis graph production/fraud-scorer --facts cluster=facts.json --format html --out graph.html
  portcullis graph sa:cluster/infer/fraud-runtime --from group:ml-release --facts cluster=facts.json | dot -Tpng >graph.png")]
pub(crate) struct Graph {
    /// Where the paths lead: a workload, such as `production/fraud-scorer`, or a subject.
    to: Party,
    /// Draw the paths of this party alone.
    #[arg(long, value_name = "PARTY")]
    from: Option<Party>,
    #[command(flatten)]
    basis: Basis,
    /// Look through this class of paths only: groups, role_chaining, pod_identity, trust_edits, secrets or grants. May be
    /// given several times.
    #[arg(long, value_name = "CLASS")]
    through: Vec<Through>,
    /// What to write.
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
    /// The file to write; standard output when left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Most paths to draw, the nearest first.
    #[arg(long, default_value_t = 200)]
    most: usize,
    /// Print JSON: the same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
enum Format {
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
    /// A page in which to search and to look at one path at a time.
    Html,
    /// Stations, lines and paths.
    Json,
}

impl Graph {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut grounds = self.basis.read()?;
        let subjects = self.to.subjects(&grounds.known()).map_err(Failure::told)?;
        grounds.expect(&subjects);
        let through = match self.through.as_slice() {
            [] => Through::all(),
            classes => classes.iter().copied().collect(),
        };
        let from = self.from.as_ref();
        let picture = Picture::of(&self.to, from, &through, self.most, &grounds.known());
        let picture = picture.map_err(Failure::told)?;
        let title = match &self.from {
            Some(from) => format!("How {from} comes to act as {}", self.to),
            None => format!("Who can come to act as {}", self.to),
        };
        let text = match (self.json, self.format) {
            (true, _) | (_, Format::Json) => document(&picture, &grounds)?,
            (_, Format::Dot) => dot::write(&title, &picture, &notes(&picture, &grounds)),
            (_, Format::Svg) => svg::write(&title, &picture, &notes(&picture, &grounds)),
            (_, Format::Html) => page::write(&title, &picture, &notes(&picture, &grounds)),
        };
        match &self.out {
            Some(path) => fs::write(path, text).map_err(|error| unwritable(path, &error))?,
            None => io::stdout().lock().write_all(text.as_bytes())?,
        }
        Ok(if picture.missing.is_empty() {
            Exit::Pass
        } else {
            Exit::Unknown
        })
    }
}

/// What is to be said beside the picture: what is not in it, and what it rests on.
fn notes(picture: &Picture, grounds: &Grounds) -> Vec<String> {
    let mut notes = Vec::new();
    if picture.left_out > 0 {
        notes.push(format!(
            "{} further paths are not drawn; ask with --from, or for more with --most",
            picture.left_out
        ));
    }
    let missing = picture.missing.iter();
    notes.extend(missing.map(|line| format!("There may be more: {line}")));
    let used = grounds.used().iter();
    notes.extend(used.map(|used| format!("Facts used: {used}")));
    notes
}

fn document(picture: &Picture, grounds: &Grounds) -> Result<String, Failure> {
    let stations: Vec<Json> = picture
        .stations
        .iter()
        .map(|station| json!({"name": station.name, "side": side(station.side)}))
        .collect();
    let lines: Vec<Json> = picture
        .lines
        .iter()
        .map(|line| {
            json!({"from": line.from, "to": line.to, "does": line.does, "rests_on": line.rests_on})
        })
        .collect();
    let paths: Vec<Json> = picture
        .paths
        .iter()
        .map(|path| json!({"path": path.text, "stations": path.stations, "lines": path.lines}))
        .collect();
    let document = json!({
        "stations": stations,
        "lines": lines,
        "paths": paths,
        "left_out": picture.left_out,
        "missing": picture.missing,
        "facts": grounds.used(),
    });
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    Ok(text + "\n")
}

/// The word of a side, for classes and for JSON.
fn side(side: Side) -> &'static str {
    match side {
        Side::Deploy => "deploy",
        Side::Runtime => "runtime",
        Side::Between => "between",
    }
}

fn unwritable(path: &std::path::Path, error: &io::Error) -> Failure {
    Failure::Answer(format!(
        "Graph cannot be written\n\nAsked to write `{}`; found: {error}.\n\nName a file in a folder that is there and that \
         you may write to with `--out`.\n\ngraph-unwritable",
        path.display()
    ))
}
