//! A provider on the bare wire types, for seeing what the transport does without the layers above. tests/process runs
//! it: each rpc below does one thing that a test looks at.

use std::borrow::Cow;
use std::process::ExitCode;
use std::time::Duration;

use tfplugin::proto::provider_server::Provider;
use tfplugin::proto::schema::Block;
use tfplugin::proto::{
    Diagnostic, Schema, apply_resource_change, get_metadata, get_provider_schema, read_data_source,
    read_resource, stop_provider, validate_provider_config,
};
use tfplugin::serve::panic::catch;
use tfplugin::serve::{About, Serve, StopSignal};
use tonic::{Request, Response, Status};

struct Wire {
    stop: StopSignal,
}

#[tonic::async_trait]
impl Provider for Wire {
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> Result<Response<get_metadata::Response>, Status> {
        tracing::info!(password = "hunter2", count = 3, "the password is hunter2");
        Ok(Response::new(get_metadata::Response::default()))
    }

    /// A provider that configures nothing, so that Terraform itself can start it.
    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        let provider = Some(Schema {
            version: 0,
            block: Some(Block::default()),
        });
        Ok(Response::new(get_provider_schema::Response {
            provider,
            ..Default::default()
        }))
    }

    /// Answers with the state it is sent, however large.
    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let new_state = request.into_inner().current_state;
        Ok(Response::new(read_resource::Response {
            new_state,
            ..Default::default()
        }))
    }

    /// Panics, and says so in a diagnostic.
    #[allow(clippy::panic, reason = "it is what this rpc is for")]
    async fn validate_provider_config(
        &self,
        _: Request<validate_provider_config::Request>,
    ) -> Result<Response<validate_provider_config::Response>, Status> {
        let caught: Result<(), _> =
            catch(async { panic!("a password like hunter2\non two lines") }).await;
        let diagnostics = caught
            .err()
            .map(|panic| diagnostic(panic.message))
            .into_iter()
            .collect();
        Ok(Response::new(validate_provider_config::Response {
            diagnostics,
        }))
    }

    /// Takes a minute unless it is stopped.
    async fn apply_resource_change(
        &self,
        _: Request<apply_resource_change::Request>,
    ) -> Result<Response<apply_resource_change::Response>, Status> {
        let mut listener = self.stop.listen();
        tracing::info!("applying");
        let summary = tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => "Applied",
            () = listener.stopped() => "Stopped",
        };
        let diagnostics = vec![diagnostic(summary.to_owned())];
        Ok(Response::new(apply_resource_change::Response {
            diagnostics,
            ..Default::default()
        }))
    }

    /// Holds its thread for a minute, which no signal can end.
    async fn read_data_source(
        &self,
        _: Request<read_data_source::Request>,
    ) -> Result<Response<read_data_source::Response>, Status> {
        tracing::info!("blocking");
        std::thread::sleep(Duration::from_secs(60));
        Ok(Response::new(read_data_source::Response::default()))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        self.stop.stop();
        Ok(Response::new(stop_provider::Response::default()))
    }
}

fn diagnostic(summary: String) -> Diagnostic {
    Diagnostic {
        summary,
        ..Default::default()
    }
}

fn without_password(text: &str) -> Cow<'_, str> {
    text.replace("hunter2", "***").into()
}

fn main() -> ExitCode {
    let about = About {
        name: "wire",
        address: "registry.terraform.io/example/wire",
        install: "It is an example and not meant to be installed.",
    };
    let stop = StopSignal::new();
    Serve::new(about)
        .debug(std::env::args().nth(1).as_deref() == Some("--debug"))
        .scrubber(without_password)
        .stop_signal(stop.clone())
        .on_shutdown(async || eprintln!("the shutdown hook ran"))
        .run(Wire { stop })
}
