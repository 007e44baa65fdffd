//! A picture as SVG, by itself and inside the page.

use std::fmt::Write as _;

use super::escape::{markup, shortened};
use super::layout::{Layout, Place};
use super::side;
use crate::answers::Picture;

/// Sizes in pixels: a box, the gaps between boxes, the margin.
const BOX: (usize, usize) = (300, 30);
const GAP: (usize, usize) = (230, 26);
const MARGIN: usize = 24;
const LINE_HEIGHT: usize = 18;
/// Most characters that a box and a line show; the whole is in the title.
const NAME_CHARS: usize = 40;
const DOES_CHARS: usize = 32;

/// What gives the picture its colours where no page does.
const STYLE: &str = include_str!("graph.css");

/// The whole file.
pub(super) fn write(title: &str, picture: &Picture, notes: &[String]) -> String {
    let layout = Layout::of(picture);
    let (width, height) = size(&layout);
    let height_of_notes = (notes.len() + 2) * LINE_HEIGHT;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {}\" width=\"{width}\" height=\"{}\">\n\
         <title>{}</title>\n<style>{STYLE}</style>",
        height + height_of_notes,
        height + height_of_notes,
        markup(title),
    );
    drawing(&mut out, picture, &layout);
    for (number, note) in notes.iter().enumerate() {
        let y = height + (number + 1) * LINE_HEIGHT;
        let _ = writeln!(
            out,
            "<text class=\"note\" x=\"{MARGIN}\" y=\"{y}\">{}</text>",
            markup(note)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// The picture as an element of a page.
pub(super) fn element(title: &str, picture: &Picture) -> String {
    let layout = Layout::of(picture);
    let (width, height) = size(&layout);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg id=\"picture\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\">",
        markup(title)
    );
    drawing(&mut out, picture, &layout);
    out.push_str("</svg>\n");
    out
}

fn size(layout: &Layout) -> (usize, usize) {
    let columns = layout.columns.max(1);
    let rows = layout.rows.max(1);
    (
        2 * MARGIN + columns * BOX.0 + (columns - 1) * GAP.0,
        2 * MARGIN + rows * BOX.1 + (rows - 1) * GAP.1,
    )
}

/// The left upper corner of a box.
fn corner(place: Place) -> (usize, usize) {
    (
        MARGIN + place.column * (BOX.0 + GAP.0),
        MARGIN + place.row * (BOX.1 + GAP.1),
    )
}

fn drawing(out: &mut String, picture: &Picture, layout: &Layout) {
    out.push_str(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\"/></marker></defs>\n",
    );
    let place = |station: usize| layout.places.get(station).copied().unwrap_or_default();
    for (position, line) in picture.lines.iter().enumerate() {
        let (from, to) = (corner(place(line.from)), corner(place(line.to)));
        let (x1, y1) = (from.0 + BOX.0, from.1 + BOX.1 / 2);
        let (x2, y2) = (to.0, to.1 + BOX.1 / 2);
        let bend = GAP.0 / 2;
        let (c1, c2) = (x1 + bend, x2.saturating_sub(bend));
        let (tx, ty) = (x1.midpoint(x2), y1.midpoint(y2));
        let _ = writeln!(
            out,
            "<g class=\"line\" data-line=\"{position}\"><title>{}</title><path d=\"M{x1} {y1} C{c1} {y1} {c2} {y2} {x2} {y2}\" \
             marker-end=\"url(#tip)\"/><text x=\"{tx}\" y=\"{}\">{}</text></g>",
            markup(&titled(&line.does, &line.rests_on)),
            ty.saturating_sub(4),
            markup(&shortened(&line.does, DOES_CHARS)),
        );
    }
    for (position, station) in picture.stations.iter().enumerate() {
        let (x, y) = corner(place(position));
        let _ = writeln!(
            out,
            "<g class=\"station {}\" data-station=\"{position}\" data-name=\"{name}\"><title>{name}</title><rect x=\"{x}\" \
             y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"6\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
            side(station.side),
            BOX.0,
            BOX.1,
            x + 10,
            y + BOX.1 / 2 + 4,
            markup(&shortened(&station.name, NAME_CHARS)),
            name = markup(&station.name),
        );
    }
}

fn titled(does: &str, rests_on: &str) -> String {
    match rests_on {
        "" => does.to_owned(),
        rests_on => format!("{does} [{rests_on}]"),
    }
}
