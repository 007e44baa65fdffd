//! The PromQL that is asked.

use crate::Config;
use crate::health;

/// The metric whose presence means a device.
pub(crate) const PRESENCE: &str = "DCGM_FI_DEV_FB_USED";
pub(crate) const FREE: &str = "DCGM_FI_DEV_FB_FREE";
pub(crate) const TOTAL: &str = "DCGM_FI_DEV_FB_TOTAL";

/// Everything that is read of the devices of some hosts. Labels that nobody reads are left to the server: the answer
/// is a third of the size.
pub(crate) fn samples(config: &Config, hosts: &[&str]) -> String {
    let metrics: Vec<&str> = [PRESENCE, FREE, TOTAL]
        .into_iter()
        .chain(health::METRICS)
        .collect();
    format!(
        "max by (__name__, UUID, GPU_I_ID, GPU_I_PROFILE, modelName, gpu, DCGM_FI_DRIVER_VERSION, {}, {}) \
         ({{__name__=~\"{}\", {}}})",
        config.node_label,
        config.pod_label,
        metrics.join("|"),
        of_hosts(config, hosts)
    )
}

/// When the devices of some hosts were seen. The time that stands beside a value is the time of the question.
pub(crate) fn sample_times(config: &Config, hosts: &[&str]) -> String {
    format!(
        "max by (UUID, GPU_I_ID) (timestamp({PRESENCE}{{{}}}))",
        of_hosts(config, hosts)
    )
}

fn of_hosts(config: &Config, hosts: &[&str]) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| literal(host)).collect();
    format!("{}=~\"{}\"", config.node_label, hosts.join("|"))
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
    use super::{literal, sample_times};

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
            r#"max by (UUID, GPU_I_ID) (timestamp(DCGM_FI_DEV_FB_USED{Hostname=~"a|b"}))"#
        );
    }
}
