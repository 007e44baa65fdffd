//! A picture for Graphviz.

use std::fmt::Write as _;

use super::escape::dot as quoted;
use crate::answers::{Picture, Side};

/// The whole file.
pub(super) fn write(title: &str, picture: &Picture, notes: &[String]) -> String {
    let mut out = String::from("digraph access {\n  rankdir=LR;\n");
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=monospace];\n  edge [fontname=monospace];"
    );
    let label = std::iter::once(title).chain(notes.iter().map(String::as_str));
    let label: Vec<String> = label.map(quoted).collect();
    // Each is a quoted string of its own; `+` joins them, with a line break of Graphviz's between.
    let _ = writeln!(out, "  label={};", label.join(" + \"\\l\" + "));
    for (position, station) in picture.stations.iter().enumerate() {
        let colour = match station.side {
            Side::Deploy => "\"#fde3c8\"",
            Side::Runtime => "\"#cfe8fc\"",
            Side::Between => "white",
        };
        let name = quoted(&station.name);
        let _ = writeln!(out, "  n{position} [label={name}, fillcolor={colour}];");
    }
    for line in &picture.lines {
        let (does, rests_on) = (quoted(&line.does), quoted(&line.rests_on));
        let _ = writeln!(
            out,
            "  n{} -> n{} [label={does}, tooltip={rests_on}];",
            line.from, line.to
        );
    }
    out.push_str("}\n");
    out
}
