//! InvokeAction: a stream of progress that ends with how it went.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::codegen::BoxStream;

use crate::action::Invoke;
use crate::diagnostic::Diagnostics;
use crate::engine::AnyAction;
use crate::outcome::Report;
use crate::proto::invoke_action::event::{Completed, Progress, Type};
use crate::proto::invoke_action::{Event, Request};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, said};
use crate::value::Value;

pub(super) fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: &Request,
) -> BoxStream<Event> {
    match prepare(server, request) {
        Ok(prepared) => run(prepared, server.stop.listen()),
        Err(diagnostics) => Box::pin(tokio_stream::once(Ok(completed(&diagnostics)))),
    }
}

struct Prepared<S> {
    action: Arc<dyn AnyAction<S>>,
    config: Value,
    provider: Arc<S>,
}

fn prepare<P: Provider>(
    server: &ProviderServer<P>,
    request: &Request,
) -> Result<Prepared<P::State>, Diagnostics> {
    let entry = find(&server.actions, &request.action_type)?;
    let config = read(request.config.as_ref(), &entry.shape.ty)?;
    let provider = server.configured.required()?;
    Ok(Prepared {
        action: Arc::clone(&entry.object),
        config,
        provider,
    })
}

/// Runs it beside the stream, so that progress is sent while it works.
fn run<S: Send + Sync + 'static>(
    prepared: Prepared<S>,
    stop: crate::serve::StopListener,
) -> BoxStream<Event> {
    let (progress, messages) = mpsc::unbounded_channel();
    let (done, ended) = mpsc::unbounded_channel();
    let invoke = Invoke {
        report: Report::new(),
        stop,
        progress,
    };
    tokio::spawn(async move {
        let Prepared {
            action,
            config,
            provider,
        } = prepared;
        let diagnostics = action.invoke(config, invoke, &provider).await;
        // Nobody listens when Terraform has gone; the action is over all the same.
        let _ = done.send(diagnostics);
    });
    let progress = UnboundedReceiverStream::new(messages).map(|message| Event {
        r#type: Some(Type::Progress(Progress { message })),
    });
    let ended = UnboundedReceiverStream::new(ended).map(|diagnostics| completed(&diagnostics));
    Box::pin(progress.chain(ended).map(Ok))
}

fn completed(diagnostics: &Diagnostics) -> Event {
    Event {
        r#type: Some(Type::Completed(Completed {
            diagnostics: said(diagnostics),
        })),
    }
}
