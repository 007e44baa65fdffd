//! ConfigureProvider: from here on requests use this configuration.

use crate::diagnostic::Diagnostics;
use crate::engine::{contained, typed};
use crate::outcome::{Report, Stop};
use crate::proto::configure_provider::{Request, Response};
use crate::provider::{Configure, Provider};
use crate::server::ProviderServer;
use crate::server::wire::{read, said};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let config = read(request.config.as_ref(), &server.provider.ty)?;
    let mut diagnostics = Diagnostics::new();
    let Some(provider) = typed::<P>(&config, &mut diagnostics) else {
        return Err(diagnostics);
    };
    let mut configure = Configure {
        terraform_version: request.terraform_version,
        report: Report::new(),
        stop: server.stop.listen(),
    };
    let outcome = contained(provider.configure(&mut configure)).await;
    diagnostics.extend(configure.report.into_diagnostics());
    match outcome {
        Ok(state) => server.configured.set(Some(state)),
        Err(Stop::Deferred) => server.configured.set(None),
        Err(Stop::Failed(failures)) => diagnostics.extend(failures),
    }
    Ok(Response {
        diagnostics: said(&diagnostics),
    })
}
