//! `cargo demo`: the main job in a scratch directory, from a refused plan to a clean destroy.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Args;

use crate::folder::copy;
use crate::process::{Finished, Process};
use crate::repository;
use crate::screen::{Colour, Progress, Screen};
use crate::terraform::Terraform;
use crate::workspace::{Provider, Workspace};

/// `cargo demo` has no options: it shows one thing.
#[derive(Debug, Args)]
pub(crate) struct Arguments {}

/// What is done, and what of the output is worth a reader's time.
struct Scene {
    title: &'static str,
    words: &'static [&'static str],
    /// The exit code that it must end with.
    code: i32,
    shows: fn(&str) -> bool,
}

const SCENES: &[Scene] = &[
    Scene {
        title: "A plan that asks for more GPUs than the fleet has is refused",
        words: &["plan", "-input=false", "-no-color", "-var", "replicas=9"],
        code: 1,
        shows: everything,
    },
    Scene {
        title: "A plan where those who ship could also act as the workload is refused",
        words: &[
            "plan",
            "-input=false",
            "-no-color",
            "-var",
            "deployers=[\"group:ml-oncall\"]",
        ],
        code: 1,
        shows: everything,
    },
    Scene {
        title: "The plan that fits and separates is accepted",
        words: &["plan", "-input=false", "-no-color", "-detailed-exitcode"],
        code: 2,
        shows: |line| line.starts_with("  # ") || line.starts_with("Plan:"),
    },
    Scene {
        title: "It is applied",
        words: &["apply", "-input=false", "-no-color", "-auto-approve"],
        code: 0,
        shows: |line| line.contains("complete"),
    },
    Scene {
        title: "Nothing is left to do",
        words: &["plan", "-input=false", "-no-color", "-detailed-exitcode"],
        code: 0,
        shows: |line| line.starts_with("No changes."),
    },
    Scene {
        title: "It is destroyed",
        words: &["destroy", "-input=false", "-no-color", "-auto-approve"],
        code: 0,
        shows: |line| line.contains("complete"),
    },
];

fn everything(_: &str) -> bool {
    true
}

/// Plays all scenes.
///
/// # Errors
/// When there is no Terraform, or what is shown cannot be built.
pub(crate) fn demo(_: &Arguments) -> Result<ExitCode> {
    let screen = Screen::new();
    let terraform = Terraform::installed()?;
    build(&screen.progress("building the provider"))?;
    let started = Instant::now();
    let workspace = Workspace::new(&terraform, Some(&Provider::built("debug")?))?;
    copy(
        &repository::root().join("examples/scenarios/quickstart"),
        &workspace.dir(),
        &[],
    )?;
    let count = SCENES.len() + 1;
    screen.line(heading(screen, 1, count, "The fleet"));
    let mut kept = u32::from(show_fleet(screen, &workspace)?);
    for (index, scene) in SCENES.iter().enumerate() {
        screen.line(heading(screen, index + 2, count, scene.title));
        screen.line(screen.paint(Colour::Dim, &format!("$ terraform {}", spoken(scene.words))));
        let progress = screen.progress("terraform");
        let finished = workspace.terraform(scene.words)?;
        drop(progress);
        kept += u32::from(show(screen, scene, &finished));
    }
    let seconds = started.elapsed().as_secs_f64();
    let all = usize::try_from(kept).is_ok_and(|kept| kept == count);
    let colour = if all { Colour::Green } else { Colour::Red };
    let verdict = format!("demo: {kept} of {count} steps ended as they should, {seconds:.1} s");
    screen.line(format!("\n{}", screen.paint(colour, &verdict)));
    Ok(if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn build(progress: &Progress) -> Result<()> {
    Process::new("cargo")
        .args(["build", "--locked", "--package", "portcullis"])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build")
        .map(|_| ())
}

fn heading(screen: Screen, number: usize, count: usize, title: &str) -> String {
    format!(
        "\n{} {title}",
        screen.paint(Colour::Green, &format!("{number}/{count}"))
    )
}

/// The words as one would type them: what the demo passes for its own sake left out.
fn spoken(words: &[&str]) -> String {
    let own = ["-input=false", "-no-color", "-detailed-exitcode"];
    let words = words.iter().filter(|word| !own.contains(word));
    let quoted = words.map(|word| {
        if word.contains('"') {
            format!("'{word}'")
        } else {
            (*word).to_owned()
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn show_fleet(screen: Screen, workspace: &Workspace) -> Result<bool> {
    let words = ["inventory", "--fleet", "fleet.csv"];
    screen.line(screen.paint(Colour::Dim, &format!("$ portcullis {}", words.join(" "))));
    let program = repository::built("debug", "portcullis");
    let finished = workspace.process(&program).args(words).run()?;
    for line in finished.text.lines() {
        screen.line(format!("  {line}"));
    }
    Ok(finished.code() == 0)
}

/// From the first error on: what was planned before it is not what a refused plan is read for.
fn from_error(text: &str) -> &str {
    text.find("Error: ")
        .and_then(|start| text.get(start..))
        .unwrap_or(text)
}

/// Prints what is worth reading; all of it when the step did not end as it should.
fn show(screen: Screen, scene: &Scene, finished: &Finished) -> bool {
    let as_expected = finished.code() == scene.code;
    let text = without_override_note(&finished.text);
    let text = if scene.code == 1 && as_expected {
        from_error(text)
    } else {
        text
    };
    let lines = text
        .lines()
        .filter(|line| !as_expected || (scene.shows)(line));
    for line in lines {
        screen.line(format!("  {line}"));
    }
    if !as_expected {
        let problem = format!(
            "ended with code {}, expected {}",
            finished.code(),
            scene.code
        );
        screen.line(format!("  {}", screen.paint(Colour::Red, &problem)));
    }
    as_expected
}

/// Terraform says at each command that the provider is not a released one, which here is the point.
fn without_override_note(text: &str) -> &str {
    let text = text.trim();
    if !text.starts_with("Warning: Provider development overrides") {
        return text;
    }
    text.split_once("releases.\n")
        .map_or(text, |(_, rest)| rest.trim())
}
