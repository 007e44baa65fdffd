//! Auth methods: which there are, and who may log in by each.

use std::collections::BTreeMap;

use portcullis_plugin::{Failure, log};
use serde::Deserialize;

use super::mount::{Aliases, Mount};
use super::{Reading, Task};
use crate::Config;
use crate::api::Api;

#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(default)]
    accessor: String,
    r#type: String,
}

/// How a method that takes tokens of others knows them.
#[derive(Debug, Default, Deserialize)]
struct Trust {
    #[serde(default)]
    bound_issuer: String,
    #[serde(default)]
    oidc_discovery_url: String,
}

/// Finds the roles of every method of a namespace, and gives how many requests that took.
///
/// # Errors
/// When they cannot be listed, and at a method of a kind that is not known and that nobody said to pass over.
pub(super) fn mounts(
    reading: &mut Reading,
    api: &Api<'_>,
    config: &Config,
    namespace: &str,
) -> Result<u32, Failure> {
    let listed: Option<BTreeMap<String, Listed>> = api.read(namespace, &["sys", "auth"])?;
    let mut requests = 1;
    for (path, listed) in listed.into_iter().flatten() {
        let mut mount = Mount {
            namespace: namespace.to_owned(),
            path: format!("auth/{}", path.trim_end_matches('/')),
            kind: listed.r#type,
            accessor: listed.accessor,
            issuer: "*".to_owned(),
        };
        let Some(folders) = mount.folders() else {
            pass_over(&mount, config)?;
            continue;
        };
        if mount.shows_tokens() {
            mount.issuer = issuer(api, &mount)?;
            requests += 1;
        }
        for folder in folders {
            let names = api.list(namespace, &mount.below(&[folder]))?;
            requests += 1;
            let role = |name| Task::Role {
                mount: mount.clone(),
                folder: (*folder).to_owned(),
                name,
            };
            reading.tasks.extend(names.into_iter().rev().map(role));
        }
        let accessor = mount.accessor.clone();
        let aliases = Aliases {
            mount: Some(mount),
            ..Aliases::default()
        };
        reading.mounts.insert(accessor, aliases);
    }
    Ok(requests)
}

/// # Errors
/// When nobody said to.
fn pass_over(mount: &Mount, config: &Config) -> Result<(), Failure> {
    let Mount {
        namespace,
        path,
        kind,
        ..
    } = mount;
    let path = format!("{namespace}{path}");
    let is_named = |name: &String| name.trim_matches('/') == path;
    if config.passed_over.iter().any(is_named) {
        log::warn(&format!(
            "`{path}` is passed over: whoever logs in there is not looked at"
        ));
        return Ok(());
    }
    Err(Failure::config(format!(
        "The server has the auth method `{path}` of kind `{kind}`, which this connector does not know: who logs in there, \
         and with which policies, would be missing."
    ))
    .remedy(format!(
        "Add `{path}/` to `passed_over` in `config` if nobody who logs in there matters, or remove the method."
    )))
}

/// Who signs the tokens that log in; `*` where nothing says so.
fn issuer(api: &Api<'_>, mount: &Mount) -> Result<String, Failure> {
    let trust: Option<Trust> = api.read(&mount.namespace, &mount.below(&["config"]))?;
    let trust = trust.unwrap_or_default();
    let said = [trust.bound_issuer, trust.oidc_discovery_url];
    let said = said.into_iter().find(|said| !said.is_empty());
    Ok(said.unwrap_or_else(|| "*".to_owned()))
}
