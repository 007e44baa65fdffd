//! The PromQL that is asked.

use crate::health;
use crate::{Config, SEEN_WITHIN};

/// The metric whose presence means a device.
pub(crate) const PRESENCE: &str = "DCGM_FI_DEV_FB_USED";
pub(crate) const FREE: &str = "DCGM_FI_DEV_FB_FREE";
pub(crate) const TOTAL: &str = "DCGM_FI_DEV_FB_TOTAL";
/// Percent of the time in which a kernel ran.
pub(crate) const UTILISATION: &str = "DCGM_FI_DEV_GPU_UTIL";

/// Everything that is read of the devices of some hosts. Labels that nobody reads are left to the server: the answer
/// is a third of the size.
pub(crate) fn samples(config: &Config, hosts: &[&str]) -> String {
    let metrics: Vec<&str> = [PRESENCE, FREE, TOTAL, UTILISATION]
        .into_iter()
        .chain(health::METRICS)
        .collect();
    format!(
        "max by (__name__, UUID, GPU_I_ID, GPU_I_PROFILE, modelName, gpu, DCGM_FI_DRIVER_VERSION, {}, {}) \
         ({{__name__=~\"{}\", {}}})",
        config.pod_label,
        place(config),
        metrics.join("|"),
        of_hosts(config, hosts)
    )
}

/// When the devices of some hosts were seen. The time that stands beside a value is the time of the question.
pub(crate) fn sample_times(config: &Config, hosts: &[&str]) -> String {
    format!(
        "max by (UUID, GPU_I_ID, {}) (timestamp({PRESENCE}{{{}}}))",
        place(config),
        of_hosts(config, hosts)
    )
}

/// When the devices of some hosts were seen last within the hour, those among them that are not there any more. Steps of
/// a quarter of a minute are enough: what is there now is told by [`sample_times`].
pub(crate) fn earlier(config: &Config, hosts: &[&str]) -> String {
    format!(
        "max by (UUID, GPU_I_ID, GPU_I_PROFILE, modelName, gpu, {}) \
         (max_over_time(timestamp({PRESENCE}{{{}}})[{SEEN_WITHIN}s:15s]))",
        place(config),
        of_hosts(config, hosts)
    )
}

/// The series whose labels name the machines.
pub(crate) fn presence(config: &Config) -> String {
    format!("{PRESENCE}{{{}}}", clusters(config).unwrap_or_default())
}

/// The labels that say where a device is.
fn place(config: &Config) -> String {
    let labels = [Some(&config.node_label), config.cluster_label.as_ref()];
    let labels: Vec<&str> = labels.into_iter().flatten().map(String::as_str).collect();
    labels.join(", ")
}

fn of_hosts(config: &Config, hosts: &[&str]) -> String {
    let hosts = Some(one_of(&config.node_label, hosts.iter().copied()));
    let matchers: Vec<String> = hosts.into_iter().chain(clusters(config)).collect();
    matchers.join(", ")
}

/// The clusters that are read; none for all.
fn clusters(config: &Config) -> Option<String> {
    let (label, clusters) = config
        .cluster_label
        .as_ref()
        .zip(config.clusters.as_ref())?;
    Some(one_of(label, clusters.iter().map(String::as_str)))
}

fn one_of<'v>(label: &str, values: impl Iterator<Item = &'v str>) -> String {
    let values: Vec<String> = values.map(literal).collect();
    format!("{label}=~\"{}\"", values.join("|"))
}

/// A regular expression, inside a PromQL string, that matches the text and nothing else.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\\\\\"),
            '\n' => out.push_str("\\n"),
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                out.push_str("\\\\");
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{earlier, literal, presence, sample_times};

    #[test]
    fn a_host_name_cannot_leave_its_matcher() {
        assert_eq!(literal("gpu-01.example"), r"gpu-01\\.example");
        assert_eq!(literal(r#"a"} or vector(1)"#), r#"a\"\\} or vector\\(1\\)"#);
        assert_eq!(literal(r"a\b"), r"a\\\\b");
    }

    #[test]
    fn the_time_of_the_sample_is_asked_for() {
        let config = serde_json::from_str(r#"{"url":"http://a"}"#).unwrap();
        assert_eq!(
            sample_times(&config, &["a", "b"]),
            r#"max by (UUID, GPU_I_ID, Hostname) (timestamp(DCGM_FI_DEV_FB_USED{Hostname=~"a|b"}))"#
        );
    }

    #[test]
    fn clusters_are_told_apart_and_narrowed() {
        let config = serde_json::from_str(
            r#"{"url":"http://a","cluster_label":"cluster","clusters":["eu.1","us"]}"#,
        )
        .unwrap();
        assert_eq!(
            presence(&config),
            r#"DCGM_FI_DEV_FB_USED{cluster=~"eu\\.1|us"}"#
        );
        assert_eq!(
            earlier(&config, &["a"]),
            r#"max by (UUID, GPU_I_ID, GPU_I_PROFILE, modelName, gpu, Hostname, cluster) (max_over_time(timestamp(DCGM_FI_DEV_FB_USED{Hostname=~"a", cluster=~"eu\\.1|us"})[3600s:15s]))"#
        );
    }
}
