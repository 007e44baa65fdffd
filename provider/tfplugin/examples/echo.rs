//! A resource of every type that gives back what it is given, written without the derive: messages in, messages out.
//!
//! With the argument `schema` it prints its schemas instead of serving.
#![allow(
    missing_docs,
    clippy::print_stdout,
    reason = "an example that prints when asked to"
)]

use std::process::ExitCode;

use tfplugin::proto::provider_server::Provider;
use tfplugin::proto::{ActionSchema, DynamicValue, Schema as SchemaMessage};
use tfplugin::proto::{
    apply_resource_change as apply, configure_provider as configure, get_provider_schema,
    get_resource_identity_schemas as identities, plan_resource_change as plan,
    read_resource as read, upgrade_resource_state as upgrade,
    validate_provider_config as validate_provider, validate_resource_config as validate,
};
use tfplugin::schema::{
    Attribute, Block, BlockNesting, Mode, Nested, NestedBlock, NestedNesting, ProviderSchema,
    Schema,
};
use tfplugin::serve::{About, Serve};
use tfplugin::value::{ObjectType, Refinement, Type, Value};
use tonic::{Request, Response, Status};

struct Echo {
    schema: ProviderSchema,
    ty: Type,
}

fn optional(name: &str, ty: Type) -> Attribute {
    Attribute::new(name, ty, Mode::Optional, format!("Its {name}."))
}

fn block(attributes: Vec<Attribute>) -> Block {
    Block {
        description: "What is given.".into(),
        attributes,
        ..Block::default()
    }
}

fn thing() -> Schema {
    let of = |ty: Type| Box::new(ty);
    let pair = ObjectType {
        attributes: [("left".into(), Type::Bool), ("right".into(), Type::Number)].into(),
        ..ObjectType::default()
    };
    let nested = Nested {
        nesting: NestedNesting::List,
        attributes: vec![optional("text", Type::String)],
    };
    let mut old = optional("old", Type::String);
    (old.sensitive, old.deprecation) = (true, Some("Use `text`.".into()));
    let attributes = vec![
        optional("text", Type::String),
        optional("number", Type::Number),
        optional("numbers", Type::List(of(Type::Number))),
        optional("set", Type::Set(of(Type::String))),
        optional("map", Type::Map(of(Type::Bool))),
        optional("pair", Type::Object(pair)),
        optional("tuple", Type::Tuple(vec![Type::String, Type::Number])),
        optional("any", Type::Dynamic),
        Attribute::new("nested", nested, Mode::Optional, "Objects."),
        Attribute::new("id", Type::String, Mode::Computed, "Its id."),
        old,
    ];
    let nestings = [
        ("one", BlockNesting::Single { required: false }),
        ("many", BlockNesting::List { min: 0, max: 9 }),
        ("labelled", BlockNesting::Labelled),
    ];
    let mut blocks: Vec<_> = nestings
        .map(|(name, nesting)| NestedBlock {
            name: name.into(),
            nesting,
            block: block(vec![
                optional("text", Type::String),
                optional("any", Type::Dynamic),
            ]),
        })
        .into();
    blocks.push(NestedBlock {
        name: "few".into(),
        nesting: BlockNesting::Set { min: 0, max: 0 },
        block: block(vec![optional("text", Type::String)]),
    });
    let block = Block {
        blocks,
        ..block(attributes)
    };
    Schema { version: 0, block }
}

/// Only to be printed: a resource that has an identity.
fn named() -> Schema {
    let mut name = Attribute::new("name", Type::String, Mode::Required, "Its name.");
    name.identity = true;
    Schema {
        version: 3,
        block: block(vec![name]),
    }
}

/// Only to be printed: the configuration of a search or an action.
fn search() -> Schema {
    Schema {
        version: 0,
        block: block(vec![optional("text", Type::String)]),
    }
}

impl Echo {
    fn new() -> Self {
        let schema = ProviderSchema {
            resources: [
                ("echo_thing".into(), thing()),
                ("echo_named".into(), named()),
            ]
            .into(),
            list_resources: [("echo_named".into(), search())].into(),
            actions: [("echo_say".into(), search())].into(),
            ..ProviderSchema::default()
        };
        let ty = thing().block.implied_type();
        Self { schema, ty }
    }

    /// `sent` with another id, or as it is where it is null.
    fn with_id(&self, sent: Option<DynamicValue>, id: Value) -> Result<DynamicValue, Status> {
        let broken = |error: String| Status::internal(error);
        let value = sent.unwrap_or_default().decode(&self.ty);
        let value = match value.map_err(|error| broken(error.to_string()))? {
            Value::Map(mut attributes) => {
                attributes.insert("id".into(), id);
                Value::Map(attributes)
            }
            other => other,
        };
        DynamicValue::encode(&value, &self.ty).map_err(|error| broken(error.to_string()))
    }
}

#[tonic::async_trait]
impl Provider for Echo {
    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        let resources = self.schema.resources.iter();
        let resources = resources.map(|(name, schema)| (name.clone(), SchemaMessage::from(schema)));
        let lists = self.schema.list_resources.iter();
        let lists = lists.map(|(name, schema)| (name.clone(), SchemaMessage::from(schema)));
        let actions = self.schema.actions.iter().map(|(name, schema)| {
            let schema = Some(SchemaMessage::from(schema));
            (name.clone(), ActionSchema { schema })
        });
        Ok(Response::new(get_provider_schema::Response {
            provider: Some((&self.schema.provider).into()),
            resource_schemas: resources.collect(),
            list_resource_schemas: lists.collect(),
            action_schemas: actions.collect(),
            ..Default::default()
        }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<identities::Request>,
    ) -> Result<Response<identities::Response>, Status> {
        let resources = self.schema.resources.iter();
        let identified =
            resources.filter_map(|(name, schema)| Some((name.clone(), schema.identity_message()?)));
        Ok(Response::new(identities::Response {
            identity_schemas: identified.collect(),
            ..Default::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        _: Request<validate_provider::Request>,
    ) -> Result<Response<validate_provider::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn configure_provider(
        &self,
        _: Request<configure::Request>,
    ) -> Result<Response<configure::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn validate_resource_config(
        &self,
        _: Request<validate::Request>,
    ) -> Result<Response<validate::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade::Request>,
    ) -> Result<Response<upgrade::Response>, Status> {
        let raw = request.into_inner().raw_state.unwrap_or_default();
        let state = DynamicValue {
            json: raw.json,
            ..DynamicValue::default()
        };
        let value = state
            .decode(&self.ty)
            .map_err(|error| Status::internal(error.to_string()))?;
        let state = DynamicValue::encode(&value, &self.ty);
        Ok(Response::new(upgrade::Response {
            upgraded_state: Some(state.map_err(|error| Status::internal(error.to_string()))?),
            ..Default::default()
        }))
    }

    async fn read_resource(
        &self,
        request: Request<read::Request>,
    ) -> Result<Response<read::Response>, Status> {
        Ok(Response::new(read::Response {
            new_state: request.into_inner().current_state,
            ..Default::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan::Request>,
    ) -> Result<Response<plan::Response>, Status> {
        let request = request.into_inner();
        let prior = request.prior_state.unwrap_or_default().decode(&self.ty);
        let prior = prior.map_err(|error| Status::internal(error.to_string()))?;
        let id = match prior.part("id") {
            Value::Null => Value::Unknown(Refinement::prefix("echo-")),
            id => id.clone(),
        };
        Ok(Response::new(plan::Response {
            planned_state: Some(self.with_id(request.proposed_new_state, id)?),
            ..Default::default()
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply::Request>,
    ) -> Result<Response<apply::Response>, Status> {
        let state = self.with_id(request.into_inner().planned_state, Value::string("echo-1"))?;
        Ok(Response::new(apply::Response {
            new_state: Some(state),
            ..Default::default()
        }))
    }
}

fn main() -> ExitCode {
    let about = About {
        name: "echo",
        address: "example.com/examples/echo",
        install: "Put it where `dev_overrides` points.",
    };
    if std::env::args().nth(1).as_deref() == Some("schema") {
        println!("{}", Echo::new().schema.to_json(about.address));
        return ExitCode::SUCCESS;
    }
    Serve::new(about).run(Echo::new())
}
