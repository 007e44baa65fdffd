//! A picture as one page that needs nothing else: it fetches nothing, and runs its own script alone.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::escape::markup;
use super::svg;
use crate::answers::Picture;

const GRAPH_STYLE: &str = include_str!("graph.css");
const PAGE_STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page.
pub(super) fn write(title: &str, picture: &Picture, notes: &[String]) -> String {
    let (script, style) = (SCRIPT, format!("{GRAPH_STYLE}{PAGE_STYLE}"));
    // Were a name ever taken for markup, the browser would still run and load nothing of it.
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(script),
        digest(&style)
    );
    let title = markup(title);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{style}</style>\n</head>\n\
         <body>\n<header>\n<h1>{title}</h1>\n\
         <label>Search <input id=\"search\" type=\"search\" autocomplete=\"off\"></label> <output id=\"count\"></output>\n\
         <p class=\"legend\"><span><i class=\"deploy\"></i>deploy side</span><span><i class=\"runtime\"></i>runtime \
         side</span></p>\n</header>\n<main>\n<nav aria-label=\"Paths\">\n<ol>\n"
    );
    for path in &picture.paths {
        let _ = writeln!(
            out,
            "<li><button type=\"button\" aria-pressed=\"false\" data-stations=\"{}\" data-lines=\"{}\"><bdi>{}</bdi></button></li>",
            positions(&path.stations),
            positions(&path.lines),
            markup(&path.text)
        );
    }
    out.push_str("</ol>\n</nav>\n<div id=\"frame\">\n");
    out.push_str(&svg::element(&title, picture));
    out.push_str("</div>\n</main>\n<footer>\n");
    for note in notes {
        let _ = writeln!(out, "<p>{}</p>", markup(note));
    }
    let _ = write!(
        out,
        "</footer>\n<script>{script}</script>\n</body>\n</html>\n"
    );
    out
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

fn positions(positions: &[usize]) -> String {
    let texts: Vec<String> = positions.iter().map(ToString::to_string).collect();
    texts.join(" ")
}
