//! The host of a plugin that runs in the test itself.

use portcullis_plugin::Failure;
use portcullis_plugin::native::Host;
use portcullis_plugin::native::wire::{Call, Header, KeptResponse, Request, Response, Status};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::fixture::{Grant, Signature};
use crate::log::Log;
use crate::script::Script;

/// Bytes that the cache holds, as the host's does.
const CACHE_BYTES: usize = 1 << 20;

/// A host whose network is a script.
#[derive(Debug)]
pub(crate) struct ScriptedHost {
    pub(crate) script: Script,
    pub(crate) log: Log,
    pub(crate) now: u32,
    pub(crate) waited_milliseconds: u64,
    pub(crate) secrets: Vec<Grant>,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) cache: BTreeMap<String, Vec<u8>>,
    pub(crate) random: u64,
    pub(crate) kept: u32,
}

impl Host for ScriptedHost {
    fn log(&mut self, level: &str, message: &str) {
        self.log.push(&format!("{level}: {message}"));
    }

    fn now(&mut self) -> u32 {
        let waited = u32::try_from(self.waited_milliseconds / 1000).unwrap_or(u32::MAX);
        self.now.saturating_add(waited)
    }

    /// No test waits: the clock goes on by that much.
    fn wait(&mut self, milliseconds: u32) {
        self.waited_milliseconds += u64::from(milliseconds);
    }

    fn random(&mut self, len: u32) -> Vec<u8> {
        let next = || {
            // SplitMix64: every run of a test is given the same bytes.
            self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            Some((mixed ^ (mixed >> 27)).to_le_bytes()[0])
        };
        let len = usize::try_from(len.min(65_536)).unwrap_or_default();
        std::iter::from_fn(next).take(len).collect()
    }

    fn cache_get(&mut self, key: &str) -> Option<Vec<u8>> {
        self.cache.get(key).cloned()
    }

    fn cache_put(&mut self, key: &str, value: Vec<u8>) -> Result<(), Failure> {
        let others = self.cache.iter().filter(|(found, _)| *found != key);
        let used: usize = others.map(|(key, value)| key.len() + value.len()).sum();
        if used + key.len() + value.len() > CACHE_BYTES {
            return Err(Failure::limit("The cache of a plugin holds 1 MiB."));
        }
        self.cache.insert(key.to_owned(), value);
        Ok(())
    }

    fn granted(&mut self) -> Vec<String> {
        let mut names: Vec<String> = self
            .secrets
            .iter()
            .map(|grant| grant.name.clone())
            .collect();
        names.sort();
        names
    }

    fn send(&mut self, request: &Request) -> Result<Response, Failure> {
        for secret in &request.secret_headers {
            let known = self.secrets.iter().any(|grant| grant.name == secret.secret);
            if !known && !secret.secret.starts_with("kept-") {
                return Err(Failure::refused(format!(
                    "The secret `{}` is not granted.",
                    secret.secret
                )));
            }
        }
        let target = path_and_query(&request.url);
        let answer = self.script.play(&request.method, target, &request.body);
        let headers = answer.headers.iter();
        Ok(Response {
            status: answer.status,
            headers: headers
                .map(|(name, value)| Header {
                    name: name.clone(),
                    value: value.clone(),
                })
                .collect(),
            body: answer.bytes(),
        })
    }

    fn send_signed(&mut self, request: &Request, service: &str) -> Result<Response, Failure> {
        if !self.signatures.iter().any(|one| one.service == service) {
            return Err(Failure::refused(format!(
                "Signing for the service `{service}` is not granted."
            )));
        }
        self.send(request)
    }

    fn send_and_keep(
        &mut self,
        request: &Request,
        pointers: &[String],
    ) -> Result<KeptResponse, Failure> {
        let mut response = self.send(request)?;
        let mut body: Value = serde_json::from_slice(&response.body)?;
        let mut handles = Vec::new();
        for pointer in pointers {
            let Some(text) = body.pointer_mut(pointer).filter(|text| text.is_string()) else {
                return Err(Failure::malformed(format!(
                    "The answer has no text at `{pointer}`, so all of it is withheld."
                )));
            };
            *text = Value::from("[secret]");
            self.kept += 1;
            handles.push(format!("kept-{}", self.kept));
        }
        response.body = body.to_string().into_bytes();
        Ok(KeptResponse { response, handles })
    }

    fn call(&mut self, call: &Call) -> Result<(Vec<Vec<u8>>, Status), Failure> {
        let path = format!("/{}/{}", call.service, call.method);
        let answer = self.script.play("GRPC", &path, &call.message);
        let ok = (200..300).contains(&answer.status);
        let status = Status {
            code: if ok { 0 } else { 14 },
            message: String::new(),
            trailers: Vec::new(),
        };
        Ok((if ok { vec![answer.bytes()] } else { Vec::new() }, status))
    }
}

/// What follows scheme and host.
fn path_and_query(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(host..).unwrap_or_default();
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}
