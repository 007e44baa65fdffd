//! The Provider service: one file a request, named after it. Each converts, calls the engine, converts back.

mod answer;
mod apply_resource_change;
mod call_function;
mod close_ephemeral_resource;
mod configure_provider;
mod configured;
mod generate_resource_config;
mod get_functions;
mod get_metadata;
mod get_provider_schema;
mod get_resource_identity_schemas;
mod import_resource_state;
mod invoke_action;
mod list_resource;
mod move_resource_state;
mod open_ephemeral_resource;
mod plan_action;
mod plan_resource_change;
mod read_data_source;
mod read_resource;
mod registry;
mod renew_ephemeral_resource;
mod service;
mod stop_provider;
mod upgrade_resource_identity;
mod upgrade_resource_state;
mod validate;
mod wire;

pub use registry::ProviderServer;
