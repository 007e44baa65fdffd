//! `portcullis_credential_locations`

use portcullis_model::Reason;
use tfplugin::field::{Computed, Nested, Required};
use tfplugin::{DataSource, Outcome, Path, Report, Schema};

use crate::answers::{CredentialPlace, CredentialPlaces};
use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::known::Known;
use crate::party::Party;
use crate::said::said;

/// Readers of one place that go into state.
const READERS: usize = 100;

/// Where the credentials of a workload live, and who else can come to read them. Never a value: no connector tells one.
#[derive(Debug, Clone, Schema)]
pub struct CredentialLocations {
    /// The `id` of a `portcullis_workload_identity`, or a subject, such as `sa:cluster/infer/fraud-runtime`.
    pub workload: Required<String>,
    /// The places, those of its own credentials first.
    pub locations: Computed<Vec<Nested<CredentialLocation>>>,
    /// Whether everything that could show a further place was there.
    pub complete: Computed<bool>,
    /// What was not there, each as a clause.
    pub missing: Computed<Vec<String>>,
    /// The connectors whose facts were used.
    pub sources: Computed<Vec<String>>,
}

/// A place where a credential lives.
#[derive(Debug, Clone, Default, Schema)]
pub struct CredentialLocation {
    /// Where, such as `secret:cluster/infer/fraud-token`.
    pub location: Computed<String>,
    /// `own` for a credential of the workload, `readable` for one that it may read, `declared` for one that its split says it
    /// reads and that no connector lists.
    pub relation: Computed<String>,
    /// What it is in its source's word, such as `service-account` or `secret`; empty when no source tells.
    pub kind: Computed<String>,
    /// The subject that it is for, or the workload whose split declares it.
    pub of: Computed<String>,
    /// The connector that lists it; null when none does.
    pub source: Computed<String>,
    /// Who else can come to read it, the nearest first, at most 100.
    pub readers: Computed<Vec<String>>,
    /// How many there are.
    pub readers_total: Computed<u64>,
}

impl DataSource for CredentialLocations {
    type Provider = ProviderBlock;

    const NAME: &'static str = "credential_locations";

    async fn read(&mut self, _: &mut Report, provider: &Configured) -> Outcome {
        let at = || Path::root().attribute("workload");
        let party = self.workload.get()?.parse::<Party>();
        let party = party.map_err(|error| said(error).at(at()))?;
        let found = Known::ask(provider, |known| {
            let found = CredentialPlaces::of(&party, known)?;
            Ok((found, known.access.sources()))
        });
        let (found, sources) = found
            .await?
            .map_err(|reason: Reason| said(reason).at(at()))?;
        let places = found.places.iter();
        self.locations
            .set(places.map(|one| Nested(one.into())).collect::<Vec<_>>());
        self.complete.set(found.missing.is_empty());
        self.missing.set(found.missing);
        let sources = sources.keys().map(ToString::to_string);
        self.sources.set(sources.collect::<Vec<_>>());
        Ok(())
    }
}

impl From<&CredentialPlace> for CredentialLocation {
    fn from(place: &CredentialPlace) -> Self {
        let mut location = Self::default();
        location.location.set(place.location());
        location.relation.set(place.relation());
        match place {
            CredentialPlace::Listed(credential) => {
                location.kind.set(credential.kind.clone());
                location.of.set(credential.of.clone());
                match &credential.source {
                    Some(source) => location.source.set(source.to_string()),
                    None => location.source.set_null(),
                }
                let readers = credential.readers.iter().take(READERS);
                let readers = readers.map(|reader| reader.route.start.clone());
                location.readers.set(readers.collect::<Vec<_>>());
                location.readers_total.set(credential.readers.len() as u64);
            }
            CredentialPlace::Declared { of, .. } => {
                location.kind.set("");
                location.of.set(of.clone());
                location.source.set_null();
                location.readers.set(Vec::new());
                location.readers_total.set(0_u64);
            }
        }
        location
    }
}
