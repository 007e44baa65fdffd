//! What capacity is offered or allowed where devices cannot be told one by one.

use crate::{Connector, Failure, Pool, Quota, SupplyPage};

/// Tells which pools and quotas there are.
///
/// ```
/// use portcullis_plugin::{Connector, Failure, Manifest, NoConfig, Pool, Quota, Supply, SupplyPage};
///
/// struct Catalogue;
///
/// impl Connector for Catalogue {
///     const MANIFEST: Manifest = Manifest::connector("catalogue", "1.0.0", "What our cloud offers");
///     type Config = NoConfig;
/// }
///
/// impl Supply for Catalogue {
///     fn list_supply(_: &NoConfig, _: Option<&str>) -> Result<SupplyPage, Failure> {
///         let pool = Pool { devices_per_node: 8, ..Pool::new("gpu-8x", "NVIDIA H200") };
///         Ok(SupplyPage::only(vec![pool], vec![Quota::new("h200", 64, 16)]))
///     }
/// }
///
/// portcullis_plugin::export_connector!(Catalogue: Supply);
/// ```
pub trait Supply: Connector {
    /// Gives one page of pools and quotas; `cursor` is what the page before gave as `next`.
    ///
    /// # Errors
    /// When the source cannot be read. An empty page says that it was read and has none.
    fn list_supply(config: &Self::Config, cursor: Option<&str>) -> Result<SupplyPage, Failure>;
}

impl SupplyPage {
    /// The only page.
    #[must_use]
    pub fn only(pools: Vec<Pool>, quotas: Vec<Quota>) -> Self {
        Self {
            pools,
            quotas,
            next: None,
        }
    }
}

impl Pool {
    /// A pool with one device a node of which no numbers are known, of the least grade. Set what is.
    #[must_use]
    pub fn new(name: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            model: model.into(),
            devices_per_node: 1,
            nodes_available: None,
            nodes_total: None,
            grade: "listed".to_owned(),
            observed_at: 0,
            price_milli: None,
            currency: String::new(),
            labels: Vec::new(),
        }
    }
}

impl Quota {
    /// A quota that counts devices of any model. Set what differs.
    #[must_use]
    pub fn new(name: impl Into<String>, limit: u32, used: u32) -> Self {
        Self {
            name: name.into(),
            unit: "devices".to_owned(),
            model: String::new(),
            limit,
            used,
            observed_at: 0,
            labels: Vec::new(),
        }
    }
}
