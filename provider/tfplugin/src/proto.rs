//! The wire types of plugin protocol 6.11, generated from `proto/tfplugin6.proto`, with a server
//! trait ([`provider_server::Provider`]) and a client ([`provider_client::ProviderClient`]).
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes_without_reason,
    clippy::doc_markdown,
    clippy::large_enum_variant,
    clippy::missing_errors_doc,
    clippy::too_many_lines,
    reason = "generated code; what a message means is said in the .proto files"
)]

tonic::include_proto!("tfplugin6");

/// The layer below: services by which a host runs any plugin process.
pub mod plugin {
    tonic::include_proto!("plugin");
}
