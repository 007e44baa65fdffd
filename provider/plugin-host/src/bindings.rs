//! What wasmtime makes of `sdk/wit/v0.1`: one module an exported interface, so that a guest needs to export only what
//! it has. The types of the imports are shared.
#![allow(
    missing_debug_implementations,
    unreachable_pub,
    reason = "generated code names these items by public paths"
)]

/// What guests may import.
pub mod imports {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/v0.1",
        inline: "
            package portcullis:host-imports;
            world imports {
                import portcullis:plugin/log@0.1.3;
                import portcullis:plugin/clock@0.1.3;
                import portcullis:plugin/random@0.1.3;
                import portcullis:plugin/cache@0.1.3;
                import portcullis:plugin/secret@0.1.3;
                import portcullis:plugin/http@0.1.3;
                import portcullis:plugin/sigv4@0.1.3;
                import portcullis:plugin/grpc@0.1.3;
            }
        ",
        imports: {
            "portcullis:plugin/clock.wait": async | trappable,
            "portcullis:plugin/http": async | trappable,
            "portcullis:plugin/sigv4": async | trappable,
            "portcullis:plugin/grpc": async | trappable,
            default: trappable,
        },
        with: {
            "portcullis:plugin/http.exchange": crate::http::Exchange,
            "portcullis:plugin/grpc.reply-stream": crate::http::ReplyStream,
        },
    });
    pub use portcullis::plugin::{cache, clock, grpc, http, log, random, secret, sigv4, types};
}

/// The interface `inventory` of connectors.
pub mod inventory {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/v0.1",
        inline: "
            package portcullis:host-inventory;
            world inventory { export portcullis:plugin/inventory@0.1.3; }
        ",
        exports: { default: async },
        additional_derives: [serde::Serialize],
        with: { "portcullis:plugin/types@0.1.3": super::imports::types },
    });
    pub use exports::portcullis::plugin::inventory::Device;
}

/// The interface `evaluation` of checks.
pub mod evaluation {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/v0.1",
        inline: "
            package portcullis:host-evaluation;
            world evaluation { export portcullis:plugin/evaluation@0.1.3; }
        ",
        exports: { default: async },
        additional_derives: [serde::Serialize],
        with: { "portcullis:plugin/types@0.1.3": super::imports::types },
    });
    pub use exports::portcullis::plugin::evaluation::Finding;
}

/// The interface `supply` of connectors.
pub mod supply {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/v0.1",
        inline: "
            package portcullis:host-supply;
            world supply { export portcullis:plugin/supply@0.1.3; }
        ",
        exports: { default: async },
        additional_derives: [serde::Serialize],
        with: { "portcullis:plugin/types@0.1.3": super::imports::types },
    });
    pub use exports::portcullis::plugin::supply::{Pool, Quota};
}

/// The interface `access` of connectors.
pub mod access {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/v0.1",
        inline: "
            package portcullis:host-access;
            world access { export portcullis:plugin/access@0.1.3; }
        ",
        exports: { default: async },
        additional_derives: [serde::Serialize],
        with: { "portcullis:plugin/types@0.1.3": super::imports::types },
    });
    pub use exports::portcullis::plugin::access::{Edge, Object, Permission, Subject};
}

/// The interface `objects` of connectors.
pub mod objects {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/v0.1",
        inline: "
            package portcullis:host-objects;
            world objects { export portcullis:plugin/objects@0.1.3; }
        ",
        exports: { default: async },
        additional_derives: [serde::Serialize],
        with: { "portcullis:plugin/types@0.1.3": super::imports::types },
    });
    pub use exports::portcullis::plugin::objects::{Change, Desired, Managed};
}

/// The interface `credentials` of connectors.
pub mod credentials {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/v0.1",
        inline: "
            package portcullis:host-credentials;
            world credentials { export portcullis:plugin/credentials@0.1.3; }
        ",
        exports: { default: async },
        additional_derives: [serde::Serialize],
        with: { "portcullis:plugin/types@0.1.3": super::imports::types },
    });
    pub use exports::portcullis::plugin::credentials::Application;
}
