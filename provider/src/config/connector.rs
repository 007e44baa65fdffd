//! `connector "name" {}`

use tfplugin::Schema;
use tfplugin::field::{Dynamic, Optional, OptionalBlock, Required};

/// A source of GPU inventory.
#[derive(Debug, Clone, Schema)]
pub struct ConnectorBlock {
    /// Built in: `nvml` (the GPUs of this host) and `fleet` (a CSV, TOML or JSON file). Otherwise the name of a
    /// WebAssembly component that `portcullis.lock` pins.
    pub plugin: Required<String>,
    /// What the connector needs to know; its own page says what.
    pub config: Optional<Dynamic>,
    /// What the component may do. It gets what it asks for in its manifest and is granted here, and nothing else.
    pub allow: OptionalBlock<Allow>,
}

/// What a component may do.
#[derive(Debug, Clone, Schema)]
pub struct Allow {
    /// Origins it may reach, such as `https://prometheus.acme.example` or `http://127.0.0.1:9090`.
    pub hosts: Optional<Vec<String>>,
}
