//! What is served, and what is not.

use tfplugin::proto;
use tfplugin::proto::provider_server::Provider as _;

use tfplugin::field::{BlockList, OptionalComputed, Text};
use tfplugin::{DataSource, Outcome, Report, Schema};

use crate::core::Core;
use crate::warehouse::{Colour, Site, Warehouse, server};

#[tokio::test]
async fn everything_registered_is_announced_with_its_schema() {
    let core = Core::unconfigured();
    let request = tonic::Request::new(proto::get_metadata::Request {});
    let metadata = core
        .server
        .get_metadata(request)
        .await
        .unwrap()
        .into_inner();
    let request = tonic::Request::new(proto::get_provider_schema::Request {});
    let schema = core
        .server
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(metadata.resources[0].type_name, "warehouse_pallet");
    assert_eq!(schema.resource_schemas["warehouse_pallet"].version, 2);
    assert!(
        schema
            .data_source_schemas
            .contains_key(&metadata.data_sources[0].type_name)
    );
    assert!(schema.functions.contains_key(&metadata.functions[0].name));
    let ephemeral = &metadata.ephemeral_resources[0].type_name;
    assert!(schema.ephemeral_resource_schemas.contains_key(ephemeral));
    assert!(
        schema
            .list_resource_schemas
            .contains_key(&metadata.list_resources[0].type_name)
    );
    assert!(
        schema
            .action_schemas
            .contains_key(&metadata.actions[0].type_name)
    );
    let mix = &schema.functions["mix"];
    assert_eq!(mix.summary, "Mixes colours");
    assert!(!mix.parameters[0].allow_null_value && mix.parameters[1].allow_null_value);
    assert_eq!(
        mix.variadic_parameter.as_ref().unwrap().r#type,
        b"\"number\""
    );
    let capabilities = schema.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.move_resource_state);
}

#[test]
fn the_schemas_are_ones_that_core_accepts() {
    let problems = Core::unconfigured().schema.check();
    assert!(problems.is_empty(), "{problems:?}");
}

/// A pallet whose default nobody can read.
#[derive(Debug, Clone, Schema)]
struct Crooked {
    /// Its parts.
    part: BlockList<Part>,
}

/// A part.
#[derive(Debug, Clone, Schema)]
struct Part {
    /// Its colour.
    #[tf(default = "mauve")]
    colour: OptionalComputed<Text<Colour>>,
}

impl DataSource for Crooked {
    type Provider = Site;
    const NAME: &'static str = "crooked";

    async fn read(&mut self, _: &mut Report, _: &Warehouse) -> Outcome {
        Ok(())
    }
}

#[tokio::test]
async fn a_default_that_cannot_be_read_is_told_before_anything_is_planned() {
    let request = || tonic::Request::new(proto::get_provider_schema::Request {});
    let sound = server()
        .get_provider_schema(request())
        .await
        .unwrap()
        .into_inner();
    assert!(sound.diagnostics.is_empty(), "{:?}", sound.diagnostics);
    let crooked = server()
        .data_source::<Crooked>()
        .get_provider_schema(request())
        .await;
    let said = crooked.unwrap().into_inner().diagnostics;
    assert_eq!(said[0].summary, "Default of the provider cannot be read");
    assert!(
        said[0]
            .detail
            .contains("`part[0].colour` in `warehouse_crooked`"),
        "{said:?}"
    );
}

#[tokio::test]
async fn an_unknown_type_is_refused_by_name() {
    let core = Core::unconfigured();
    let request = proto::validate_resource_config::Request {
        type_name: "warehouse_palet".to_owned(),
        ..Default::default()
    };
    let said = core
        .server
        .validate_resource_config(tonic::Request::new(request))
        .await
        .unwrap();
    let said = said.into_inner().diagnostics;
    assert_eq!(said[0].summary, "Type is not served");
    assert!(said[0].detail.contains("`warehouse_palet`"));
}

#[tokio::test]
async fn state_stores_are_not_supported_and_say_so() {
    let core = Core::unconfigured();
    let request = tonic::Request::new(proto::get_states::Request::default());
    let status = core.server.get_states(request).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unimplemented);
}
