//! Single objects of the API server: read, made as wanted, deleted.

use portcullis_plugin::{Client, Failure, Request, Response, Stamp, is_granted};
use serde_json::{Value, json};

use super::mark::{self, Owner};
use super::place::{Kind, Place};
use crate::api::METADATA_ONLY;
use crate::{Config, TOKEN};

/// Times that an object is read and written anew when others change it meanwhile.
const TRIES: u32 = 4;
/// How much of the server's own words is shown.
const QUOTED_CHARS: usize = 240;

/// The API server that the configuration names, one object at a time.
#[derive(Debug)]
pub(super) struct Store<'c> {
    config: &'c Config,
    client: Client,
}

impl<'c> Store<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
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

    /// The object at a place; none when there is none.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(super) fn get(&self, place: &Place) -> Result<Option<Value>, Failure> {
        let request = self.client.get(&place.collection()).segment(place.name());
        let response = self.client.send(request)?;
        if response.status == 404 {
            return Ok(None);
        }
        self.check(&response, &format!("read {}", place.words()))?;
        Ok(Some(response.json()?))
    }

    /// All objects of a kind in all namespaces, those that a label selector or field selector leaves.
    ///
    /// # Errors
    /// When the server refuses or is not there, or names a page that was read already.
    pub(super) fn list(
        &self,
        kind: &Kind,
        selectors: &[(&str, &str)],
    ) -> Result<Vec<Value>, Failure> {
        self.pages(kind, selectors, "application/json")
    }

    /// As [`Store::list`], with nothing of the objects but their metadata: of secrets nothing else may be read.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub(super) fn names(
        &self,
        kind: &Kind,
        selectors: &[(&str, &str)],
    ) -> Result<Vec<Value>, Failure> {
        self.pages(kind, selectors, METADATA_ONLY)
    }

    fn pages(
        &self,
        kind: &Kind,
        selectors: &[(&str, &str)],
        accept: &str,
    ) -> Result<Vec<Value>, Failure> {
        let (mut all, mut next) = (Vec::new(), String::new());
        loop {
            let mut request = self.client.get(&kind.everywhere()).query("limit", "500");
            request = request.header("accept", accept);
            for (name, value) in selectors {
                request = request.query(name, value);
            }
            if !next.is_empty() {
                request = request.query("continue", &next);
            }
            let response = self.client.send(request)?;
            self.check(&response, &format!("list {}", kind.name))?;
            let mut page: Value = response.json()?;
            // `null` stands for an empty list; an answer without it is no list.
            match page.get_mut("items").map(Value::take) {
                Some(Value::Array(items)) => all.extend(items),
                Some(Value::Null) => {}
                _ => {
                    return Err(Failure::malformed(format!(
                        "`{}` answered without a list of {}.",
                        kind.everywhere(),
                        kind.name
                    )));
                }
            }
            let after = page.pointer("/metadata/continue").and_then(Value::as_str);
            let after = after.unwrap_or_default();
            if after.is_empty() {
                return Ok(all);
            }
            if after == next {
                return Err(Failure::malformed(format!(
                    "The list of {} names a page as next that was read already.",
                    kind.name
                )));
            }
            after.clone_into(&mut next);
        }
    }

    /// Makes the object at a place what `wanted` makes of what is there, with our mark; whoever is quicker makes it
    /// start again with what is there then. An object that is so already is left alone.
    ///
    /// # Errors
    /// As [`mark::check`], and when the server refuses, is not there, or others keep changing the object.
    pub(super) fn ensure(
        &self,
        place: &Place,
        owner: &Owner<'_>,
        stamp: &Stamp,
        wanted: &dyn Fn(&mut Value),
    ) -> Result<Value, Failure> {
        for _ in 0..TRIES {
            let found = self.get(place)?;
            let request = match &found {
                None => self.client.post(&place.collection()),
                Some(found) => {
                    mark::check(place, found, owner.workload, Some(stamp))?;
                    self.client.put(&place.collection()).segment(place.name())
                }
            };
            let mut object = found.clone().unwrap_or_else(|| place.bare());
            owner.mark(&mut object, stamp);
            wanted(&mut object);
            if let Some(found) = found.filter(|found| *found == object) {
                return Ok(found);
            }
            let response = self.client.send(request.json(&object)?)?;
            // Somebody else was quicker, or this very request was delivered twice.
            if response.status == 409 {
                continue;
            }
            self.check(&response, &format!("write {}", place.words()))?;
            return response.json();
        }
        Err(Failure::unreachable(format!(
            "{} was changed by others each of the {TRIES} times that it was to be written.",
            place.words()
        ))
        .remedy("Find out who else writes it, and try again."))
    }

    /// Deletes an object, and not one that was made anew under its name since it was read.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(super) fn delete(&self, place: &Place, found: &Value) -> Result<(), Failure> {
        let preconditions = json!({"uid": found.pointer("/metadata/uid")});
        let request = self
            .client
            .delete(&place.collection())
            .segment(place.name());
        let request = request.json(&json!({
            "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions,
        }))?;
        self.gone(request, place)
    }

    fn gone(&self, request: Request, place: &Place) -> Result<(), Failure> {
        let response = self.client.send(request)?;
        match response.status {
            // A name that is another object's now is as good as gone.
            404 | 409 => Ok(()),
            _ => self.check(&response, &format!("delete {}", place.words())),
        }
    }

    /// Whether the server has a kind of objects.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(super) fn serves(&self, kind: &Kind) -> Result<bool, Failure> {
        let request = self.client.get(&kind.everywhere()).query("limit", "1");
        let response = self.client.send(request)?;
        if response.status == 404 {
            return Ok(false);
        }
        self.check(&response, &format!("list {}", kind.name))?;
        Ok(true)
    }

    fn check(&self, response: &Response, what: &str) -> Result<(), Failure> {
        let url = &self.config.url;
        match response.status {
            200..=299 => Ok(()),
            401 => Err(Failure::refused(format!(
                "The API server at `{url}` does not know who asks to {what}: it answered with status 401."
            ))
            .remedy(format!(
                "Grant this connector a token that is valid at the cluster as secret `{TOKEN}`."
            ))),
            403 => Err(Failure::refused(format!(
                "The API server at `{url}` does not let this connector {what}{}.",
                words(response)
            ))
            .remedy(
                "Bind the account whose token this is to the cluster role `portcullis-keeper`; the README of the connector \
                 has it.",
            )),
            404 => Err(Failure::refused(format!(
                "The API server at `{url}` has nothing at the place where to {what}{}.",
                words(response)
            ))
            .remedy("Create the namespace first, or correct it in `settings`.")),
            status @ 400..=499 if status != 408 && status != 429 => Err(Failure::refused(format!(
                "The API server at `{url}` refused to {what} with status {status}{}.",
                words(response)
            ))),
            status => Err(Failure::unreachable(format!(
                "The API server at `{url}` answered with status {status} when asked to {what}{}.",
                words(response)
            ))),
        }
    }
}

/// What the server says of its refusal.
fn words(response: &Response) -> String {
    let said: Option<Value> = serde_json::from_slice(&response.body).ok();
    let message = said.as_ref().and_then(|said| said.get("message")?.as_str());
    match message {
        None | Some("") => String::new(),
        Some(message) => {
            let shown: String = message.chars().take(QUOTED_CHARS).collect();
            format!(": `{shown}`")
        }
    }
}
