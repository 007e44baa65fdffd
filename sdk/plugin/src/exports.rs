//! What the export macros make of a plugin: a component in WebAssembly, and functions with the same texts going in and
//! the same records coming out in an ordinary program.

#[cfg(not(target_family = "wasm"))]
use crate::{
    AccessPage, Application, Change, Credential, Desired, DevicePage, Failure, Finding, Managed,
    Manifest, Stamp, SupplyPage,
};

/// A plugin's exports as functions. The export macros implement it, the parts that are named and no others; nothing
/// else should.
#[cfg(not(target_family = "wasm"))]
pub trait Exports {
    /// The manifest as the component holds it.
    const MANIFEST: Manifest;

    /// Names of the exported interfaces besides `manifest`.
    const PARTS: &'static [&'static str];

    /// One page of devices.
    ///
    /// # Errors
    /// When the plugin has no inventory, and whatever it says.
    fn list_inventory(config: &str, cursor: Option<&str>) -> Result<DevicePage, Failure> {
        let _ = (config, cursor);
        Err(absent("inventory"))
    }

    /// One page of pools and quotas.
    ///
    /// # Errors
    /// When the plugin has no supply, and whatever it says.
    fn list_supply(config: &str, cursor: Option<&str>) -> Result<SupplyPage, Failure> {
        let _ = (config, cursor);
        Err(absent("supply"))
    }

    /// One page of access facts.
    ///
    /// # Errors
    /// When the plugin has no access facts, and whatever it says.
    fn list_access(config: &str, cursor: Option<&str>) -> Result<AccessPage, Failure> {
        let _ = (config, cursor);
        Err(absent("access"))
    }

    /// An object as the platform has it.
    ///
    /// # Errors
    /// When the plugin keeps no objects, and whatever it says.
    fn read(config: &str, kind: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
        let _ = (config, kind, id, name);
        Err(absent("objects"))
    }

    /// What has to change.
    ///
    /// # Errors
    /// When the plugin keeps no objects, and whatever it says.
    fn plan(config: &str, prior: Option<&Managed>, desired: &Desired) -> Result<Change, Failure> {
        let _ = (config, prior, desired);
        Err(absent("objects"))
    }

    /// The object after the change.
    ///
    /// # Errors
    /// When the plugin keeps no objects, and whatever it says.
    fn apply(
        config: &str,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let _ = (config, prior, change, stamp);
        Err(absent("objects"))
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// When the plugin keeps no objects, and whatever it says.
    fn delete(config: &str, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
        let _ = (config, prior, stamp);
        Err(absent("objects"))
    }

    /// A credential, by its handle.
    ///
    /// # Errors
    /// When the plugin issues no credentials, and whatever it says.
    fn issue(
        config: &str,
        application: &Application,
        stamp: &Stamp,
    ) -> Result<Credential, Failure> {
        let _ = (config, application, stamp);
        Err(absent("credentials"))
    }

    /// Makes a credential useless.
    ///
    /// # Errors
    /// When the plugin issues no credentials, and whatever it says.
    fn revoke(config: &str, id: &str, stamp: &Stamp) -> Result<(), Failure> {
        let _ = (config, id, stamp);
        Err(absent("credentials"))
    }

    /// What the plan should not do.
    ///
    /// # Errors
    /// When the plugin is no check, and whatever it says.
    fn run(plan: &str, config: &str) -> Result<Vec<Finding>, Failure> {
        let _ = (plan, config);
        Err(absent("evaluation"))
    }
}

#[cfg(not(target_family = "wasm"))]
fn absent(part: &str) -> Failure {
    Failure::internal(format!("The plugin does not export `{part}`."))
        .remedy("Name the part in `export_connector!`.")
}

/// Makes the crate a component of world `check`.
///
/// ```
/// # use portcullis_plugin::{Check, Failure, Finding, Manifest, NoConfig, Plan};
/// # struct Agreeable;
/// # impl Check for Agreeable {
/// #     const MANIFEST: Manifest = Manifest::check("agreeable", "1.0.0", "Finds nothing");
/// #     type Config = NoConfig;
/// #     fn run(_: &Plan, _: &NoConfig) -> Result<Vec<Finding>, Failure> { Ok(Vec::new()) }
/// # }
/// portcullis_plugin::export_check!(Agreeable);
/// ```
#[macro_export]
macro_rules! export_check {
    ($check:ty) => {
        const _: () = {
            #[cfg(target_family = "wasm")]
            struct Component;

            #[cfg(target_family = "wasm")]
    $crate::export_plugin!(Component, $crate::manifest_of!($check: Check));

            $crate::export_part!(Component, $check, Check);

            #[cfg(not(target_family = "wasm"))]
            impl $crate::native::Exports for $check {
                const MANIFEST: $crate::Manifest = $crate::manifest_of!($check: Check);
                const PARTS: &'static [&'static str] = &["evaluation"];

                $crate::native_part!(Check);
            }
        };
    };
}

/// Makes the crate a component of world `connector` that exports the named parts and no others.
///
/// ```
/// # use portcullis_plugin::{Connector, DevicePage, Failure, Inventory, Manifest, NoConfig};
/// # struct Empty;
/// # impl Connector for Empty {
/// #     const MANIFEST: Manifest = Manifest::connector("empty", "1.0.0", "Has nothing");
/// #     type Config = NoConfig;
/// # }
/// # impl Inventory for Empty {
/// #     fn list_inventory(_: &NoConfig, _: Option<&str>) -> Result<DevicePage, Failure> { Ok(DevicePage::only(vec![])) }
/// # }
/// portcullis_plugin::export_connector!(Empty: Inventory);
/// ```
///
/// Naming a part that is not implemented does not compile:
///
/// ```compile_fail,E0277
/// # use portcullis_plugin::{Connector, DevicePage, Failure, Inventory, Manifest, NoConfig};
/// # struct Empty;
/// # impl Connector for Empty {
/// #     const MANIFEST: Manifest = Manifest::connector("empty", "1.0.0", "Has nothing");
/// #     type Config = NoConfig;
/// # }
/// portcullis_plugin::export_connector!(Empty: Inventory);
/// ```
#[macro_export]
macro_rules! export_connector {
    ($connector:ty: $($part:ident),+ $(,)?) => {
        const _: () = {
            #[cfg(target_family = "wasm")]
            struct Component;

            #[cfg(target_family = "wasm")]
            $crate::export_plugin!(Component, $crate::manifest_of!($connector: Connector));

            $($crate::export_part!(Component, $connector, $part);)+

            #[cfg(not(target_family = "wasm"))]
            impl $crate::native::Exports for $connector {
                const MANIFEST: $crate::Manifest = $crate::manifest_of!($connector: Connector);
                const PARTS: &'static [&'static str] = &[$($crate::part_name!($part)),+];

                $($crate::native_part!($part);)+
            }
        };
    };
}

/// The manifest with the shape of the plugin's configuration.
#[doc(hidden)]
#[macro_export]
macro_rules! manifest_of {
    ($plugin:ty: $kind:ident) => {
        <$plugin as $crate::$kind>::MANIFEST
            .config(<<$plugin as $crate::$kind>::Config as $crate::Config>::SCHEMA)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! part_name {
    (Inventory) => {
        "inventory"
    };
    (Supply) => {
        "supply"
    };
    (Access) => {
        "access"
    };
    (Objects) => {
        "objects"
    };
    (Credentials) => {
        "credentials"
    };
}
