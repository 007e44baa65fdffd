//! What [`export_connector!`](crate::export_connector) makes of each part that it names.

/// One exported interface of the component, around the trait of that name.
#[doc(hidden)]
#[macro_export]
macro_rules! export_part {
    ($component:ident, $plugin:ty, Inventory) => {
        #[cfg(target_family = "wasm")]
        impl $crate::bindings::inventory::Guest for $component {
            fn list_inventory(config: String, cursor: Option<String>) -> Result<$crate::DevicePage, $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Inventory>::list_inventory(&$crate::rt::config(&config)?, cursor.as_deref())
            }
        }

        #[cfg(target_family = "wasm")]
        $crate::bindings::inventory::export_inventory!(
            $component with_types_in $crate::bindings::inventory
        );
    };
    ($component:ident, $plugin:ty, Supply) => {
        #[cfg(target_family = "wasm")]
        impl $crate::bindings::supply::Guest for $component {
            fn list_supply(config: String, cursor: Option<String>) -> Result<$crate::SupplyPage, $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Supply>::list_supply(&$crate::rt::config(&config)?, cursor.as_deref())
            }
        }

        #[cfg(target_family = "wasm")]
        $crate::bindings::supply::export_supply!(
            $component with_types_in $crate::bindings::supply
        );
    };
    ($component:ident, $plugin:ty, Access) => {
        #[cfg(target_family = "wasm")]
        impl $crate::bindings::access::Guest for $component {
            fn list_access(config: String, cursor: Option<String>) -> Result<$crate::AccessPage, $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Access>::list_access(&$crate::rt::config(&config)?, cursor.as_deref())
            }
        }

        #[cfg(target_family = "wasm")]
        $crate::bindings::access::export_access!(
            $component with_types_in $crate::bindings::access
        );
    };
    ($component:ident, $plugin:ty, Objects) => {
        #[cfg(target_family = "wasm")]
        impl $crate::bindings::objects::Guest for $component {
            fn read(config: String, kind: String, id: String, name: String) -> Result<Option<$crate::Managed>, $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Objects>::read(&$crate::rt::config(&config)?, &kind, &id, &name)
            }

            fn plan(config: String, prior: Option<$crate::Managed>, desired: $crate::Desired) -> Result<$crate::Change, $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Objects>::plan(&$crate::rt::config(&config)?, prior.as_ref(), &desired)
            }

            fn apply(config: String, prior: Option<$crate::Managed>, change: $crate::Change, stamp: $crate::Stamp) -> Result<$crate::Managed, $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Objects>::apply(&$crate::rt::config(&config)?, prior.as_ref(), &change, &stamp)
            }

            fn delete(config: String, prior: $crate::Managed, stamp: $crate::Stamp) -> Result<(), $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Objects>::delete(&$crate::rt::config(&config)?, &prior, &stamp)
            }
        }

        #[cfg(target_family = "wasm")]
        $crate::bindings::objects::export_objects!(
            $component with_types_in $crate::bindings::objects
        );
    };
    ($component:ident, $plugin:ty, Credentials) => {
        #[cfg(target_family = "wasm")]
        impl $crate::bindings::credentials::Guest for $component {
            fn issue(config: String, application: $crate::Application, stamp: $crate::Stamp) -> Result<$crate::Credential, $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Credentials>::issue(&$crate::rt::config(&config)?, &application, &stamp)
            }

            fn revoke(config: String, id: String, stamp: $crate::Stamp) -> Result<(), $crate::Failure> {
                $crate::rt::install_panic_hook();
                <$plugin as $crate::Credentials>::revoke(&$crate::rt::config(&config)?, &id, &stamp)
            }
        }

        #[cfg(target_family = "wasm")]
        $crate::bindings::credentials::export_credentials!(
            $component with_types_in $crate::bindings::credentials
        );
    };
    ($component:ident, $plugin:ty, Check) => {
        #[cfg(target_family = "wasm")]
        impl $crate::bindings::evaluation::Guest for $component {
            fn run(plan: String, config: String) -> Result<Vec<$crate::Finding>, $crate::Failure> {
                $crate::rt::install_panic_hook();
                $crate::rt::run_check::<$plugin>(&plan, &config)
            }
        }

        #[cfg(target_family = "wasm")]
        $crate::bindings::evaluation::export_evaluation!(
            $component with_types_in $crate::bindings::evaluation
        );
    };
}

/// One exported interface as functions for an ordinary program.
#[doc(hidden)]
#[macro_export]
macro_rules! native_part {
    (Inventory) => {
        fn list_inventory(
            config: &str,
            cursor: Option<&str>,
        ) -> Result<$crate::DevicePage, $crate::Failure> {
            <Self as $crate::Inventory>::list_inventory(&$crate::rt::config(config)?, cursor)
        }
    };
    (Supply) => {
        fn list_supply(
            config: &str,
            cursor: Option<&str>,
        ) -> Result<$crate::SupplyPage, $crate::Failure> {
            <Self as $crate::Supply>::list_supply(&$crate::rt::config(config)?, cursor)
        }
    };
    (Access) => {
        fn list_access(
            config: &str,
            cursor: Option<&str>,
        ) -> Result<$crate::AccessPage, $crate::Failure> {
            <Self as $crate::Access>::list_access(&$crate::rt::config(config)?, cursor)
        }
    };
    (Objects) => {
        fn read(
            config: &str,
            kind: &str,
            id: &str,
            name: &str,
        ) -> Result<Option<$crate::Managed>, $crate::Failure> {
            <Self as $crate::Objects>::read(&$crate::rt::config(config)?, kind, id, name)
        }

        fn plan(
            config: &str,
            prior: Option<&$crate::Managed>,
            desired: &$crate::Desired,
        ) -> Result<$crate::Change, $crate::Failure> {
            <Self as $crate::Objects>::plan(&$crate::rt::config(config)?, prior, desired)
        }

        fn apply(
            config: &str,
            prior: Option<&$crate::Managed>,
            change: &$crate::Change,
            stamp: &$crate::Stamp,
        ) -> Result<$crate::Managed, $crate::Failure> {
            <Self as $crate::Objects>::apply(&$crate::rt::config(config)?, prior, change, stamp)
        }

        fn delete(
            config: &str,
            prior: &$crate::Managed,
            stamp: &$crate::Stamp,
        ) -> Result<(), $crate::Failure> {
            <Self as $crate::Objects>::delete(&$crate::rt::config(config)?, prior, stamp)
        }
    };
    (Credentials) => {
        fn issue(
            config: &str,
            application: &$crate::Application,
            stamp: &$crate::Stamp,
        ) -> Result<$crate::Credential, $crate::Failure> {
            <Self as $crate::Credentials>::issue(&$crate::rt::config(config)?, application, stamp)
        }

        fn revoke(config: &str, id: &str, stamp: &$crate::Stamp) -> Result<(), $crate::Failure> {
            <Self as $crate::Credentials>::revoke(&$crate::rt::config(config)?, id, stamp)
        }
    };
    (Check) => {
        fn run(plan: &str, config: &str) -> Result<Vec<$crate::Finding>, $crate::Failure> {
            $crate::rt::run_check::<Self>(plan, config)
        }
    };
}
