//! Lists of the API server, whole or not at all.

use portcullis_plugin::{Client, Failure, Request, Response, is_granted};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::collection::Collection;
use crate::{Config, TOKEN};

/// The representation of a list in which objects are their metadata and nothing else.
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/// How much of the server's own words is shown.
const QUOTED_CHARS: usize = 240;
/// Times that a list is read before it counts as changing too fast.
const TRIES: u32 = 2;

/// The API server that the configuration names.
pub(crate) struct Api<'c> {
    config: &'c Config,
    client: Client,
}

/// Which objects of a collection are listed, and how much of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) collection: Collection,
    /// A field selector; empty for all objects.
    pub(crate) fields: &'a str,
    pub(crate) metadata_only: bool,
}

impl Listing<'_> {
    pub(crate) fn all(collection: Collection) -> Self {
        Self {
            collection,
            fields: "",
            metadata_only: false,
        }
    }
}

/// A list, or one page of it.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Page<T> {
    metadata: PageMetadata,
    /// `null` stands for an empty list; an answer without it is no list.
    #[serde(deserialize_with = "crate::metadata::or_default")]
    items: Vec<T>,
}

#[derive(Debug, Deserialize)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: String,
}

/// What the server says when it refuses.
#[derive(Debug, Deserialize)]
struct Status {
    message: String,
}

/// Why there is no page.
enum Stopped {
    /// The list changed while it was read, and the server forgot what it was at first.
    Expired,
    /// The server has no such collection.
    NotServed,
    Failed(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl<'c> Api<'c> {
    pub(crate) fn new(config: &'c Config) -> Self {
        let client = Client::new(&config.url);
        Self {
            config,
            client: if is_granted(TOKEN) {
                client.bearer(TOKEN)
            } else {
                client
            },
        }
    }

    /// All objects of a listing.
    ///
    /// # Errors
    /// When the server refuses or is not there, has no such collection, or the list changes faster than it is read.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Vec<T>, Failure> {
        self.list_if_served(listing)?.ok_or_else(|| {
            Failure::malformed(format!(
                "`{}` does not serve `{}`, as every Kubernetes API server does.",
                self.config.url,
                listing.collection.name()
            ))
            .remedy("Check `url` in `config`.")
        })
    }

    /// As [`Api::list`]; none when the server has no such collection.
    pub(crate) fn list_if_served<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Option<Vec<T>>, Failure> {
        let mut all = Vec::new();
        for path in listing.collection.paths(self.config.namespaces.as_deref()) {
            match self.whole(&path, listing)? {
                Some(found) => all.extend(found),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    /// All pages of one path, as they were at one time. When the server has forgotten that time, the list is read once
    /// more from its beginning.
    fn whole<T: DeserializeOwned>(
        &self,
        path: &str,
        listing: &Listing<'_>,
    ) -> Result<Option<Vec<T>>, Failure> {
        for _ in 0..TRIES {
            match self.pages(path, listing) {
                Ok(found) => return Ok(Some(found)),
                Err(Stopped::Expired) => {}
                Err(Stopped::NotServed) => return Ok(None),
                Err(Stopped::Failed(failure)) => return Err(failure),
            }
        }
        Err(Failure::unreachable(format!(
            "The API server at `{}` forgot `{}` while they were read, {TRIES} times: the list was answered with status \
             410 before its last page.",
            self.config.url,
            listing.collection.name()
        ))
        .remedy("Raise `page_size` in `config`, so that the list takes fewer requests."))
    }

    fn pages<T: DeserializeOwned>(
        &self,
        path: &str,
        listing: &Listing<'_>,
    ) -> Result<Vec<T>, Stopped> {
        let mut all = Vec::new();
        let mut next = String::new();
        loop {
            let response = self.client.send(self.request(path, listing, &next))?;
            self.check(&response, listing)?;
            let page: Page<T> = response.json()?;
            all.extend(page.items);
            if page.metadata.next.is_empty() {
                return Ok(all);
            }
            if page.metadata.next == next {
                let message = format!("`{path}` names a page as next that was read already.");
                return Err(Failure::malformed(message).into());
            }
            next = page.metadata.next;
        }
    }

    fn request(&self, path: &str, listing: &Listing<'_>, next: &str) -> Request {
        let limit = self.config.page_size.to_string();
        let mut request = self.client.get(path).query("limit", &limit);
        if !listing.fields.is_empty() {
            request = request.query("fieldSelector", listing.fields);
        }
        if !next.is_empty() {
            request = request.query("continue", next);
        }
        if listing.metadata_only {
            request = request.header("accept", METADATA_ONLY);
        }
        request
    }

    fn check(&self, response: &Response, listing: &Listing<'_>) -> Result<(), Stopped> {
        let url = &self.config.url;
        let resource = listing.collection.name();
        match response.status {
            401 => Err(Failure::refused(format!(
                "The API server at `{url}` does not know who asks: it answered with status 401."
            ))
            .remedy(format!(
                "Grant this connector a token that is valid at the cluster as secret `{TOKEN}`."
            ))
            .into()),
            403 => Err(Failure::refused(format!(
                "The API server at `{url}` does not let this connector list `{resource}`{}.",
                words(response)
            ))
            .remedy(GRANT)
            .into()),
            404 => Err(Stopped::NotServed),
            410 => Err(Stopped::Expired),
            // Anything else but success becomes the failure that its status means.
            _ => Ok(()),
        }
    }
}

/// How to give the connector's account what it needs; the README has the same as YAML, and a test holds one to the other.
pub(crate) const GRANT: &str = "Run `kubectl create clusterrole portcullis-reader --verb=list --resource=namespaces,\
    serviceaccounts,secrets,pods,replicationcontrollers,deployments.apps,statefulsets.apps,daemonsets.apps,\
    replicasets.apps,jobs.batch,cronjobs.batch,roles.rbac.authorization.k8s.io,\
    rolebindings.rbac.authorization.k8s.io,clusterroles.rbac.authorization.k8s.io,\
    clusterrolebindings.rbac.authorization.k8s.io`, and bind it to the account whose token this is with \
    `kubectl create clusterrolebinding portcullis-reader --clusterrole=portcullis-reader \
    --serviceaccount=<namespace>:<name>`.";

/// What the server says of its refusal.
fn words(response: &Response) -> String {
    let said: Option<Status> = serde_json::from_slice(&response.body).ok();
    let message = said.map(|status| status.message).unwrap_or_default();
    if message.is_empty() {
        return String::new();
    }
    let shown: String = message.chars().take(QUOTED_CHARS).collect();
    format!(": `{shown}`")
}
