//! What wit-bindgen makes of `sdk/wit/v0.1`: one module an exported interface.
//!
//! A component exports the interfaces whose macros its crate expands, and imports the ones that its code reaches, so a
//! check that never logs imports nothing at all.
#![allow(
    missing_docs,
    missing_debug_implementations,
    reason = "documented in the WIT files"
)]

/// Everything a guest may import.
pub mod imports {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-imports;
            world imports { include portcullis:plugin/connector-host@0.1.3; }
        ",
        generate_all,
    });

    pub use portcullis::plugin::{cache, clock, grpc, http, log, random, secret, sigv4, types};
}

/// The interface `manifest`, which every plugin exports.
pub mod manifest {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-manifest;
            world manifest { export portcullis:plugin/manifest@0.1.3; }
        ",
        with: {
            "portcullis:plugin/types@0.1.3": super::imports::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_manifest",
        generate_all,
    });

    pub use exports::portcullis::plugin::manifest::Guest;
}

/// The interface `inventory` of connectors.
pub mod inventory {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-inventory;
            world inventory { export portcullis:plugin/inventory@0.1.3; }
        ",
        with: {
            "portcullis:plugin/types@0.1.3": super::imports::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_inventory",
        generate_all,
    });

    pub use exports::portcullis::plugin::inventory::{Device, DevicePage, Guest};
}

/// The interface `supply` of connectors.
pub mod supply {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-supply;
            world supply { export portcullis:plugin/supply@0.1.3; }
        ",
        with: {
            "portcullis:plugin/types@0.1.3": super::imports::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_supply",
        generate_all,
    });

    pub use exports::portcullis::plugin::supply::{Guest, Pool, Quota, SupplyPage};
}

/// The interface `access` of connectors.
pub mod access {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-access;
            world access { export portcullis:plugin/access@0.1.3; }
        ",
        with: {
            "portcullis:plugin/types@0.1.3": super::imports::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_access",
        generate_all,
    });

    pub use exports::portcullis::plugin::access::{
        AccessPage, Edge, Guest, Object, Permission, Subject,
    };
}

/// The interface `objects` of connectors.
pub mod objects {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-objects;
            world objects { export portcullis:plugin/objects@0.1.3; }
        ",
        with: {
            "portcullis:plugin/types@0.1.3": super::imports::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_objects",
        generate_all,
    });

    pub use exports::portcullis::plugin::objects::{Change, Desired, Guest, Managed};
}

/// The interface `credentials` of connectors.
pub mod credentials {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-credentials;
            world credentials { export portcullis:plugin/credentials@0.1.3; }
        ",
        with: {
            "portcullis:plugin/types@0.1.3": super::imports::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_credentials",
        generate_all,
    });

    pub use exports::portcullis::plugin::credentials::{Application, Credential, Guest};
}

/// The interface `evaluation` of checks.
pub mod evaluation {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-evaluation;
            world evaluation { export portcullis:plugin/evaluation@0.1.3; }
        ",
        with: {
            "portcullis:plugin/types@0.1.3": super::imports::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_evaluation",
        generate_all,
    });

    pub use exports::portcullis::plugin::evaluation::{Finding, Guest};
}
