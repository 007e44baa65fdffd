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
use crate::limits::{Limits, STACK_BYTES};
use crate::lock::{Entry, PluginRef};
use crate::text::visible;

/// What wasmtime says when a guest hands over more than it may. It has no type of its own to ask for; a test holds
/// this text.
const OUTPUT_EXHAUSTED: &str = "fuel allocated for hostcalls has been exhausted";
/// Bytes of a guest's own words in an error.
const WORDS_BYTES: usize = 1024;

impl Host {
    /// A store for one call.
    pub(crate) fn store(
        &self,
        loaded: &Loaded,
        gate: Option<Gate>,
    ) -> Result<Store<Guest>, PluginError> {
        let plugin: Arc<str> = loaded.manifest.name.as_str().into();
        let inner = &self.inner;
        let limits = Arc::clone(&inner.limits);
        let store = Guest::store(
            &loaded.sandbox,
            plugin,
            limits,
            Arc::clone(&inner.clock),
            gate,
        );
        store.map_err(|error| PluginError::Sandbox {
            plugin: loaded.manifest.name.clone(),
            reason: error.to_string(),
        })
    }
}

/// Runs a call to its end or to the end of its time, whichever is first.
pub(crate) async fn within<T>(
    plugin: &PluginRef,
    wall: Duration,
    call: impl Future<Output = Result<T, PluginError>>,
) -> Result<T, PluginError> {
    let Entry {
        name,
        version,
        sha256,
        ..
    } = &plugin.entry;
    // Every line that is logged on the way, requests above all, says which bytes it came from.
    let span = tracing::info_span!("plugin", name, version, sha256);
    timeout(wall, call.instrument(span))
        .await
        .unwrap_or_else(|_| {
            Err(PluginError::Limit {
                plugin: name.clone(),
                limit: "time",
                allowed: format!("{} ms", wall.as_millis()),
                after: String::new(),
                remedy: "Try again; if it stays slow, narrow what the plugin reads in `config`.",
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

/// What a trap, or anything else that ended a call, is called. The store is of no use afterwards.
pub(crate) fn stopped(
    store: &Store<Guest>,
    plugin: &str,
    limits: &Limits,
    error: &wasmtime::Error,
) -> PluginError {
    let plugin = plugin.to_owned();
    let after = match store.data().last_error() {
        "" => String::new(),
        words => format!(", after it logged `{}`", visible(words, WORDS_BYTES)),
    };
    if let Some(Reached {
        limit,
        allowed,
        remedy,
    }) = error.downcast_ref()
    {
        return PluginError::Limit {
            plugin,
            limit,
            allowed: allowed.clone(),
            after,
            remedy,
        };
    }
    if format!("{error:#}").contains(OUTPUT_EXHAUSTED) {
        return PluginError::Limit {
            plugin,
            limit: "output",
            allowed: format!("{} KiB", limits.output_bytes / 1024),
            after,
            remedy: "Report this to the plugin's author: large results belong on several pages.",
        };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => PluginError::Limit {
            plugin,
            limit: "number of instructions",
            allowed: format!("{} units of fuel", limits.check_fuel),
            after,
            remedy: "Report this to the plugin's author: it computes without end or far too slowly.",
        },
        Some(Trap::StackOverflow) => PluginError::Limit {
            plugin,
            limit: "stack",
            allowed: format!("{} KiB", STACK_BYTES / 1024),
            after,
            remedy: "Report this to the plugin's author: it recurses without end.",
        },
        Some(trap) => PluginError::Crashed {
            plugin,
            reason: format!("{trap}"),
            after,
        },
        None => PluginError::Crashed {
            plugin,
            reason: visible(&error.root_cause().to_string(), WORDS_BYTES),
            after,
        },
    }
}
