//! Lists of the API server, whole or not at all. The next page is asked for before the last one is read, so that the
//! server writes while this connector reads.

use std::cell::{Cell, RefCell};

use portcullis_plugin::{Begun, Client, Failure, Request, Response, is_granted};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::listing::Listing;
use crate::needs::Needs;
use crate::page::{Encoding, Page, Written, words};
use crate::position::Position;
use crate::{Config, TOKEN};

/// The representation of a list in which objects are their metadata and nothing else.
pub(crate) const METADATA_ONLY: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/// Where a server describes its tokens (OpenID Connect Discovery 1.0, section 4).
const DISCOVERY: &str = "/.well-known/openid-configuration";
/// Times that a list is read before it counts as changing too fast.
const TRIES: u32 = 2;

/// The API server that the configuration names.
pub(crate) struct Api<'c> {
    config: &'c Config,
    client: Client,
    needs: Needs,
    /// The page that was asked for ahead.
    coming: RefCell<Option<Coming>>,
    /// What is read after the last page of the list that is being read.
    then: Cell<Option<Listing<'static>>>,
    /// Requests so far.
    sent: Cell<u32>,
}

/// A page that is on its way.
struct Coming {
    path: String,
    position: Position,
    begun: Begun,
}

/// A group of resources.
#[derive(Debug, Deserialize)]
struct Group {
    versions: Vec<Version>,
}

#[derive(Debug, Deserialize)]
struct Version {
    version: String,
}

/// How others may know the tokens that the server issues.
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
}

/// One page of a list.
pub(crate) enum Part<T> {
    /// Its objects, and the position of the next page; none on the last one.
    Page(Vec<T>, Option<Position>),
    /// The list changed while it was read, and the server forgot what it was at first.
    Expired,
    /// The server has no such collection.
    NotServed,
}

impl<'c> Api<'c> {
    pub(crate) fn new(config: &'c Config, needs: Needs) -> Self {
        let client = Client::new(&config.url);
        Self {
            config,
            needs,
            coming: RefCell::default(),
            then: Cell::default(),
            sent: Cell::default(),
            client: if is_granted(TOKEN) {
                client.bearer(TOKEN)
            } else {
                client
            },
        }
    }

    /// Says what is read after the list that is read next, over all namespaces: its first page is asked for ahead.
    pub(crate) fn then(&self, listing: Listing<'static>) {
        self.then.set(Some(listing));
    }

    /// Requests that were sent so far, each counted once however often it was tried.
    pub(crate) fn sent(&self) -> u32 {
        self.sent.get()
    }

    /// All objects of a listing.
    ///
    /// # Errors
    /// When the server refuses or is not there, has no such collection, or the list changes faster than it is read.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Vec<T>, Failure> {
        self.list_as(listing, &Encoding::JSON)
    }

    /// As [`Api::list`], in that encoding.
    pub(crate) fn list_as<T>(
        &self,
        listing: &Listing<'_>,
        encoding: &Encoding<T>,
    ) -> Result<Vec<T>, Failure> {
        let paths = listing.collection.paths(self.config.namespaces.as_deref());
        self.of_paths(&paths, listing, encoding)?
            .ok_or_else(|| self.not_served(listing))
    }

    /// As [`Api::list`]; none when the server has no such collection.
    pub(crate) fn list_if_served<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Option<Vec<T>>, Failure> {
        let paths = listing.collection.paths(self.config.namespaces.as_deref());
        self.of_paths(&paths, listing, &Encoding::JSON)
    }

    /// As [`Api::list`], of all namespaces whatever the configuration says.
    pub(crate) fn list_everywhere<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Vec<T>, Failure> {
        self.of_paths(&listing.collection.paths(None), listing, &Encoding::JSON)?
            .ok_or_else(|| self.not_served(listing))
    }

    fn of_paths<T>(
        &self,
        paths: &[String],
        listing: &Listing<'_>,
        encoding: &Encoding<T>,
    ) -> Result<Option<Vec<T>>, Failure> {
        let mut all = Vec::new();
        for path in paths {
            match self.whole(path, listing, encoding)? {
                Some(found) => all.extend(found),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    /// One page of a listing over all namespaces.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(crate) fn page<T>(
        &self,
        listing: &Listing<'_>,
        position: &Position,
        encoding: &Encoding<T>,
    ) -> Result<Part<T>, Failure> {
        let paths = listing.collection.paths(None);
        self.part(&paths.concat(), listing, position, encoding)
    }

    /// All pages of one path, as they were at one time. When the server has forgotten that time, the list is read once
    /// more from its beginning.
    fn whole<T>(
        &self,
        path: &str,
        listing: &Listing<'_>,
        encoding: &Encoding<T>,
    ) -> Result<Option<Vec<T>>, Failure> {
        let mut all = Vec::new();
        let (mut position, mut tries) = (Position::default(), 1);
        loop {
            match self.part(path, listing, &position, encoding)? {
                Part::Page(found, after) => {
                    all.extend(found);
                    match after {
                        None => return Ok(Some(all)),
                        Some(after) => position = after,
                    }
                }
                Part::Expired if tries < TRIES => {
                    all.clear();
                    position = Position::default();
                    tries += 1;
                }
                Part::Expired => return Err(self.expired(listing)),
                Part::NotServed => return Ok(None),
            }
        }
    }

    fn part<T>(
        &self,
        path: &str,
        listing: &Listing<'_>,
        position: &Position,
        encoding: &Encoding<T>,
    ) -> Result<Part<T>, Failure> {
        let accept = encoding.accept;
        let answered = self.begun(path, listing, position, accept).finish();
        let response = match answered {
            Err(failure) if failure.kind == "limit" => {
                let smaller = position.smaller(self.config.page_size);
                let smaller = smaller.ok_or(failure)?;
                return self.part(path, listing, &smaller, encoding);
            }
            answered => answered?,
        };
        match response.status {
            404 => return Ok(Part::NotServed),
            410 => return Ok(Part::Expired),
            _ => self.check(&response, &format!("list `{}`", listing.collection.name()))?,
        }
        let written = Written::of(response, path)?;
        let ahead = self.look_ahead(path, listing, position, &written, accept);
        let Page { objects, next } = encoding.read(&written)?;
        if position.is_of(&next) {
            return Err(Failure::malformed(format!(
                "`{path}` names a page as next that was read already."
            )));
        }
        let after = match ahead {
            Some(ahead) if ahead.is_of(&next) => Some(ahead),
            _ => Position::after(next, objects.len(), written.bytes()),
        };
        Ok(Part::Page(objects, after))
    }

    /// The request for a page: the one that was sent ahead, if it was for this page.
    fn begun(&self, path: &str, listing: &Listing<'_>, position: &Position, accept: &str) -> Begun {
        let coming = self.coming.take();
        match coming.filter(|coming| coming.path == path && coming.position == *position) {
            Some(coming) => coming.begun,
            None => self.begin(path, listing, position, accept),
        }
    }

    fn begin(&self, path: &str, listing: &Listing<'_>, position: &Position, accept: &str) -> Begun {
        self.sent.set(self.sent.get() + 1);
        let request = self.request(path, listing, position, accept);
        self.client.begin(request)
    }

    /// Asks for what follows a page that is here and not read yet: the next page of its list, whose position is given, or
    /// after the last one the list that is read then, in the same encoding. A page is taken to have as many objects as were
    /// asked for.
    fn look_ahead(
        &self,
        path: &str,
        listing: &Listing<'_>,
        position: &Position,
        written: &Written,
        accept: &str,
    ) -> Option<Position> {
        let next = written.next()?;
        if !next.is_empty() {
            let limit = position.limit(self.config.page_size);
            let ahead = Position::after(next, limit, written.bytes())?;
            if *position != ahead && !position.is_of(ahead.token().unwrap_or_default()) {
                self.coming.replace(Some(Coming {
                    path: path.to_owned(),
                    begun: self.begin(path, listing, &ahead, accept),
                    position: ahead.clone(),
                }));
            }
            return Some(ahead);
        }
        let then = self.then.take()?;
        let path = then.collection.paths(None).concat();
        let position = Position::default();
        let begun = self.begin(&path, &then, &position, accept);
        self.coming.replace(Some(Coming {
            path,
            position,
            begun,
        }));
        None
    }

    /// The versions in which the server has a group of resources, the one that it prefers first; none without any.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(crate) fn versions(&self, group: &str) -> Result<Vec<String>, Failure> {
        let response = self.client.send(self.client.get("/apis").segment(group))?;
        if response.status == 404 {
            return Ok(Vec::new());
        }
        self.check(
            &response,
            &format!("see which versions of `{group}` there are"),
        )?;
        let found: Group = response.json()?;
        Ok(found
            .versions
            .into_iter()
            .map(|found| found.version)
            .collect())
    }

    /// The URL by which others know who signs the tokens of accounts; none when the server does not say.
    ///
    /// # Errors
    /// When the server is not there.
    pub(crate) fn issuer(&self) -> Result<Option<String>, Failure> {
        let response = self.client.send(self.client.get(DISCOVERY))?;
        // Servers before 1.20, and accounts without the role `system:service-account-issuer-discovery`.
        if matches!(response.status, 403 | 404) {
            return Ok(None);
        }
        let discovery: Discovery = response.json()?;
        Ok(Some(discovery.issuer))
    }

    /// A list that expired for the last time.
    pub(crate) fn expired(&self, listing: &Listing<'_>) -> Failure {
        Failure::unreachable(format!(
            "The API server at `{}` forgot `{}` while they were read, {TRIES} times: the list was answered with status \
             410 before its last page.",
            self.config.url,
            listing.collection.name()
        ))
        .remedy("Raise `page_size` in `config`, so that the list takes fewer requests.")
    }

    /// A collection that every server has and this one has not.
    pub(crate) fn not_served(&self, listing: &Listing<'_>) -> Failure {
        Failure::malformed(format!(
            "`{}` does not serve `{}`, as every Kubernetes API server does.",
            self.config.url,
            listing.collection.name()
        ))
        .remedy("Check `url` in `config`.")
    }

    fn request(
        &self,
        path: &str,
        listing: &Listing<'_>,
        position: &Position,
        accept: &str,
    ) -> Request {
        let limit = position.limit(self.config.page_size).to_string();
        let mut request = self.client.get(path).query("limit", &limit);
        if !listing.fields.is_empty() {
            request = request.query("fieldSelector", listing.fields);
        }
        if let Some(next) = position.token() {
            request = request.query("continue", next);
        }
        let accept = match listing.metadata_only {
            true => METADATA_ONLY,
            false => accept,
        };
        if !accept.is_empty() {
            request = request.header("accept", accept);
        }
        request
    }

    /// Refusals in the words of this connector; anything else but success becomes the failure that its status means.
    fn check(&self, response: &Response, what: &str) -> Result<(), Failure> {
        let url = &self.config.url;
        match response.status {
            401 => Err(Failure::refused(format!(
                "The API server at `{url}` does not know who asks: it answered with status 401."
            ))
            .remedy(format!(
                "Grant this connector a token that is valid at the cluster as secret `{TOKEN}`."
            ))),
            403 => Err(Failure::refused(format!(
                "The API server at `{url}` does not let this connector {what}{}.",
                words(response)
            ))
            .remedy(self.needs.grant())),
            _ => Ok(()),
        }
    }
}
