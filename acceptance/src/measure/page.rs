//! docs/measurements.md.

use std::fmt::Write;

use super::figure::{Figure, short};
use super::machine::Machine;

/// The page as Markdown.
pub(super) fn page(figures: &[Figure], machine: &Machine) -> String {
    let mut text = String::from(
        "# Measurements\n\n\
         Written by `cargo measure`. Each figure is a median. Where two programs are compared they ran in turn \
         (A B A B ...) after one unmeasured round, so that whatever else the machine did fell on both; the ratio \
         is ours over theirs. The Go provider is terraform-provider-null 2.1.2, whose resource has no attribute \
         to check; ours are `portcullis_workload_identity`. The provider measured has the plugin runtime linked \
         in and no plugin configured.\n\n",
    );
    text.push_str("| figure | ours | theirs | ratio | target | met | samples |\n");
    text.push_str("|---|---|---|---|---|---|---|\n");
    for figure in figures {
        let theirs = figure.theirs.map_or_else(String::new, |theirs| {
            format!("{} {}", short(theirs), figure.unit)
        });
        let ratio = figure
            .ratio()
            .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let met = if figure.met() { "yes" } else { "**no**" };
        let _ = writeln!(
            text,
            "| {} | {} {} | {theirs} | {ratio} | {} | {met} | {} |",
            figure.what,
            short(figure.ours),
            figure.unit,
            figure.target(),
            figure.samples
        );
    }
    text.push_str("\n## Machine\n\n| | |\n|---|---|\n");
    for (name, value) in &machine.facts {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text
}
