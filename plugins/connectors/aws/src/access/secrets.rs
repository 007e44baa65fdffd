//! Secrets by name, and who may read them by their own policies. No value is ever asked for.
//!
//! A policy of a secret allows by itself whoever it names in the account. What is not read of it is a reader not shown, never a
//! safer account: it is logged, and the rest of the account is told all the same.

use portcullis_plugin::{AccessPage, Edge, Failure, Object, log};
use serde::Deserialize;
use serde_json::json;

use super::resource_policy::readers;
use crate::Config;
use crate::api::JsonService;
use crate::policy::Policy;

/// Secrets of one page, each of which takes a request of its own.
const PAGE: u32 = 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    secret_list: Vec<Secret>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Secret {
    #[serde(rename = "ARN")]
    arn: String,
    #[serde(rename = "Name")]
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    resource_policy: Option<String>,
}

/// Tells the secrets from `marker` on, which is empty for the first ones, and gives where the next ones begin.
pub(super) fn page(
    url: &str,
    config: &Config,
    marker: &str,
    page: &mut AccessPage,
) -> Option<String> {
    let service = JsonService::secrets_manager(url);
    let mut asked = json!({"MaxResults": PAGE});
    if let (false, Some(asked)) = (marker.is_empty(), asked.as_object_mut()) {
        asked.insert("NextToken".to_owned(), marker.into());
    }
    let listed: Listed = match service.read("ListSecrets", &asked) {
        Ok(listed) => listed,
        Err(failure) => {
            unread("the names of secrets from here on", &failure);
            return None;
        }
    };
    for secret in listed.secret_list {
        if let Err(failure) = tell(&secret, &service, config, page) {
            unread(
                &format!("the policy of the secret `{}`", secret.name),
                &failure,
            );
        }
    }
    let next = listed.next_token.filter(|token| !token.is_empty())?;
    if next == marker {
        let again = "`ListSecrets` names a page as next that was read already.";
        unread("the names of further secrets", &Failure::malformed(again));
        return None;
    }
    Some(next)
}

fn tell(
    secret: &Secret,
    service: &JsonService<'_>,
    config: &Config,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    let Secret { arn, name } = secret;
    let id = format!("secret:{arn}");
    page.objects.push(Object {
        name: name.clone(),
        ..Object::new(&id, "secret")
    });
    let attached: Attached = service.read("GetResourcePolicy", &json!({"SecretId": arn}))?;
    let Some(document) = attached.resource_policy else {
        return Ok(());
    };
    let source = format!("resource policy of secret {name}");
    let policy = Policy::parse(&document, &source)?;
    for reader in readers(&policy, arn, &source, &config.clusters)? {
        page.edges.push(Edge {
            condition: reader.condition,
            source: source.clone(),
            ..Edge::new(&reader.who, "reads_secret_of", &id)
        });
    }
    Ok(())
}

fn unread(what: &str, failure: &Failure) {
    let Failure {
        message, remedy, ..
    } = failure;
    let line = format!("not read: {what}. {message} {remedy}");
    log::warn(line.trim_end());
}
