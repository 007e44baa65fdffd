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
            world imports {
                import portcullis:plugin/log@0.1.1;
                import portcullis:plugin/clock@0.1.1;
                import portcullis:plugin/http@0.1.1;
            }
        ",
        generate_all,
    });

    pub use portcullis::plugin::{clock, http, log, types};
}

/// The interface `manifest`, which every plugin exports.
pub mod manifest {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-manifest;
            world manifest { export portcullis:plugin/manifest@0.1.1; }
        ",
        with: { "portcullis:plugin/types@0.1.1": super::imports::types },
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
            world inventory { export portcullis:plugin/inventory@0.1.1; }
        ",
        with: { "portcullis:plugin/types@0.1.1": super::imports::types },
        pub_export_macro: true,
        export_macro_name: "export_inventory",
        generate_all,
    });

    pub use exports::portcullis::plugin::inventory::{Device, DevicePage, Guest};
}

/// The interface `evaluation` of checks.
pub mod evaluation {
    wit_bindgen::generate!({
        path: "../wit/v0.1",
        inline: r"
            package portcullis:sdk-evaluation;
            world evaluation { export portcullis:plugin/evaluation@0.1.1; }
        ",
        with: { "portcullis:plugin/types@0.1.1": super::imports::types },
        pub_export_macro: true,
        export_macro_name: "export_evaluation",
        generate_all,
    });

    pub use exports::portcullis::plugin::evaluation::{Finding, Guest};
}
