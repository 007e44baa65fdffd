//! Guides say what really happens.

use std::env;
use std::fs;

use anyhow::{Context as _, Result};

use crate::guide::{Reader, deeds};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "guides",
    shows: "every file and command of the guides, carried out as a reader would",
    carry: follow_all,
};

const GUIDES: [&str; 3] = ["prove-a-split", "write-a-check", "write-a-connector"];

fn follow_all(context: &Context, progress: &Progress) -> Result<Report> {
    super::programs::build(context, progress)?;
    let mut report = Report::default();
    for guide in GUIDES {
        match follow(guide, progress) {
            Ok(()) => report.passed += 1,
            Err(problem) => report.failures.push(format!("guide {guide}: {problem:#}")),
        }
    }
    Ok(report)
}

fn follow(guide: &str, progress: &Progress) -> Result<()> {
    let path = repository::root()
        .join("docs/guides")
        .join(guide)
        .with_extension("md");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let folder = tempfile::tempdir()?;
    let mut reader = Reader::new(folder.path(), environment()?);
    for deed in deeds(&text) {
        reader.act(&deed, |line| progress.note(line))?;
    }
    Ok(())
}

/// The built `portcullis` before all other programs, its SDK from this checkout, and one folder for what is compiled.
fn environment() -> Result<Vec<(String, String)>> {
    let target = repository::target();
    let mut path = vec![target.join("debug")];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let path = env::join_paths(path)?;
    let pairs = [
        ("PATH", path),
        ("PORTCULLIS_SDK", repository::root().into()),
        ("CARGO_TARGET_DIR", target.join("guides").into()),
        // Nobody debugs what a guide builds, and two hundred crates are built for it.
        ("CARGO_PROFILE_DEV_DEBUG", "0".into()),
    ];
    Ok(pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_string_lossy().into_owned()))
        .collect())
}
