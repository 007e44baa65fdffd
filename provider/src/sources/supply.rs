//! What a component offers and allows, as the model wants it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_model::{Name, Offer, ParseError, Price, Quota, Reason, SourceReport, Supply};
use portcullis_plugin_host::{Pool, Quota as QuotaRecord, Supply as SupplyRecords};

use super::plugin::nonsense;

/// A report with what its source offers and allows. An offer that makes no sense is left out and makes the report
/// partial.
///
/// # Errors
/// A quota that makes no sense leaves the source unanswered: what it would have limited must not be taken for free.
pub(crate) fn add_supply(
    source: &Name,
    report: SourceReport,
    records: &SupplyRecords,
    now: Timestamp,
) -> Result<SourceReport, Reason> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut refused = None;
    for (position, pool) in (1..).zip(&records.pools) {
        match offer(pool, now) {
            // Nodes without GPUs offer none.
            Ok(offer) if offer.gpus_per_node == 0 => {}
            Ok(offer) => offers.push(offer),
            Err(error) => drop(refused.get_or_insert((position, error))),
        }
    }
    let mut quotas: Vec<Quota> = Vec::new();
    for (position, record) in (1..).zip(&records.quotas) {
        let of = ("quotas", records.quotas.len());
        let quota = quota(record, now).map_err(|error| nonsense(source, of, position, &error))?;
        quotas.push(quota);
    }
    let partial = twice(source, &offers, &quotas).or_else(|| {
        let (position, error) = refused?;
        let of = ("offers", records.pools.len());
        Some(nonsense(source, of, position, &error))
    });
    let seen = quotas.iter().map(|quota| quota.observed_at).min();
    Ok(SourceReport {
        // A verdict is as old as the oldest limit that it kept.
        observed_at: seen.map_or(report.observed_at, |seen| seen.min(report.observed_at)),
        partial: report.partial.or(partial),
        supply: Supply { offers, quotas },
        ..report
    })
}

fn offer(pool: &Pool, now: Timestamp) -> Result<Offer, ParseError> {
    let price = |milli: u32| -> Result<Price, ParseError> {
        let (whole, decimals) = (milli / 1_000, milli % 1_000);
        format!("{whole}.{decimals:03} {}", pool.currency).parse()
    };
    Ok(Offer {
        name: pool.name.clone(),
        model: pool.model.parse()?,
        gpus_per_node: pool.devices_per_node,
        nodes_available: pool.nodes_available,
        nodes_total: pool.nodes_total,
        grade: pool.grade.parse()?,
        observed_at: seen_at(pool.observed_at, now),
        price: pool.price_milli.map(price).transpose()?,
        labels: pool.labels.iter().cloned().collect(),
    })
}

fn quota(record: &QuotaRecord, now: Timestamp) -> Result<Quota, ParseError> {
    let model = (!record.model.is_empty()).then(|| record.model.parse());
    Ok(Quota {
        name: record.name.clone(),
        unit: record.unit.parse()?,
        model: model.transpose()?,
        limit: record.limit,
        used: record.used,
        observed_at: seen_at(record.observed_at, now),
        labels: record.labels.iter().cloned().collect(),
    })
}

/// A clock that runs ahead must not make what is old fresh.
fn seen_at(seconds: u32, now: Timestamp) -> Timestamp {
    let seen = Timestamp::from_second(i64::from(seconds));
    seen.unwrap_or(now).min(now)
}

/// Says that two offers or two quotas of a source have one name, which may be one told twice.
fn twice(source: &Name, offers: &[Offer], quotas: &[Quota]) -> Option<Reason> {
    let name = repeated(offers.iter().map(|offer| &offer.name))
        .or_else(|| repeated(quotas.iter().map(|quota| &quota.name)))?;
    Some(Reason {
        code: "connector-record-invalid".to_owned(),
        summary: "Connector reports what makes no sense".to_owned(),
        asked: format!("Asked connector `{source}` for what it offers and allows."),
        found: format!("It tells of `{name}` more than once, and names are to be unique."),
        remedy: "Report this to the developers of the connector.".to_owned(),
    })
}

/// The first name that comes a second time.
fn repeated<'a>(mut names: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let mut seen = BTreeSet::new();
    names.find(|name| !seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use portcullis_model::{Grade, QuotaUnit};

    use super::*;

    fn pool(name: &str, model: &str, currency: &str) -> Pool {
        Pool {
            name: name.to_owned(),
            model: model.to_owned(),
            devices_per_node: 8,
            nodes_available: Some(3),
            nodes_total: None,
            grade: "firm".to_owned(),
            observed_at: u32::MAX,
            price_milli: Some(2_090),
            currency: currency.to_owned(),
            labels: vec![("region".to_owned(), "eu-west-1".to_owned())],
        }
    }

    fn limit(model: &str, observed_at: u32) -> QuotaRecord {
        QuotaRecord {
            name: format!("quota {model}"),
            unit: "devices".to_owned(),
            model: model.to_owned(),
            limit: 16,
            used: 20,
            observed_at,
            labels: Vec::new(),
        }
    }

    fn told(pools: Vec<Pool>, quotas: Vec<QuotaRecord>) -> Result<SourceReport, Reason> {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let report = SourceReport {
            grade: Grade::Firm,
            observed_at: now,
            partial: None,
            nodes: Vec::new(),
            rooms: Vec::new(),
            devices: Vec::new(),
            supply: Supply::default(),
        };
        let records = SupplyRecords { pools, quotas };
        add_supply(&"cloud".parse().unwrap(), report, &records, now)
    }

    #[test]
    fn offers_and_quotas_become_the_models_own() {
        let report = told(
            vec![pool("p5", "NVIDIA H100 80GB HBM3", "USD")],
            vec![limit("", 1_700_000_000)],
        )
        .unwrap();
        let [offer] = report.supply.offers.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!(offer.model.to_string(), "H100-80GB");
        assert_eq!(offer.gpus_available(), Some(24));
        assert_eq!(offer.label("region"), Some("eu-west-1"));
        assert_eq!(
            offer.observed_at.as_second(),
            1_800_000_000,
            "not later than now"
        );
        let [quota] = report.supply.quotas.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!((quota.unit, quota.left()), (QuotaUnit::Devices, 0));
        assert!(quota.covers(&offer.model));
        assert_eq!(report.observed_at.as_second(), 1_700_000_000);
        assert_eq!(report.partial, None);
    }

    #[test]
    fn an_offer_without_sense_is_left_out_and_said() {
        let mut empty = pool("cpu", "H200", "USD");
        empty.devices_per_node = 0;
        let pools = vec![
            pool("one", "H200", "usd"),
            pool("two", "H200", "EUR"),
            empty,
        ];
        let report = told(pools, Vec::new()).unwrap();
        assert_eq!(report.supply.offers.len(), 1);
        let partial = report.partial.unwrap();
        assert_eq!(partial.code, "connector-record-invalid");
        assert!(partial.asked.ends_with("its offers."), "{}", partial.asked);
        let again = told(vec![pool("a", "H200", "USD"); 2], Vec::new()).unwrap();
        let partial = again.partial.unwrap();
        assert!(partial.found.contains("`a` more than once"), "{partial}");
    }

    #[test]
    fn a_quota_without_sense_leaves_the_source_unanswered() {
        let reason = told(Vec::new(), vec![limit("\u{1}", 0)]).unwrap_err();
        assert!(reason.asked.ends_with("its quotas."), "{}", reason.asked);
    }
}
