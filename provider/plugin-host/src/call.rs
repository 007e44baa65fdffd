//! One call of a guest: its store, its time, and what its failure is called.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracing::Instrument as _;
use wasmtime::{Store, Trap};

use crate::bindings::imports::types::Failure;
use crate::error::PluginError;
use crate::guest::{Guest, Reached};
use crate::host::{Host, Loaded};
use crate::http::Gate;
use crate::keyring::Fault;
use crate::limits::{
    CHECK_TIME, CONNECTOR_TIME, FUEL, HANDLES, INSTANCES, LimitAttribute, Limits, MEMORIES, OUTPUT,
    STACK_BYTES, TABLES,
};
use crate::lock::{Entry, PluginRef};
use crate::manifest::World;
use crate::text::visible;

/// What wasmtime says when a guest hands over more than it may. It has no type of its own to ask for; a test holds
/// this text.
const OUTPUT_EXHAUSTED: &str = "fuel allocated for hostcalls has been exhausted";
/// What wasmtime says when a store would have too many instances, tables or memories; no type of its own either.
const TOO_MANY: &str = "resource limit exceeded: ";
/// What it says of handles.
const TOO_MANY_HANDLES: &str = "store handle limit exceeded";
/// Bytes of a guest's own words in an error.
const WORDS_BYTES: usize = 1024;

impl Host {
    /// A store for one call.
    pub(crate) async fn store(
        &self,
        loaded: &Loaded,
        limits: Arc<Limits>,
        gate: Option<Gate>,
    ) -> Result<Store<Guest>, PluginError> {
        let plugin: Arc<str> = loaded.manifest.name.as_str().into();
        let inner = &self.inner;
        let store = Guest::store(
            &loaded.sandbox,
            plugin,
            limits,
            Arc::clone(&inner.clock),
            gate,
        );
        store.await.map_err(|error| PluginError::Sandbox {
            plugin: loaded.manifest.name.clone(),
            reason: error.to_string(),
        })
    }
}

/// Runs a call to its end or to the end of its time, whichever is first. `wall` is the limit of `limits` or a shorter
/// time that the caller has.
pub(crate) async fn within<T>(
    plugin: &PluginRef,
    limits: &Limits,
    wall: Duration,
    call: impl Future<Output = Result<T, PluginError>>,
) -> Result<T, PluginError> {
    let Entry {
        name,
        version,
        sha256,
        world,
        ..
    } = &plugin.entry;
    // Every line that is logged on the way, requests above all, says which bytes it came from.
    let span = tracing::info_span!("plugin", name, version, sha256);
    timeout(wall, call.instrument(span))
        .await
        .unwrap_or_else(|_| {
            let (attribute, whole) = match world {
                World::Check => (CHECK_TIME, limits.check_wall),
                World::Connector => (CONNECTOR_TIME, limits.connector_wall),
            };
            let remedy = if wall < whole {
                "Try again with a longer timeout, or narrow what the plugin reads in `config`."
                    .to_owned()
            } else {
                attribute.remedy(limits, *world)
            };
            Err(PluginError::Limit {
                plugin: name.clone(),
                limit: attribute.limit,
                allowed: format!("{} ms", wall.as_millis()),
                after: String::new(),
                remedy,
            })
        })
}

/// What the guest itself says went wrong.
pub(crate) fn failed(plugin: &str, failure: &Failure) -> PluginError {
    let known = ["config", "refused", "unreachable", "malformed", "limit"];
    let kind = if known.contains(&failure.kind.as_str()) {
        &failure.kind
    } else {
        "internal"
    };
    let remedy = match failure.remedy.as_str() {
        "" => "See the log of the run (`TF_LOG_PROVIDER=DEBUG`).".to_owned(),
        remedy => visible(remedy, WORDS_BYTES),
    };
    PluginError::Failed {
        plugin: plugin.to_owned(),
        kind: kind.to_owned(),
        message: visible(&failure.message, WORDS_BYTES),
        remedy,
    }
}

/// What the guest was not told of a secret that could not be fetched.
pub(crate) fn secret_unavailable(plugin: &str, fault: Fault) -> PluginError {
    let Fault {
        name,
        reason,
        remedy,
    } = fault;
    PluginError::SecretUnavailable {
        plugin: plugin.to_owned(),
        secret: name,
        reason,
        remedy,
    }
}

/// A limit that the host itself counts, outside of a call.
pub(crate) fn reached(
    plugin: &PluginRef,
    limits: &Limits,
    attribute: LimitAttribute,
) -> PluginError {
    let Entry { name, world, .. } = &plugin.entry;
    let Reached {
        limit,
        allowed,
        remedy,
    } = attribute.reached(limits, *world);
    PluginError::Limit {
        plugin: name.clone(),
        limit,
        allowed,
        after: String::new(),
        remedy,
    }
}

/// What a trap, or anything else that ended a call, is called. The store is of no use afterwards.
pub(crate) fn stopped(
    store: &Store<Guest>,
    plugin: &PluginRef,
    limits: &Limits,
    error: &wasmtime::Error,
) -> PluginError {
    let Entry { name, world, .. } = &plugin.entry;
    let after = match store.data().last_error() {
        "" => String::new(),
        words => format!(", after it logged `{}`", visible(words, WORDS_BYTES)),
    };
    let reached = |reached: Reached| PluginError::Limit {
        plugin: name.clone(),
        limit: reached.limit,
        allowed: reached.allowed,
        after: after.clone(),
        remedy: reached.remedy,
    };
    let raisable = |attribute: LimitAttribute| reached(attribute.reached(limits, *world));
    if let Some(limit) = error.downcast_ref::<Reached>() {
        return reached(limit.clone());
    }
    if let Some(untyped) = untyped(error, limits, *world) {
        return reached(untyped);
    }
    let reason = match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => return raisable(FUEL),
        Some(Trap::StackOverflow) => {
            return reached(Reached {
                limit: "stack",
                allowed: format!("{} KiB", STACK_BYTES / 1024),
                remedy: "Report this to the plugin's author: it recurses without end.".to_owned(),
            });
        }
        Some(trap) => format!("{trap}"),
        None => visible(&error.root_cause().to_string(), WORDS_BYTES),
    };
    PluginError::Crashed {
        plugin: name.clone(),
        reason,
        after,
    }
}

/// The limits for which wasmtime has words and no type; tests hold the words.
fn untyped(error: &wasmtime::Error, limits: &Limits, world: World) -> Option<Reached> {
    let words = format!("{error:#}");
    let fixed = |limit, allowed| Reached {
        limit,
        allowed,
        remedy: "Report this to the plugin's author: ordinary plugins need far fewer.".to_owned(),
    };
    if words.contains(OUTPUT_EXHAUSTED) {
        Some(OUTPUT.reached(limits, world))
    } else if words.contains(TOO_MANY) {
        let limit = "number of instances, tables and memories";
        Some(fixed(
            limit,
            format!("{INSTANCES}, {TABLES} and {MEMORIES}"),
        ))
    } else if words.contains(TOO_MANY_HANDLES) {
        Some(fixed("number of handles", HANDLES.to_string()))
    } else {
        None
    }
}
