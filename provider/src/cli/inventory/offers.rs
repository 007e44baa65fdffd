//! `portcullis inventory offers`: what is offered where devices cannot be told one by one, the best first.

use std::io::{self, Write};

use clap::Args;
use portcullis_model::{GpuModel, Grade, Name, Offer, Price, Quota, SourceState};
use serde_json::{Value as Json, json};

use super::live;
use crate::cli::ledger::table;
use crate::cli::sources::Sources;
use crate::cli::{Exit, Failure};
use crate::offers::{Ranked, Wanted};

/// Show what is offered, the best first, and the quotas that limit it.
///
/// Ranked: what can be had before what is gone, then by grade, then by price, then by how many there are.
#[derive(Debug, Args)]
pub(super) struct Offers {
    #[command(flatten)]
    sources: Sources,
    /// A model to look for, such as `H200`. May be given several times.
    #[arg(long, value_name = "MODEL")]
    model: Vec<GpuModel>,
    /// A connector to look at. May be given several times.
    #[arg(long, value_name = "NAME")]
    source: Vec<Name>,
    /// The region that an offer must be in.
    #[arg(long)]
    region: Option<String>,
    /// How far an offer must be trusted: firm, counted, level or listed.
    #[arg(long, value_name = "GRADE")]
    minimum_grade: Option<Grade>,
    /// Least GPUs of one node.
    #[arg(long, value_name = "GPUS")]
    gpus_per_node_min: Option<u32>,
    /// Highest price of one GPU for an hour, such as `2.49 USD`.
    #[arg(long, value_name = "PRICE")]
    max_price: Option<Price>,
    /// Most offers to show.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Offers {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let snapshot = self.sources.snapshot()?;
        let wanted = Wanted {
            models: self.model,
            sources: self.source,
            region: self.region,
            minimum_grade: self.minimum_grade,
            gpus_per_node_min: self.gpus_per_node_min,
            max_price: self.max_price,
        };
        let mut ranked = Ranked::of(&snapshot, &wanted);
        let matching = ranked.offers.len();
        ranked.offers.truncate(self.limit);
        let mut out = io::stdout().lock();
        if self.json {
            let document = json!({
                "sources": live::source_documents(&snapshot),
                "matching": matching,
                "offers": ranked.offers.iter().map(offer).collect::<Vec<Json>>(),
                "quotas": ranked.quotas.iter().map(quota).collect::<Vec<Json>>(),
            });
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(out, "{text}")?;
        } else {
            print(&mut out, &ranked)?;
            if matching > ranked.offers.len() {
                let more = matching - ranked.offers.len();
                writeln!(out, "{more} more match: raise `--limit` to see them.\n")?;
            }
            live::print_sources(&mut out, &snapshot)?;
        }
        Ok(live::exit(&snapshot))
    }
}

fn print(out: &mut impl Write, ranked: &Ranked<'_>) -> io::Result<()> {
    let mut offers = table(&[
        "SOURCE",
        "OFFER",
        "MODEL",
        "GPUS A NODE",
        "GPUS NOW",
        "GRADE",
        "PRICE",
        "REGION",
    ]);
    for (source, offer) in &ranked.offers {
        // Where there is no number, a level may say something.
        let now = offer.gpus_available().map(|gpus| gpus.to_string());
        let level = || offer.label("level").unwrap_or("?").to_owned();
        offers.add_row([
            source.name.to_string(),
            offer.name.clone(),
            offer.model.to_string(),
            offer.gpus_per_node.to_string(),
            now.unwrap_or_else(level),
            offer.grade.to_string(),
            offer
                .price
                .map_or_else(|| "?".to_owned(), |price| price.to_string()),
            offer.label("region").unwrap_or("?").to_owned(),
        ]);
    }
    writeln!(out, "{}\n", offers.trim_fmt())?;
    if ranked.quotas.is_empty() {
        return Ok(());
    }
    let mut quotas = table(&["SOURCE", "QUOTA", "OF", "MODEL", "LIMIT", "USED", "QUEUE"]);
    for (source, quota) in &ranked.quotas {
        quotas.add_row([
            source.name.to_string(),
            quota.name.clone(),
            quota.unit.to_string(),
            quota
                .model
                .as_ref()
                .map_or_else(|| "all".to_owned(), ToString::to_string),
            quota.limit.to_string(),
            quota.used.to_string(),
            quota.queue().unwrap_or("-").to_owned(),
        ]);
    }
    writeln!(out, "{}\n", quotas.trim_fmt())
}

fn offer((source, offer): &(&SourceState, &Offer)) -> Json {
    json!({
        "source": source.name.to_string(),
        "name": offer.name,
        "model": offer.model.to_string(),
        "gpus_per_node": offer.gpus_per_node,
        "nodes_available": offer.nodes_available,
        "nodes_total": offer.nodes_total,
        "gpus_available": offer.gpus_available(),
        "grade": offer.grade.as_str(),
        "price": offer.price.map(|price| price.to_string()),
        "labels": offer.labels,
        "observed_at": offer.observed_at.to_string(),
    })
}

fn quota((source, quota): &(&SourceState, &Quota)) -> Json {
    json!({
        "source": source.name.to_string(),
        "name": quota.name,
        "unit": quota.unit.as_str(),
        "model": quota.model.as_ref().map(ToString::to_string),
        "queue": quota.queue(),
        "limit": quota.limit,
        "used": quota.used,
        "observed_at": quota.observed_at.to_string(),
    })
}
