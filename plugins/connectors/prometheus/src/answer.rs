//! Answers of the Prometheus HTTP API, version 1.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Answer of `/api/v1/label/<name>/values`.
#[derive(Debug, Deserialize)]
pub(crate) struct Names {
    pub(crate) data: Vec<String>,
}

/// Answer of `/api/v1/query` for an instant vector.
#[derive(Debug, Deserialize)]
pub(crate) struct Vector {
    pub(crate) data: Results,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Results {
    pub(crate) result: Vec<Sample>,
}

/// One sample: labels, and the time of evaluation with the value.
#[derive(Debug, Deserialize)]
pub(crate) struct Sample {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

/// Where the blanks of DCGM begin: DCGM_INT32_BLANK. Those of the wider types (about 1.4e14 and 9.22e18) lie above,
/// and no value read here comes near.
const BLANK: f64 = 2_147_483_632.0;

/// 16 TiB: more memory no device has.
const MOST_MIB: u32 = 16 * 1024 * 1024;

impl Sample {
    /// A label; one that is empty is one that is not there.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.metric
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The value as a whole number; none when DCGM had nothing to say.
    pub(crate) fn count(&self) -> Option<u32> {
        let value: f64 = self.value.1.parse().ok()?;
        if !(0.0..BLANK).contains(&value) {
            return None;
        }
        format!("{value:.0}").parse().ok()
    }

    /// The value as an amount of memory in MiB; none when it is more than any device has.
    pub(crate) fn mib(&self) -> Option<u32> {
        self.count().filter(|mib| *mib < MOST_MIB)
    }

    /// The value as seconds since 1970, which pass for a blank above.
    pub(crate) fn seconds(&self) -> Option<u32> {
        self.value.1.split('.').next()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Sample, Vector};

    fn sample(value: &str) -> Sample {
        serde_json::from_str(&format!(
            r#"{{"metric":{{"UUID":"GPU-1","pod":""}},"value":[1.5,"{value}"]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn blanks_of_dcgm_read_as_missing() {
        for blank in [
            "9.223372036854776e+18",
            "9223372036854775794",
            "140737488355328",
            "2147483632",
            "NaN",
            "+Inf",
            "-1",
            "",
        ] {
            assert_eq!(sample(blank).count(), None, "{blank}");
        }
        for (text, count) in [
            ("0", 0),
            ("141312", 141_312),
            ("1.43e+05", 143_000),
            ("81559.4", 81_559),
        ] {
            assert_eq!(sample(text).count(), Some(count), "{text}");
        }
    }

    #[test]
    fn sample_times_keep_their_seconds() {
        assert_eq!(sample("1795392000.123").seconds(), Some(1_795_392_000));
    }

    #[test]
    fn an_empty_label_is_no_label() {
        assert_eq!(sample("1").label("pod"), None);
        assert_eq!(sample("1").label("UUID"), Some("GPU-1"));
    }

    #[test]
    fn an_empty_answer_has_no_samples() {
        let text = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        let vector: Vector = serde_json::from_str(text).unwrap();
        assert!(vector.data.result.is_empty());
    }
}
