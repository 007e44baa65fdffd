//! Where devices come from.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Device, Grade, Name, NodeName, NodeRoom, Reason, Supply};

/// A source's answer in the making; dropping it stops the work.
pub type Fetch<'a> = Pin<Box<dyn Future<Output = Result<SourceReport, Reason>> + Send + 'a>>;

/// Where devices come from: a host's NVML, a fleet file, a connector in its sandbox.
///
/// The inventory knows sources by this trait alone, so it depends on no sandbox and no vendor. A
/// future rather than a blocking call: each source has a time budget, and only a future can be
/// dropped when the budget is spent. It needs nothing of an async runtime.
pub trait DeviceSource: Debug + Send + Sync {
    /// The name of the connector in HCL.
    fn name(&self) -> &Name;

    /// How far this source's numbers can be trusted at best.
    fn grade(&self) -> Grade;

    /// Asks once for everything that the source knows, as of `now`.
    fn fetch(&self, now: Timestamp) -> Fetch<'_>;
}

/// Everything that a source knows at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    /// How far the numbers can be trusted.
    pub grade: Grade,
    /// When the source was asked, or when what it tells was true if that is earlier.
    pub observed_at: Timestamp,
    /// Why devices may be missing; `None` when the report is complete.
    pub partial: Option<Reason>,
    /// Every node, those without devices too.
    pub nodes: Vec<NodeName>,
    /// What nodes have free beside their GPUs, for those of which the source tells it.
    pub rooms: Vec<(NodeName, NodeRoom)>,
    /// Every device.
    pub devices: Vec<Device>,
    /// What it offers and allows beside them.
    pub supply: Supply,
}
