//! The part `supply`: instance types with GPUs that a region offers, and capacity that is reserved there.
//!
//! An instance type says that there are such machines and not how many: its grade is `listed`. A capacity reservation,
//! capacity blocks among them, is a number of machines that AWS keeps for the account: its grade is `firm`. Quotas, which
//! AWS counts in virtual CPUs of families of types, are told as the machines of each type that they hold.

mod instance_type;
mod quota;
mod reservation;

use std::collections::BTreeMap;

use portcullis_plugin::{Failure, SupplyPage, now};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::api::Service;
use crate::xml::{self, Element};
use instance_type::Gpus;
use quota::Quotas;

/// Entries of one answer; what both operations take.
const PAGE: &str = "100";

/// How far the reading has come.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Progress {
    /// Where the next page begins; empty for the first one.
    token: String,
    /// Whether the types are all read.
    types_are_read: bool,
    /// The GPUs of each type, which reservations name.
    types: BTreeMap<String, Gpus>,
    /// How many machines the account may run; none before it was asked.
    quotas: Option<Quotas>,
}

/// The page at `cursor`, the first one without. A region without an address has nothing to tell.
pub(crate) fn page(config: &Config, cursor: Option<&str>) -> Result<SupplyPage, Failure> {
    let mut page = SupplyPage {
        pools: Vec::new(),
        quotas: Vec::new(),
        next: None,
    };
    let Some(url) = &config.ec2 else {
        return Ok(page);
    };
    let mut progress: Progress = match cursor {
        Some(cursor) => serde_json::from_str(cursor)?,
        None => Progress::default(),
    };
    if let (Some(url), None) = (&config.service_quotas, &progress.quotas) {
        progress.quotas = Some(Quotas::read(url));
    }
    let service = Service::ec2(url);
    let (region, read_at) = (config.region.as_deref(), now());
    let operation = match progress.types_are_read {
        true => "DescribeCapacityReservations",
        false => "DescribeInstanceTypes",
    };
    let text = service.get(operation, &parameters(config, &progress))?;
    let document = xml::parse(&text, operation)?;
    let answer = Element::root(&document);
    let set = if progress.types_are_read {
        "capacityReservationSet"
    } else {
        "instanceTypeSet"
    };
    if answer.child(set).is_none() {
        return Err(
            Failure::malformed(format!("`{operation}` was answered without `{set}`."))
                .remedy("Check that `ec2` in `config` is the address of EC2 in a region."),
        );
    }
    if progress.types_are_read {
        for item in answer.list(set) {
            let pool = reservation::pool(item, &progress.types, region, read_at)?;
            page.pools.extend(pool);
        }
    } else {
        for item in answer.list(set) {
            if let Some((name, gpus)) = instance_type::gpus(item)? {
                let room = gpus.room(&name, progress.quotas.as_ref());
                page.quotas.extend(room.quota(&name, gpus.model(), read_at));
                page.pools.push(gpus.listed(&name, region, read_at, &room));
                progress.types.insert(name, gpus);
            }
        }
    }
    let next = next(operation, answer.text("nextToken"), progress)?;
    page.next = next.map(|next| serde_json::to_string(&next)).transpose()?;
    Ok(page)
}

/// Types are asked for by the families in which there are GPUs; of all types, nine in ten have none.
fn parameters<'p>(config: &'p Config, progress: &'p Progress) -> Vec<(&'p str, &'p str)> {
    const VALUES: [&str; 8] = [
        "Filter.1.Value.1",
        "Filter.1.Value.2",
        "Filter.1.Value.3",
        "Filter.1.Value.4",
        "Filter.1.Value.5",
        "Filter.1.Value.6",
        "Filter.1.Value.7",
        "Filter.1.Value.8",
    ];
    let mut parameters = vec![("MaxResults", PAGE)];
    if progress.types_are_read {
        parameters.extend([("Filter.1.Name", "state"), ("Filter.1.Value.1", "active")]);
    } else {
        parameters.push(("Filter.1.Name", "instance-type"));
        let families = config.instance_types.iter().map(String::as_str);
        parameters.extend(VALUES.into_iter().zip(families));
    }
    if !progress.token.is_empty() {
        parameters.push(("NextToken", &progress.token));
    }
    parameters
}

/// What is left to read after a page; none after the last one.
fn next(operation: &str, token: &str, progress: Progress) -> Result<Option<Progress>, Failure> {
    match token {
        "" if progress.types_are_read => Ok(None),
        "" => Ok(Some(Progress {
            token: String::new(),
            types_are_read: true,
            ..progress
        })),
        token if token == progress.token => Err(Failure::malformed(format!(
            "`{operation}` names a page as next that was read already."
        ))),
        token => Ok(Some(Progress {
            token: token.to_owned(),
            ..progress
        })),
    }
}
