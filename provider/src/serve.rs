//! What the provider serves, and how its process ends.

use std::process::ExitCode;

use tfplugin::serve::{About, Serve, StopSignal};
use tfplugin::server::ProviderServer;

use crate::config::ProviderBlock;
use crate::data_sources::{
    AccessPaths, CedarPolicies, ChangeAuthority, CredentialLocations, EffectiveAccess,
    GpuInventory, GpuOffers, Orphans,
};
use crate::functions::{CanonicalGpuModel, GpuMemory, MakeSpiffeId, MigFits, ParseSpiffeId};
use crate::resources::{DutyConstraint, GpuPool, Grant, Group, PermissionSplit, WorkloadIdentity};

/// What this program is, for people who start it by hand.
pub(crate) const ABOUT: About = About {
    name: "portcullis",
    address: "registry.terraform.io/portcullis/portcullis",
    install: "Put `portcullis/portcullis` in `required_providers` and run `terraform init`, or build it from source and \
              point `dev_overrides` at it. Run `portcullis --help` for what it does by hand.",
};

/// Everything the provider has.
#[must_use]
pub fn server() -> ProviderServer<ProviderBlock> {
    ProviderServer::new()
        .resource::<WorkloadIdentity>()
        .resource::<GpuPool>()
        .resource::<PermissionSplit>()
        .resource::<Group>()
        .resource::<Grant>()
        .resource::<DutyConstraint>()
        .data_source::<AccessPaths>()
        .data_source::<CedarPolicies>()
        .data_source::<ChangeAuthority>()
        .data_source::<CredentialLocations>()
        .data_source::<EffectiveAccess>()
        .data_source::<GpuInventory>()
        .data_source::<GpuOffers>()
        .data_source::<Orphans>()
        .function::<CanonicalGpuModel>()
        .function::<GpuMemory>()
        .function::<MigFits>()
        .function::<MakeSpiffeId>()
        .function::<ParseSpiffeId>()
}

/// Serves until core is done. What core has by then is acknowledged in the ledger.
pub(crate) fn serve(debug: bool) -> ExitCode {
    let stop = StopSignal::new();
    let server = server().stop_signal(stop.clone());
    let latest_state = server.latest_state();
    Serve::new(ABOUT)
        .debug(debug)
        .stop_signal(stop)
        .on_shutdown(move || async move {
            if let Some(provider) = latest_state() {
                provider.seen.acknowledge(&*provider.ledger).await;
                let (installed, ledger) = (&provider.installed, &*provider.ledger);
                provider.audit.write(installed, ledger).await;
                if let Err(error) = provider.ledger.close().await {
                    tracing::info!(%error, "the ledger could not be closed");
                }
            }
        })
        .run(server)
}
