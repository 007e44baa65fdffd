//! A connector reads the state of one outside system and changes it.

use serde::de::DeserializeOwned;

use crate::{Config, Manifest};

/// One outside system. Implement it on a unit struct together with the parts that it has: [`Inventory`], [`Supply`],
/// [`Access`], [`Objects`], [`Credentials`]. Then name struct and parts in [`export_connector!`](crate::export_connector).
///
/// [`Inventory`]: crate::Inventory
/// [`Supply`]: crate::Supply
/// [`Access`]: crate::Access
/// [`Objects`]: crate::Objects
/// [`Credentials`]: crate::Credentials
pub trait Connector {
    /// Who the connector is and what it asks for. It becomes a section of the component, readable without running it.
    const MANIFEST: Manifest;

    /// What `config` in HCL holds. Its shape becomes part of the manifest.
    type Config: Config + DeserializeOwned;
}
