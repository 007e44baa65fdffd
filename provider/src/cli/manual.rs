//! The page of the command line, made from what clap knows.

use std::fmt::Write as _;

use clap::{Command, CommandFactory};

use super::Cli;

/// Every verb with its help, in Markdown.
pub(super) fn page() -> String {
    // Fixed, so that neither a terminal's width nor the environment's values reach the page.
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut page = String::from("---\npage_title: \"The portcullis command\"\n---\n");
    section(&mut page, &command, "#");
    page
}

fn section(page: &mut String, command: &Command, heading: &str) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let help = command
        .clone()
        .mut_args(|arg| arg.hide_env_values(true))
        .disable_help_subcommand(true)
        .render_long_help()
        .to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    // Writing to a `String` cannot fail.
    let _ = write!(
        page,
        "\n{heading} {name}\n\n```text\n{}\n```\n",
        help.join("\n").trim_end()
    );
    let verbs = command.get_subcommands();
    for verb in verbs.filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        section(page, verb, "##");
    }
}
