//! A small platform that is honest: it pages, it knows a request by its token, it refuses an update of something that was
//! changed meanwhile, and it wants a bearer token. The reference connector speaks to it, and so does the template.
//!
//! | request | answer |
//! |---|---|
//! | `GET /v1/gpus?cursor=` | 200 `{"items": [...], "next": "..."}`, two a page |
//! | `GET /v1/pools?name=` | 200 `{"items": [...]}` |
//! | `GET /v1/pools/<id>` | 200 with `etag`, or 404 |
//! | `POST /v1/pools` with `idempotency-key` | 201, and the same again for the same key |
//! | `PUT /v1/pools/<id>` with `if-match` | 200, 404, or 412 when it was changed meanwhile |
//! | `DELETE /v1/pools/<id>` | 204, or 404 |
//! | `POST /v1/tokens` with `idempotency-key` | 201 `{"id", "token", "expires_at"}`, and the same again for the same key |
//! | `GET /v1/tokens` | 200 `{"items": [{"id", "expires_at"}]}`, those that are good |
//! | `DELETE /v1/tokens/<id>` | 204, or 404 |

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::message::Message;
use crate::server::Answers;

const PAGE: usize = 2;

/// The platform. Everything it has lies in memory.
#[derive(Debug, Default)]
pub(crate) struct Reference {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    made: u32,
    pools: BTreeMap<String, (u32, Value)>,
    tokens: BTreeMap<String, Value>,
    /// By method, path and idempotency key, what was answered.
    known: BTreeMap<(String, String), (u16, Value)>,
}

impl Answers for Reference {
    fn answer(&self, request: &Message) -> Message {
        let signed = request
            .header("authorization")
            .is_some_and(|value| value.starts_with("Bearer "));
        if !signed {
            return said(401, "send a bearer token");
        }
        let (path, query) = request
            .target()
            .split_once('?')
            .unwrap_or((request.target(), ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut state = self.state();
        match (request.method(), parts.as_slice()) {
            ("GET", ["v1", "gpus"]) => gpus(parameter(query, "cursor")),
            ("GET", ["v1", "pools"]) => state.list(parameter(query, "name")),
            ("GET", ["v1", "pools", id]) => state.pool(id),
            ("PUT", ["v1", "pools", id]) => state.update(id, request.header("if-match"), &body),
            ("DELETE", ["v1", "pools", id]) => gone(state.pools.remove(*id).is_some()),
            ("GET", ["v1", "tokens"]) => state.tokens(),
            ("DELETE", ["v1", "tokens", id]) => gone(state.tokens.remove(*id).is_some()),
            ("POST", ["v1", what @ ("pools" | "tokens")]) => {
                state.once(what, request.header("idempotency-key"), &body)
            }
            _ => said(404, "no such path"),
        }
    }
}

impl Reference {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn list(&self, name: Option<&str>) -> Message {
        let pools = self.pools.values().map(|(_, pool)| pool);
        let items: Vec<&Value> = pools
            .filter(|pool| name.is_none_or(|name| pool["name"] == *name))
            .collect();
        Message::json(200, &json!({ "items": items }))
    }

    fn pool(&self, id: &str) -> Message {
        match self.pools.get(id) {
            Some((revision, pool)) => with_revision(200, *revision, pool),
            None => said(404, "no such pool"),
        }
    }

    fn update(&mut self, id: &str, expected: Option<&str>, body: &Value) -> Message {
        let Some((revision, pool)) = self.pools.get_mut(id) else {
            return said(404, "no such pool");
        };
        if expected.is_some_and(|expected| expected != format!("\"{revision}\"")) {
            return said(412, "the pool was changed meanwhile");
        }
        *revision += 1;
        merge(pool, body);
        with_revision(200, *revision, pool)
    }

    /// What was done for that key before, or else a new one.
    fn once(&mut self, what: &str, key: Option<&str>, body: &Value) -> Message {
        let key = key.map(|key| (what.to_owned(), key.to_owned()));
        if let Some((status, answer)) = key.as_ref().and_then(|key| self.known.get(key)) {
            return Message::json(*status, answer);
        }
        self.made += 1;
        let answer = match what {
            "pools" => self.create(body),
            _ => self.issue(body),
        };
        if let Some(key) = key {
            self.known.insert(key, (201, answer.clone()));
        }
        Message::json(201, &answer)
    }

    fn create(&mut self, body: &Value) -> Value {
        let id = format!("pool-{}", self.made);
        let mut pool = json!({ "id": id, "endpoint": format!("https://{id}.pools.example") });
        merge(&mut pool, body);
        self.pools.insert(id, (1, pool.clone()));
        pool
    }

    fn tokens(&self) -> Message {
        let told = |token: &Value| json!({ "id": token["id"], "expires_at": token["expires_at"] });
        let items: Vec<Value> = self.tokens.values().map(told).collect();
        Message::json(200, &json!({ "items": items }))
    }

    fn issue(&mut self, body: &Value) -> Value {
        let id = format!("token-{}", self.made);
        let token = json!({
            "id": id,
            "token": format!("issued-secret-value-{}", self.made),
            "expires_at": 1_795_392_000_u64 + body["ttl_seconds"].as_u64().unwrap_or_default(),
        });
        self.tokens.insert(id, token.clone());
        token
    }
}

/// Five GPUs on two machines.
fn gpus(cursor: Option<&str>) -> Message {
    let all: Vec<Value> = (0..5)
        .map(|at| {
            json!({
                "id": format!("GPU-{at}"), "model": "NVIDIA H200", "node": format!("gpu-{}", at / 3),
                "memory_mib": 143_771, "busy": at == 1, "healthy": at != 4, "seen_at": 1_795_391_990,
            })
        })
        .collect();
    let from = cursor
        .and_then(|cursor| cursor.parse().ok())
        .unwrap_or(0_usize);
    let items: Vec<&Value> = all.iter().skip(from).take(PAGE).collect();
    let next = (from + PAGE < all.len()).then(|| (from + PAGE).to_string());
    Message::json(200, &json!({ "items": items, "next": next }))
}

fn with_revision(status: u16, revision: u32, pool: &Value) -> Message {
    let mut message = Message::json(status, pool);
    message
        .headers
        .push(("etag".to_owned(), format!("\"{revision}\"")));
    message
}

fn gone(was_there: bool) -> Message {
    if was_there {
        Message::answer(204, &[], Vec::new())
    } else {
        said(404, "it is gone")
    }
}

fn said(status: u16, why: &str) -> Message {
    Message::json(status, &json!({ "error": why }))
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}

fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut parameters = query
        .split('&')
        .filter_map(|parameter| parameter.split_once('='));
    parameters
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}
