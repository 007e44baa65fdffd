//! `portcullis plugin bench`: how long a plugin takes, on this machine.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use portcullis_plugin_host::{Compiler, Host, HostConfig, PluginRef};
use serde::Serialize;

use super::chosen::Chosen;
use super::screen::Format;
use super::{Exit, Failure, block_on, clock, read_config, read_plan};

/// Print how long a plugin takes: to compile, to load from the cache, to instantiate, and to be called.
///
/// Each figure is of fresh instances, as the provider makes one for every call. The function called is `describe`, which
/// every plugin has and which does nothing; for a check, `--plan` also times `run` over that plan.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    chosen: Chosen,
    /// How many instances to time.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    calls: u32,
    /// A plan document for a check.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Its `config`: JSON, or `@` and a file with JSON.
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One figure, in microseconds.
#[derive(Debug, Serialize)]
struct Figure {
    what: &'static str,
    p50_us: f64,
    p95_us: f64,
    samples: usize,
}

impl Figure {
    fn of(what: &'static str, mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let at = |share: usize| {
            let last = samples.len().saturating_sub(1);
            let found = samples.get((samples.len() * share / 100).min(last));
            found.copied().unwrap_or_default().as_secs_f64() * 1e6
        };
        Self {
            what,
            p50_us: at(50),
            p95_us: at(95),
            samples: samples.len(),
        }
    }
}

impl Bench {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let component = self.chosen.read()?;
        let figures = self.measure(&component.plugin)?;
        Format::new(self.json).write(&figures, |out, figures| {
            writeln!(
                out,
                "{:28} {:>12} {:>12} {:>8}",
                "", "P50", "P95", "SAMPLES"
            )?;
            figures.iter().try_for_each(|figure| {
                let (p50, p95) = (shown(figure.p50_us), shown(figure.p95_us));
                writeln!(
                    out,
                    "{:28} {p50:>12} {p95:>12} {:>8}",
                    figure.what, figure.samples
                )
            })
        })?;
        Ok(Exit::Pass)
    }

    fn measure(&self, plugin: &PluginRef) -> Result<Vec<Figure>, Failure> {
        let folder = std::env::temp_dir().join(format!("portcullis-bench-{}", std::process::id()));
        let measured = self.measure_with_cache(plugin, &folder);
        let _ = std::fs::remove_dir_all(&folder);
        measured
    }

    fn measure_with_cache(
        &self,
        plugin: &PluginRef,
        cache: &std::path::Path,
    ) -> Result<Vec<Figure>, Failure> {
        let new_host = || {
            Host::new(HostConfig {
                cache_dir: Some(cache.to_owned()),
                compiler: Compiler::this_program(),
                ..HostConfig::new(clock())
            })
        };
        let load = |host: &Host| -> Result<Duration, Failure> {
            let start = Instant::now();
            block_on(host.prepare(plugin))?.map_err(Failure::told)?;
            Ok(start.elapsed())
        };
        let compile = load(&new_host())?;
        let loads = (0..20)
            .map(|_| load(&new_host()))
            .collect::<Result<_, _>>()?;
        let host = new_host();
        load(&host)?;
        let (mut made, mut first, mut warm) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.calls {
            let timing = block_on(host.time(plugin))?.map_err(Failure::told)?;
            made.push(timing.instantiate);
            first.push(timing.first_call);
            warm.push(timing.warm_call);
        }
        let mut figures = vec![
            Figure::of("compile", vec![compile]),
            Figure::of("start engine, load cached", loads),
            Figure::of("instantiate", made),
            Figure::of("first call", first),
            Figure::of("warm call", warm),
        ];
        if let Some(path) = &self.plan {
            let plan = read_plan(path)?;
            let config = read_config(self.config.as_deref())?;
            let check = host.check(plugin, config);
            let mut runs = Vec::new();
            for _ in 0..self.calls {
                let start = Instant::now();
                block_on(check.run(&plan))?.map_err(Failure::told)?;
                runs.push(start.elapsed());
            }
            figures.push(Figure::of("run over the plan", runs));
        }
        Ok(figures)
    }
}

/// A duration with three digits that mean something.
fn shown(us: f64) -> String {
    match us {
        us if us < 100.0 => format!("{us:.1} us"),
        us if us < 1_000.0 => format!("{us:.0} us"),
        us if us < 100_000.0 => format!("{:.1} ms", us / 1_000.0),
        us => format!("{:.0} ms", us / 1_000.0),
    }
}
