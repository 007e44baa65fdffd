//! A check that does what its configuration says, to try the sandbox.

use std::hint::black_box;

use portcullis_plugin::{Check, Failure, Finding, Manifest, Plan};
use serde::Deserialize;

/// The check.
#[derive(Debug)]
pub struct Hostile;

/// What to do.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
pub struct Config {
    act: Act,
}

#[derive(Clone, Copy, Debug, Deserialize, portcullis_plugin::Config)]
#[serde(rename_all = "snake_case")]
enum Act {
    Behave,
    Loop,
    Allocate,
    Panic,
    Recurse,
    ReturnMuch,
    FindMuch,
    LogMuch,
    CallMuch,
    SteerTerminal,
    Remember,
}

/// Set by one call; another call that sees it shares memory with that one.
static REMEMBERED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

impl Check for Hostile {
    const MANIFEST: Manifest = Manifest::check(
        "hostile-check",
        env!("CARGO_PKG_VERSION"),
        "Tries the sandbox",
    );
    type Config = Config;

    #[allow(clippy::panic, reason = "a panic is what is tried")]
    fn run(_plan: &Plan<'_>, config: &Config) -> Result<Vec<Finding>, Failure> {
        match config.act {
            Act::Behave => Ok(Vec::new()),
            Act::Loop => loop {
                black_box(());
            },
            Act::Allocate => {
                let mut kept = Vec::new();
                loop {
                    kept.push(black_box(vec![1_u8; 1 << 20]));
                }
            }
            Act::Panic => panic!("the plugin said this"),
            Act::Recurse => Ok(vec![Finding::info("depth", &deeper(0).to_string())]),
            Act::ReturnMuch => Ok(vec![
                Finding::error("much", "a").detail("x".repeat(64 << 20)),
            ]),
            Act::FindMuch => Ok((0..1000)
                .map(|i| Finding::warning("much", &i.to_string()))
                .collect()),
            Act::LogMuch => {
                (0..100).for_each(|_| portcullis_plugin::log::info(&"x".repeat(10_000)));
                Ok(Vec::new())
            }
            Act::CallMuch => {
                (0..10_000_000).for_each(|_| portcullis_plugin::log::debug(""));
                Ok(Vec::new())
            }
            Act::SteerTerminal => Ok(vec![
                Finding::warning("steer", "a\u{1b}]52;c;x\u{7}")
                    .summary("\u{1b}[2Jx\nApply complete!")
                    .detail("::set-output name=x\u{202e}"),
            ]),
            Act::Remember => {
                let known = REMEMBERED.swap(true, std::sync::atomic::Ordering::Relaxed);
                Ok(if known {
                    vec![Finding::error("remembered", "a")]
                } else {
                    Vec::new()
                })
            }
        }
    }
}

/// Recursion that no compiler turns into a loop.
fn deeper(depth: u64) -> u64 {
    let next: fn(u64) -> u64 = black_box(deeper);
    next(depth + 1).wrapping_mul(3) ^ depth
}

portcullis_plugin::export_check!(Hostile);
