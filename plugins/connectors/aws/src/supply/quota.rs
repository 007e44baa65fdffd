//! Quotas of EC2, as Service Quotas tells them: virtual CPUs of families of instance types.

use portcullis_plugin::{Failure, Quota, log};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::JsonService;

/// Pages of the quotas of EC2, of which there are about two.
const PAGES_MAX: usize = 20;
const ON_DEMAND: [&str; 2] = ["Running On-Demand ", " instances"];
const SPOT: [&str; 2] = ["All ", " Spot Instance Requests"];

/// The quotas of one region that count instances by their virtual CPUs.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Quotas(Vec<Limit>);

/// One of them.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Limit {
    #[serde(rename = "QuotaName")]
    name: String,
    /// In virtual CPUs.
    value: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    quotas: Vec<Limit>,
    next_token: Option<String>,
}

/// What quotas leave of an instance type.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Room {
    /// The quota of on-demand instances by its name, and how many of the type it holds; none where it is not told.
    pub(crate) on_demand: Option<(String, u32)>,
    /// Whether neither that one nor those of spot instances hold a single one.
    pub(crate) is_none: bool,
}

impl Quotas {
    /// Those that Service Quotas at `url` tells; what it does not tell limits nothing, and is logged.
    pub(crate) fn read(url: &str) -> Self {
        match pages(&JsonService::service_quotas(url)) {
            Ok(quotas) => quotas,
            Err(Failure {
                message, remedy, ..
            }) => {
                let line = format!(
                    "quotas are not read, so that types are offered which none may be left of: {message} {remedy}"
                );
                log::warn(line.trim_end());
                Self::default()
            }
        }
    }

    /// What is left of an instance type with so many virtual CPUs, if nothing else of its families runs.
    pub(crate) fn room(&self, instance_type: &str, vcpus: u32) -> Room {
        let holds = |affixes: [&str; 2]| {
            let quotas = self.0.iter();
            // A number that is none says nothing.
            let mine = quotas.filter(|quota| {
                quota.value >= 0.0 && is_about(&quota.name, affixes, instance_type)
            });
            mine.map(|quota| (quota.name.clone(), quota.instances(vcpus)))
                .max_by_key(|(_, instances)| *instances)
        };
        let (on_demand, spot) = (holds(ON_DEMAND), holds(SPOT));
        let is_full = |held: &Option<(String, u32)>| matches!(held, Some((_, 0)));
        Room {
            is_none: is_full(&on_demand) && is_full(&spot),
            on_demand,
        }
    }
}

impl Limit {
    fn instances(&self, vcpus: u32) -> u32 {
        let whole = (self.value / f64::from(vcpus.max(1))).floor();
        if whole >= f64::from(u32::MAX) {
            return u32::MAX;
        }
        format!("{whole:.0}").parse().unwrap_or_default()
    }
}

impl Room {
    /// The quota as facts tell it. How much of it is in use is not told by Service Quotas.
    pub(crate) fn quota(
        &self,
        instance_type: &str,
        model: &str,
        observed_at: u32,
    ) -> Option<Quota> {
        let (name, limit) = self.on_demand.as_ref()?;
        Some(Quota {
            name: format!("{name}: {instance_type}"),
            unit: "instances".to_owned(),
            model: model.to_owned(),
            limit: *limit,
            used: 0,
            observed_at,
            labels: Vec::new(),
        })
    }
}

fn pages(service: &JsonService<'_>) -> Result<Quotas, Failure> {
    let mut quotas = Vec::new();
    let mut asked = json!({"ServiceCode": "ec2", "MaxResults": 100});
    for _ in 0..PAGES_MAX {
        let page: Page = service.read("ListServiceQuotas", &asked)?;
        let is_kept = |limit: &Limit| {
            families(&limit.name, ON_DEMAND).is_some() || families(&limit.name, SPOT).is_some()
        };
        quotas.extend(page.quotas.into_iter().filter(is_kept));
        let Some(token) = page.next_token.filter(|token| !token.is_empty()) else {
            return Ok(Quotas(quotas));
        };
        asked = json!({"ServiceCode": "ec2", "MaxResults": 100, "NextToken": token});
    }
    Err(Failure::malformed(format!(
        "`ListServiceQuotas` has more than {PAGES_MAX} pages of the quotas of EC2."
    )))
}

/// The families that the name of a quota lists: `G and VT` of `Running On-Demand G and VT instances`.
fn families<'n>(name: &'n str, [before, after]: [&str; 2]) -> Option<&'n str> {
    name.strip_prefix(before)?.strip_suffix(after)
}

/// Whether a quota counts an instance type: `P` counts `p5.48xlarge`, `P4` counts `p4d.24xlarge`, `G` counts `gr6.4xlarge`.
fn is_about(name: &str, affixes: [&str; 2], instance_type: &str) -> bool {
    let listed = families(name, affixes)
        .unwrap_or_default()
        .replace(" and ", ", ");
    let digits = |text: &str| {
        text.trim_start_matches(|one: char| !one.is_ascii_digit())
            .to_owned()
    };
    listed.split(", ").any(|family| {
        let letters = family
            .trim_end_matches(|one: char| one.is_ascii_digit())
            .to_ascii_lowercase();
        let generation = digits(family);
        !letters.is_empty()
            && instance_type.starts_with(&letters)
            && digits(instance_type).starts_with(&generation)
    })
}

#[cfg(test)]
mod tests {
    use super::{Limit, Quotas};

    fn quotas(lines: &[(&str, f64)]) -> Quotas {
        let limit = |(name, value): &(&str, f64)| Limit {
            name: (*name).to_owned(),
            value: *value,
        };
        Quotas(lines.iter().map(limit).collect())
    }

    const P: &str = "Running On-Demand P instances";
    const G: &str = "Running On-Demand G and VT instances";
    const P_SPOT: &str = "All P4, P3 and P2 Spot Instance Requests";
    const P5_SPOT: &str = "All P5 Spot Instance Requests";

    #[test]
    fn as_many_machines_as_their_cpus_fit() {
        let quotas = quotas(&[(P, 400.0), (G, 3.0)]);
        for (name, vcpus, machines) in [
            ("p5.48xlarge", 192, Some(2)),
            ("p4d.24xlarge", 96, Some(4)),
            ("g5.xlarge", 4, Some(0)),
            ("gr6.4xlarge", 16, Some(0)),
            ("vt1.3xlarge", 3, Some(1)),
            ("m5.large", 2, None),
        ] {
            let room = quotas.room(name, vcpus);
            assert_eq!(
                room.on_demand.map(|(_, machines)| machines),
                machines,
                "{name}"
            );
        }
    }

    #[test]
    fn nothing_is_left_where_no_quota_holds_one_and_all_are_known() {
        let p5 = |lines: &[(&str, f64)]| quotas(lines).room("p5.48xlarge", 192).is_none;
        assert!(p5(&[(P, 191.0), (P5_SPOT, 0.0), (P_SPOT, 9999.0)]));
        assert!(p5(&[(P, 0.0), ("All P Spot Instance Requests", 0.0)]));
        assert!(!p5(&[(P, 0.0), (P5_SPOT, 192.0)]));
        assert!(!p5(&[(P, 192.0), (P5_SPOT, 0.0)]));
        assert!(!p5(&[(P, 0.0), (P_SPOT, 0.0)]));
        assert!(!p5(&[(P5_SPOT, 0.0)]));
        assert!(!p5(&[]));
    }

    #[test]
    fn absurd_numbers_say_nothing_or_as_many_as_there_may_be() {
        for (value, machines) in [
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, Some(u32::MAX)),
            (1e300, Some(u32::MAX)),
            (192.0, Some(1)),
        ] {
            let room = quotas(&[(P, value)]).room("p5.48xlarge", 192);
            assert_eq!(
                room.on_demand.map(|(_, machines)| machines),
                machines,
                "{value}"
            );
        }
    }
}
