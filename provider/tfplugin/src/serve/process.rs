//! The life of a provider process, from its first line to its last.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::broker::Broker;
use super::certificate::Tls;
use super::client_certificate::PinnedClient;
use super::connection::Count;
use super::controller::Controller;
use super::environment::Environment;
use super::error::Error;
use super::interrupt::Interrupts;
use super::lifetime::{Ending, Lifetime};
use super::listener::{self, Listener};
use super::orphan::{Parent, orphaned};
use super::stdio::Stdio;
use super::workers::OnWorkers;
use super::{Serve, handshake, logging, panic, reattach};
use crate::proto::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::proto::plugin::grpc_controller_server::GrpcControllerServer;
use crate::proto::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::proto::provider_server::{Provider, ProviderServer};

/// Largest message, both ways. Schemas and states of a large configuration exceed tonic's 4 MiB.
const MESSAGE_MAX: usize = 256 << 20;

/// The name under which hosts ask for the health of a plugin.
const HEALTH: &str = "plugin";

/// What the shutdown hook may take. A host kills a provider 2 s after it asked it to end; most hooks need a few
/// milliseconds, and one that waits for a busy disk should not lose what it has to write.
const HOOK: Duration = Duration::from_millis(1500);

/// How long after the last connection a provider ends that was not told to.
const ALONE: Duration = Duration::from_secs(2);

/// Threads for rpcs, beside the one of the transport. Enough for the ten that Terraform has under way at once, most of
/// them waiting; see docs/decisions/2026-11-23-transport.md.
const WORKERS: usize = 2;

pub(super) fn run(serve: Serve, service: impl Provider) -> ExitCode {
    panic::install_hook();
    match start(serve, service) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn report(error: &dyn std::error::Error) {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str("\n  because: ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    // Nobody reads stderr: the exit code has to do.
    let _ = writeln!(io::stderr(), "{text}");
}

fn start(serve: Serve, service: impl Provider) -> Result<(), Error> {
    let environment = Environment::read(|name| std::env::var(name).ok());
    if !environment.cookie && !serve.debug {
        return Err(Error::RunByHand(serve.about));
    }
    environment.check_protocol()?;
    logging::install(environment.log.as_deref());
    let transport = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::System)?;
    let workers = runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(Error::System)?;
    let service = OnWorkers {
        service: ProviderServer::new(service)
            .max_decoding_message_size(MESSAGE_MAX)
            .max_encoding_message_size(MESSAGE_MAX),
        workers: workers.handle().clone(),
    };
    let served = transport.block_on(live(serve, environment, service));
    // Neither waits for work that blocks a thread: the host would kill us for that.
    workers.shutdown_background();
    transport.shutdown_background();
    served
}

async fn live(
    mut serve: Serve,
    environment: Environment,
    service: OnWorkers<ProviderServer<impl Provider>>,
) -> Result<(), Error> {
    let lifetime = Lifetime::new();
    let parent = Parent::now();
    let interrupts = Interrupts::register(serve.debug)?;
    let listener = Listener::bind(&environment)?;
    let tls = match environment.client_certificate {
        Some(pem) if !serve.debug => Some(Tls::for_client(PinnedClient::from_pem(&pem)?)?),
        _ => None,
    };
    let (network, address) = listener.address();
    if serve.debug {
        let text = reattach::instructions(&serve.about, (network, &address));
        writeln!(io::stdout(), "{text}").map_err(Error::Handshake)?;
    } else {
        let certificate = tls.as_ref().map(|tls| tls.certificate.as_ref());
        handshake::announce((network, &address), certificate)?;
    }

    let count = watch::Sender::new(Count::default());
    let (accepted, incoming) = mpsc::channel(1);
    tokio::spawn(interrupts.watch(lifetime.clone()));
    if !serve.debug {
        tokio::spawn(end_orphan(count.subscribe(), parent, lifetime.clone()));
    }
    let server = router(&lifetime, service, serve.debug)
        .await
        .serve_with_incoming_shutdown(ReceiverStream::new(incoming), async {
            lifetime.ended().await;
        });
    tokio::select! {
        served = server => served?,
        () = listener::accept(&listener, tls.map(|tls| tls.acceptor), count, accepted) => {}
        () = out_of_time(&lifetime, &serve) => {}
    }
    if let Some(hook) = serve.on_shutdown.take()
        && tokio::time::timeout(HOOK, hook()).await.is_err()
    {
        tracing::warn!("the shutdown hook took longer than {HOOK:?}");
    }
    Ok(())
}

async fn end_orphan(count: watch::Receiver<Count>, parent: Parent, lifetime: Lifetime) {
    orphaned(count, parent, ALONE).await;
    tracing::warn!("Terraform is gone");
    lifetime.end(Ending::Orphaned);
}

/// Stops what runs when the end begins, and returns when it has had its time.
async fn out_of_time(lifetime: &Lifetime, serve: &Serve) {
    let ending = lifetime.ended().await;
    serve.stop.stop();
    tokio::time::sleep(ending.grace()).await;
}

async fn router(
    lifetime: &Lifetime,
    service: OnWorkers<ProviderServer<impl Provider>>,
    debug: bool,
) -> Router {
    let reporter = HealthReporter::new();
    reporter
        .set_service_status(HEALTH, ServingStatus::Serving)
        .await;
    let health = tonic_health::server::HealthService::from_health_reporter(reporter);
    let lifetime = lifetime.clone();
    Server::builder()
        .add_service(service)
        .add_service(GrpcControllerServer::new(Controller {
            lifetime: lifetime.clone(),
            survives: debug,
        }))
        .add_service(GrpcStdioServer::new(Stdio {
            lifetime: lifetime.clone(),
        }))
        .add_service(GrpcBrokerServer::new(Broker { lifetime }))
        .add_service(tonic_health::pb::health_server::HealthServer::new(health))
}
