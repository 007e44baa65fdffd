//! ListResource: the objects of a type that exist, as a stream.

use tonic::codegen::BoxStream;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Search, Shape, panicked};
use crate::proto::list_resource::{Event, Request};
use crate::provider::Provider;
use crate::serve::panic;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, said, write, write_identity};
use crate::value::Value;

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> BoxStream<Event> {
    let events = match panic::catch(events(server, request)).await {
        Ok(Ok(events)) => events,
        Ok(Err(diagnostics)) => vec![only(&diagnostics)],
        Err(panic) => vec![only(&panicked(&panic).into())],
    };
    Box::pin(tokio_stream::iter(events.into_iter().map(Ok)))
}

async fn events<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Vec<Event>, Diagnostics> {
    let entry = find(&server.list_resources, &request.type_name)?;
    let listed = find(&server.resources, &request.type_name)?;
    let provider = server.configured.required()?;
    let search = Search {
        config: read(request.config.as_ref(), &entry.shape.ty)?,
        whole: request.include_resource_object,
        limit: usize::try_from(request.limit).unwrap_or(usize::MAX),
        stop: server.stop.listen(),
    };
    let whole = search.whole;
    let found = entry.object.list(search, &provider).await;
    let objects = found.objects.into_iter();
    let events = objects.map(|(name, state)| event(&listed.shape, name, &state, whole));
    let mut events = events.collect::<Result<Vec<_>, _>>()?;
    if !found.diagnostics.is_empty() {
        events.push(only(&found.diagnostics));
    }
    Ok(events)
}

fn event(
    shape: &Shape,
    display_name: String,
    state: &Value,
    whole: bool,
) -> Result<Event, Diagnostic> {
    let resource_object = whole.then(|| write(state, &shape.ty)).transpose()?;
    Ok(Event {
        identity: write_identity(shape.identity_of(state).as_ref(), shape)?,
        display_name,
        resource_object,
        diagnostic: Vec::new(),
    })
}

fn only(diagnostics: &Diagnostics) -> Event {
    Event {
        diagnostic: said(diagnostics),
        ..Event::default()
    }
}
