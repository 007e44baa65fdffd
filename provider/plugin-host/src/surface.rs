//! What a component imports and exports, and therefore what a plugin can do.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::{ComponentExtern, ComponentItem};

/// The only WIT package that plugins speak.
pub(crate) const PACKAGE: &str = "portcullis:plugin";

/// Something that a plugin can do: an interface that it exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A connector lists devices.
    Inventory,
    /// A connector lists pools and quotas.
    Supply,
    /// A connector lists who may do what.
    Access,
    /// A connector keeps objects.
    Objects,
    /// A connector issues credentials.
    Credentials,
    /// A check judges plans.
    Evaluation,
}

impl Part {
    /// All parts, connectors' first.
    pub const ALL: [Self; 6] = [
        Self::Inventory,
        Self::Supply,
        Self::Access,
        Self::Objects,
        Self::Credentials,
        Self::Evaluation,
    ];

    /// The part that a function of a connector belongs to.
    pub(crate) fn of_function(function: &str) -> Option<Self> {
        match function {
            "list-inventory" => Some(Self::Inventory),
            "list-supply" => Some(Self::Supply),
            "list-access" => Some(Self::Access),
            "read" | "plan" | "apply" | "delete" => Some(Self::Objects),
            "issue" | "revoke" => Some(Self::Credentials),
            _ => None,
        }
    }

    /// Name of the interface in `sdk/wit`.
    #[must_use]
    pub fn interface(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Supply => "supply",
            Self::Access => "access",
            Self::Objects => "objects",
            Self::Credentials => "credentials",
            Self::Evaluation => "evaluation",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.interface())
    }
}

/// What a component imports and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    /// Imports in the component's order.
    pub imports: Vec<Interface>,
    /// Exports in the component's order.
    pub exports: Vec<Interface>,
    parts: BTreeSet<Part>,
}

/// An interface that a component imports or exports.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Interface {
    /// The whole name, `portcullis:plugin/log@0.1.3` for example.
    pub name: String,
    /// Its functions, those of its resources as `[method]exchange.read`.
    pub functions: Vec<String>,
}

impl Surface {
    pub(crate) fn of(engine: &Engine, component: &Component) -> Self {
        let ty = component.component_type();
        let read = |(name, item): (&str, ComponentExtern<'_>)| Interface {
            name: name.to_owned(),
            functions: functions(engine, &item.ty),
        };
        let exports: Vec<Interface> = ty.exports(engine).map(read).collect();
        let exported = |part: &Part| exports.iter().any(|one| one.is(part.interface()));
        Self {
            imports: ty.imports(engine).map(read).collect(),
            parts: Part::ALL.into_iter().filter(exported).collect(),
            exports,
        }
    }

    /// Whether the plugin can do that.
    #[must_use]
    pub fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// Everything that the plugin can do.
    pub fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.parts.iter().copied()
    }
}

impl Interface {
    /// The interface without package and version; none when it is not of our package.
    #[must_use]
    pub fn interface(&self) -> Option<&str> {
        self.ours().map(|(interface, _)| interface)
    }

    /// The version of our package that it is of; none when it is not of our package.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.ours().map(|(_, version)| version)
    }

    pub(crate) fn is(&self, interface: &str) -> bool {
        self.interface() == Some(interface)
    }

    /// `portcullis:plugin/log@0.1.0` is `log` and `0.1.0`.
    fn ours(&self) -> Option<(&str, &str)> {
        self.name
            .strip_prefix(PACKAGE)?
            .strip_prefix('/')?
            .split_once('@')
    }
}

/// The functions of an interface; a function or anything else that is no interface has none.
fn functions(engine: &Engine, item: &ComponentItem) -> Vec<String> {
    let ComponentItem::ComponentInstance(instance) = item else {
        return Vec::new();
    };
    instance
        .exports(engine)
        .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
        .map(|(name, _)| name.to_owned())
        .collect()
}
