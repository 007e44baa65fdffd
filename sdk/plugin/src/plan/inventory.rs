//! What capacity exists, as far as a plan document tells.

use std::borrow::Cow;

use crate::Value;

/// A source of capacity that this run has read, or tried to.
///
/// ```
/// use portcullis_plugin::Plan;
///
/// let plan = Plan::from_json(r#"{"schema": 1, "resources": [], "inventory": [
///     {"source": "cluster", "status": "complete", "grade": "counted",
///      "models": [{"model": "nvidia-h200", "nodes": 2, "devices": 16, "free": 9}]}
/// ]}"#).unwrap();
/// let cluster = plan.source("cluster").unwrap();
/// assert!(cluster.is_complete());
/// assert_eq!(cluster.model("nvidia-h200").unwrap().free, 9);
/// ```
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// Its name.
    pub source: Cow<'a, str>,
    /// `complete`, `partial`, `stale` or `unavailable`. Only a complete one can be counted on.
    pub status: Cow<'a, str>,
    /// Why it is not complete.
    pub reason: Cow<'a, str>,
    /// The least trusted grade among its devices: `firm`, `counted`, `level`, `listed`.
    pub grade: Cow<'a, str>,
    /// When it saw what it reports, in seconds since 1970-01-01T00:00:00Z.
    pub observed_at: Option<u32>,
    /// What it has, by model.
    pub models: Vec<Model<'a>>,
}

/// The devices of one model at one source.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    /// Canonical name, `nvidia-h200` or `nvidia-h200/1g.18gb`.
    pub model: Cow<'a, str>,
    /// Machines that have such devices.
    pub nodes: u64,
    /// Devices that there are.
    pub devices: u64,
    /// Devices among them that are healthy and neither used nor reserved.
    pub free: u64,
    /// Devices among them that are not known to be healthy.
    pub unhealthy: u64,
}

impl<'a> Source<'a> {
    pub(super) fn read(mut document: Value<'a>) -> Self {
        let or = |text: Cow<'a, str>, missing| {
            if text.is_empty() {
                Cow::Borrowed(missing)
            } else {
                text
            }
        };
        let observed_at = document.at("observed_at").as_u64();
        Self {
            source: document.take_text("source"),
            status: or(document.take_text("status"), "unavailable"),
            reason: document.take_text("reason"),
            grade: or(document.take_text("grade"), "listed"),
            observed_at: observed_at.and_then(|seconds| u32::try_from(seconds).ok()),
            models: document
                .take("models")
                .into_items()
                .into_iter()
                .map(Model::read)
                .collect(),
        }
    }

    /// Whether all of it was read, and lately.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status == "complete"
    }

    /// Its devices of one model. None when it reports no such device, which means that there is none only when the
    /// source is complete.
    #[must_use]
    pub fn model(&self, model: &str) -> Option<&Model<'a>> {
        self.models.iter().find(|found| found.model == model)
    }
}

impl<'a> Model<'a> {
    fn read(mut document: Value<'a>) -> Self {
        let count = |name: &str| document.step(name).as_u64().unwrap_or_default();
        Self {
            nodes: count("nodes"),
            devices: count("devices"),
            free: count("free"),
            unhealthy: count("unhealthy"),
            model: document.take_text("model"),
        }
    }
}
