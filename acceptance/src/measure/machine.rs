//! The machine that figures were taken on: what matters to them and nothing that identifies it.

use std::fs;
use std::process::Command;
use std::thread;

use serde_json::Value;

use crate::terraform::Terraform;

/// Facts that make two pages comparable.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) facts: Vec<(&'static str, String)>,
}

impl Machine {
    pub(super) fn here() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let terraform = Terraform::installed().map_or_else(
            |_| "not installed".to_owned(),
            |terraform| terraform.version,
        );
        let facts = vec![
            ("date", said("date", &["-u", "+%Y-%m-%d"])),
            ("cores", cores.to_string()),
            ("processor", field("/proc/cpuinfo", "model name")),
            ("memory", memory()),
            ("kernel", said("uname", &["-sr"])),
            ("Terraform", terraform),
            ("rustc", said("rustc", &["--version"])),
            ("commit", said("git", &["rev-parse", "--short", "HEAD"])),
        ];
        Self { facts }
    }

    /// For programs that read.
    pub(super) fn json(&self) -> Value {
        let facts = self.facts.iter();
        facts
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
            .collect()
    }

    /// What of it goes with every row: cores and processor.
    pub(super) fn short(&self) -> String {
        let fact = |name: &str| {
            let found = self.facts.iter().find(|(fact, _)| *fact == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        format!("{} x {}", fact("cores"), fact("processor"))
    }
}

/// What a program prints; nothing where it is absent.
fn said(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// The first value of `name: value` lines.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_default();
    line.split_once(':')
        .map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn memory() -> String {
    let total = field("/proc/meminfo", "MemTotal");
    let kib: u64 = total.trim_end_matches(" kB").parse().unwrap_or_default();
    format!("{} GiB", kib / 1024 / 1024)
}
