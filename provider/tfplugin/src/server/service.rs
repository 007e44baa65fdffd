//! The service itself: each request goes to the file of its name.

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use crate::proto;
use crate::provider::Provider;
use crate::server::answer::answer;
use crate::server::{
    ProviderServer, apply_resource_change, call_function, close_ephemeral_resource,
    configure_provider, generate_resource_config, get_functions, get_metadata, get_provider_schema,
    get_resource_identity_schemas, import_resource_state, invoke_action, list_resource,
    move_resource_state, open_ephemeral_resource, plan_action, plan_resource_change,
    read_data_source, read_resource, renew_ephemeral_resource, stop_provider,
    upgrade_resource_identity, upgrade_resource_state, validate,
};

type Answered<T> = Result<Response<T>, Status>;

macro_rules! service {
    ($($rpc:ident => $serve:expr;)+) => {
        #[tonic::async_trait]
        impl<P: Provider> proto::provider_server::Provider for ProviderServer<P> {
            $(
                async fn $rpc(
                    &self,
                    request: Request<proto::$rpc::Request>,
                ) -> Answered<proto::$rpc::Response> {
                    let answered = answer(request.into_inner(), |request| $serve(self, request));
                    Ok(Response::new(answered.await))
                }
            )+

            async fn get_metadata(
                &self,
                _: Request<proto::get_metadata::Request>,
            ) -> Answered<proto::get_metadata::Response> {
                Ok(Response::new(get_metadata::serve(self)))
            }

            async fn get_provider_schema(
                &self,
                _: Request<proto::get_provider_schema::Request>,
            ) -> Answered<proto::get_provider_schema::Response> {
                Ok(Response::new(get_provider_schema::serve(self)))
            }

            async fn get_resource_identity_schemas(
                &self,
                _: Request<proto::get_resource_identity_schemas::Request>,
            ) -> Answered<proto::get_resource_identity_schemas::Response> {
                Ok(Response::new(get_resource_identity_schemas::serve(self)))
            }

            async fn get_functions(
                &self,
                _: Request<proto::get_functions::Request>,
            ) -> Answered<proto::get_functions::Response> {
                Ok(Response::new(get_functions::serve(self)))
            }

            async fn stop_provider(
                &self,
                _: Request<proto::stop_provider::Request>,
            ) -> Answered<proto::stop_provider::Response> {
                Ok(Response::new(stop_provider::serve(self)))
            }

            async fn list_resource(
                &self,
                request: Request<proto::list_resource::Request>,
            ) -> Answered<BoxStream<proto::list_resource::Event>> {
                Ok(Response::new(list_resource::serve(self, request.into_inner()).await))
            }

            async fn invoke_action(
                &self,
                request: Request<proto::invoke_action::Request>,
            ) -> Answered<BoxStream<proto::invoke_action::Event>> {
                Ok(Response::new(invoke_action::serve(self, &request.into_inner())))
            }
        }
    };
}

service! {
    validate_provider_config => validate::provider_config;
    validate_resource_config => validate::resource_config;
    validate_data_resource_config => validate::data_resource_config;
    validate_ephemeral_resource_config => validate::ephemeral_resource_config;
    validate_list_resource_config => validate::list_resource_config;
    validate_action_config => validate::action_config;
    configure_provider => configure_provider::serve;
    upgrade_resource_state => upgrade_resource_state::serve;
    upgrade_resource_identity => upgrade_resource_identity::serve;
    read_resource => read_resource::serve;
    plan_resource_change => plan_resource_change::serve;
    apply_resource_change => apply_resource_change::serve;
    import_resource_state => import_resource_state::serve;
    move_resource_state => move_resource_state::serve;
    generate_resource_config => generate_resource_config::serve;
    read_data_source => read_data_source::serve;
    open_ephemeral_resource => open_ephemeral_resource::serve;
    renew_ephemeral_resource => renew_ephemeral_resource::serve;
    close_ephemeral_resource => close_ephemeral_resource::serve;
    call_function => call_function::serve;
    plan_action => plan_action::serve;
}
