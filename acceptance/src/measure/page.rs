//! docs/measurements.md.

use std::fmt::Write;

use super::figure::{Figure, short};
use super::machine::Machine;
use super::row::{Line, Measured};

const INTRODUCTION: &str = "# Measurements\n\n\
    Written by `cargo measure`; `cargo measure --only <row>` measures one row again and prints it. Each figure is a \
    median. Where two programs are compared they ran in turn (A B A B ...) after one unmeasured round, so that whatever \
    else the machine did fell on both; the ratio is ours over theirs. A floor is the least that the figure can be on \
    this machine, measured in the same run: a plain pass over as many bytes for what looks at devices, a bare client \
    that fetches the same bytes as well as it can for what is read from a server; what is over that floor is ours. The \
    Go provider is terraform-provider-null 2.1.2, whose resource has no attribute to check; ours are \
    `portcullis_workload_identity`. The provider measured has the plugin runtime linked in and no plugin configured.\n\n";

/// The page as Markdown.
pub(super) fn page(rows: &[Measured], machine: &Machine) -> String {
    let mut text = String::from(INTRODUCTION);
    text.push_str(
        "| row | figure | ours | theirs | ratio | floor | target | met | samples | machine |\n",
    );
    text.push_str("|---|---|---|---|---|---|---|---|---|---|\n");
    for row in rows {
        for line in &row.lines {
            let _ = match line {
                Line::Figure(figure) => write(&mut text, row.name, figure, machine),
                Line::Failed { what, reason } => {
                    let reason = reason.lines().next().unwrap_or_default();
                    let reason = reason.replace('|', "\\|");
                    writeln!(
                        text,
                        "| {} | {what} | **failed**: {reason} | | | | | **no** | 0 | {} |",
                        row.name,
                        machine.short()
                    )
                }
            };
        }
    }
    text.push_str("\n## Machine\n\n| | |\n|---|---|\n");
    for (name, value) in &machine.facts {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text
}

fn write(text: &mut String, row: &str, figure: &Figure, machine: &Machine) -> std::fmt::Result {
    let theirs = figure.theirs.map_or_else(String::new, |theirs| {
        format!("{} {}", short(theirs), figure.unit)
    });
    let ratio = figure
        .ratio()
        .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    writeln!(
        text,
        "| {row} | {} | {} {} | {theirs} | {ratio} | {} | {} | {} | {} | {} |",
        figure.what,
        short(figure.ours),
        figure.unit,
        figure.above().unwrap_or_default(),
        figure.target(),
        if figure.met() { "yes" } else { "**no**" },
        figure.samples,
        machine.short(),
    )
}

#[cfg(test)]
mod unit {
    use std::time::Duration;

    use super::super::figure::{Figure, Target};
    use super::{Line, Machine, Measured, page};

    #[test]
    fn what_failed_stands_beside_what_was_measured() {
        let figure = Figure {
            what: "a verdict".to_owned(),
            ours: 2.0,
            theirs: None,
            floor: Some(1.0),
            unit: "ms".to_owned(),
            target: Target::AtMost(3.0),
            samples: 5,
        };
        let failed = Line::Failed {
            what: "a load".to_owned(),
            reason: "`x` ended | with code 1:\nmore".to_owned(),
        };
        let rows = [Measured {
            name: "million",
            lines: vec![Line::Figure(figure), failed],
            took: Duration::ZERO,
        }];
        let machine = Machine {
            facts: vec![("cores", "2".to_owned()), ("processor", "P".to_owned())],
        };
        let page = page(&rows, &machine);
        let expected = "\
| million | a verdict | 2.00 ms |  |  | 2.00x the floor of 1.00 ms | <= 3 ms | yes | 5 | 2 x P |
| million | a load | **failed**: `x` ended \\| with code 1: | | | | | **no** | 0 | 2 x P |
";
        assert!(page.contains(expected), "{page}");
    }
}
