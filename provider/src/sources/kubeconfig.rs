//! A kubeconfig: which server a context is of, and who one is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_plugin_host::{CommandSource, Secret, SecretSource};
use serde::Deserialize;
use serde_json::json;

/// A kubeconfig as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Kubeconfig {
    #[serde(default)]
    current_context: String,
    #[serde(default)]
    contexts: Vec<Named<Context>>,
    #[serde(default)]
    clusters: Vec<Named<Cluster>>,
    #[serde(default)]
    users: Vec<Named<User>>,
}

/// An entry of one of its lists, whose content is under a name of the list's own.
#[derive(Deserialize)]
struct Named<T> {
    name: String,
    #[serde(alias = "context", alias = "cluster", alias = "user")]
    content: Option<T>,
}

#[derive(Deserialize)]
struct Context {
    cluster: String,
    user: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    server: String,
    certificate_authority: Option<String>,
    certificate_authority_data: Option<String>,
    #[serde(default)]
    insecure_skip_tls_verify: bool,
    tls_server_name: Option<String>,
    proxy_url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct User {
    token: Option<String>,
    #[serde(rename = "tokenFile")]
    token_file: Option<String>,
    client_certificate: Option<String>,
    client_certificate_data: Option<String>,
    client_key: Option<String>,
    client_key_data: Option<String>,
    username: Option<String>,
    auth_provider: Option<serde::de::IgnoredAny>,
    exec: Option<Exec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exec {
    api_version: Option<String>,
    command: String,
    #[serde(default)]
    args: Option<Vec<String>>,
    #[serde(default)]
    env: Option<Vec<Variable>>,
    #[serde(default)]
    provide_cluster_info: bool,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    value: String,
}

/// What HCL says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms<'a> {
    pub(super) context: Option<&'a str>,
    /// The words that a credential plugin has to begin with; none where none may run.
    pub(super) command: Option<&'a [String]>,
    pub(super) inherit: &'a [String],
    pub(super) limit: Duration,
}

/// Who one is to which server.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) server: String,
    /// PEM.
    pub(super) authority: Option<String>,
    pub(super) token: Option<SecretSource>,
    /// Certificate and key, PEM.
    pub(super) certificate: Option<(String, Secret)>,
}

impl Kubeconfig {
    /// # Errors
    /// A clause. It quotes nothing of the text, which holds secrets.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        serde_saphyr::from_str(text).map_err(|error| match error.location() {
            Some(at) => format!(
                "it is no kubeconfig: line {} is not as it should be",
                at.line()
            ),
            None => "it is no kubeconfig".to_owned(),
        })
    }

    /// Who one is in a context. `folder` is where paths in the file begin.
    ///
    /// # Errors
    /// A clause that says what is missing, or is not supported or not allowed.
    pub(super) fn identity(&self, terms: &Terms<'_>, folder: &Path) -> Result<Identity, String> {
        let asked = terms.context.unwrap_or(&self.current_context);
        if asked.is_empty() {
            return Err("it has no current context, and `context` is left out".to_owned());
        }
        let context = found(&self.contexts, asked, "context")?;
        let cluster = found(&self.clusters, &context.cluster, "cluster")?;
        let user = found(&self.users, &context.user, "user")?;
        cluster.check(&context.cluster)?;
        user.check(&context.user)?;
        let pem = |data: Option<&String>, file: Option<&String>, what: &str| {
            pem(data, file, folder, what)
        };
        let authority = pem(
            cluster.certificate_authority_data.as_ref(),
            cluster.certificate_authority.as_ref(),
            "certificate-authority",
        )?;
        let certificate = pem(
            user.client_certificate_data.as_ref(),
            user.client_certificate.as_ref(),
            "client-certificate",
        )?;
        let key = pem(
            user.client_key_data.as_ref(),
            user.client_key.as_ref(),
            "client-key",
        )?;
        Ok(Identity {
            token: user.token(&context.user, cluster, authority.as_deref(), terms, folder)?,
            server: cluster.server.clone(),
            authority,
            certificate: match (certificate, key) {
                (None, None) => None,
                (Some(certificate), Some(key)) => Some((certificate, Secret::new(key))),
                _ => {
                    return Err(format!(
                        "user `{}` has one of client certificate and key alone",
                        context.user
                    ));
                }
            },
        })
    }
}

impl Cluster {
    fn check(&self, name: &str) -> Result<(), String> {
        let unsupported = [
            (
                self.insecure_skip_tls_verify,
                "`insecure-skip-tls-verify`, and certificates are always verified",
            ),
            (
                self.tls_server_name.is_some(),
                "`tls-server-name`, which is not supported",
            ),
            (
                self.proxy_url.is_some(),
                "`proxy-url`, which is not supported",
            ),
        ];
        refuse("cluster", name, &unsupported)
    }
}

impl User {
    fn check(&self, name: &str) -> Result<(), String> {
        let unsupported = [
            (
                self.username.is_some(),
                "a password, which Kubernetes no longer takes",
            ),
            (
                self.auth_provider.is_some(),
                "`auth-provider`, which credential plugins (`exec`) have replaced",
            ),
        ];
        refuse("user", name, &unsupported)
    }

    fn token(
        &self,
        name: &str,
        cluster: &Cluster,
        authority: Option<&str>,
        terms: &Terms<'_>,
        folder: &Path,
    ) -> Result<Option<SecretSource>, String> {
        if let Some(exec) = &self.exec {
            let exec_info = exec.info(cluster, authority);
            let source = exec.source(name, terms, folder, exec_info)?;
            return Ok(Some(SecretSource::Command(source)));
        }
        // As kubectl does: the file is renewed, the text is not.
        if let Some(file) = &self.token_file {
            return Ok(Some(SecretSource::File(folder.join(file))));
        }
        let token = self.token.clone();
        Ok(token.map(|token| SecretSource::Value(Secret::new(token))))
    }
}

impl Exec {
    fn source(
        &self,
        user: &str,
        terms: &Terms<'_>,
        folder: &Path,
        exec_info: serde_json::Value,
    ) -> Result<CommandSource, String> {
        // A relative path begins at the file, a bare name is looked up.
        let is_relative = self.command.contains('/') && !self.command.starts_with('/');
        let program = if is_relative {
            folder.join(&self.command).display().to_string()
        } else {
            self.command.clone()
        };
        let mut words = vec![self.command.clone()];
        words.extend(self.args.iter().flatten().cloned());
        let allowed = terms.command.unwrap_or_default();
        if allowed.is_empty() || !words.starts_with(allowed) {
            let shown: String = self.command.escape_debug().take(60).collect();
            let found = match allowed {
                [] => "`command` of the block is left out".to_owned(),
                allowed => format!("`command` of the block allows `{}`", allowed.join(" ")),
            };
            return Err(format!(
                "user `{user}` has the credential plugin `{shown}`, and {found}"
            ));
        }
        if let Some(first) = words.first_mut() {
            *first = program;
        }
        let environment: BTreeMap<String, String> = self
            .env
            .iter()
            .flatten()
            .map(|variable| (variable.name.clone(), variable.value.clone()))
            .collect();
        Ok(CommandSource {
            words,
            environment,
            inherit: terms.inherit.to_vec(),
            limit: terms.limit,
            exec_info,
        })
    }

    /// What the plugin is told: which credential to print, and of which cluster where it asks for that.
    fn info(&self, cluster: &Cluster, authority: Option<&str>) -> serde_json::Value {
        let version = self.api_version.as_deref();
        let cluster = self.provide_cluster_info.then(|| {
            let authority = authority.map(|pem| STANDARD.encode(pem));
            json!({"server": cluster.server, "certificate-authority-data": authority})
        });
        CommandSource::exec_info(
            version.unwrap_or("client.authentication.k8s.io/v1"),
            cluster,
        )
    }
}

fn found<'c, T>(list: &'c [Named<T>], name: &str, what: &str) -> Result<&'c T, String> {
    let shown: String = name.escape_debug().take(80).collect();
    let entry = list.iter().find(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| {
        let names: Vec<&str> = list
            .iter()
            .take(8)
            .map(|entry| entry.name.as_str())
            .collect();
        format!("it has no {what} `{shown}` among `{}`", names.join("`, `"))
    })?;
    let content = entry.content.as_ref();
    content.ok_or_else(|| format!("its {what} `{shown}` is empty"))
}

fn refuse(what: &str, name: &str, unsupported: &[(bool, &str)]) -> Result<(), String> {
    match unsupported.iter().find(|(is_there, _)| *is_there) {
        None => Ok(()),
        Some((_, found)) => Err(format!("{what} `{name}` has {found}")),
    }
}

/// What is in the file itself as base64, else what is in the file that it names.
fn pem(
    data: Option<&String>,
    file: Option<&String>,
    folder: &Path,
    what: &str,
) -> Result<Option<String>, String> {
    let text = match (data, file) {
        (Some(data), _) => STANDARD
            .decode(data.trim())
            .map_err(|_| format!("`{what}-data` is no base64"))
            .and_then(|bytes| {
                String::from_utf8(bytes).map_err(|_| format!("`{what}-data` is no PEM text"))
            }),
        (None, Some(file)) => {
            let file = folder.join(file);
            std::fs::read_to_string(&file)
                .map_err(|error| format!("its `{what}` `{}`: {error}", file.display()))
        }
        (None, None) => return Ok(None),
    };
    text.map(Some)
}

#[cfg(test)]
mod tests;
