//! From `allow { secret, kubeconfig, client_certificate }` to grants.

use std::path::{Path as FilePath, PathBuf};
use std::time::Duration;

use portcullis_model::Ttl;
use portcullis_plugin_host::{CommandSource, Grants, PluginError, SecretSource};
use tfplugin::field::{Optional, Text};
use tfplugin::{Diagnostic, Outcome, Path};

use super::kubeconfig::{Kubeconfig, Terms};
use crate::config::{Allow, AllowClientCertificate, AllowCommand, AllowKubeconfig, AllowSecret};
use crate::said::said;

/// How long a command may run unless HCL says otherwise, and at most.
const TIME: Duration = Duration::from_secs(30);
const TIME_MAX: Duration = Duration::from_mins(10);
/// The secret that a kubeconfig's token is unless HCL says otherwise.
const TOKEN: &str = "KUBERNETES_TOKEN";

/// What the block fetches from elsewhere, as far as it can be said without reading a file or running a command.
///
/// # Errors
/// What is wrong with it, at its attribute. Deferred while something of it is unknown.
pub(super) fn described(allow: &Allow) -> Outcome {
    for (name, secret) in allow.secret.get()? {
        source(name, secret)?;
    }
    if let Some(kubeconfig) = allow.kubeconfig.get()? {
        let at = |name: &str| path().attribute("kubeconfig").attribute(name);
        time(&kubeconfig.time, at("time"))?;
    }
    Ok(())
}

/// Grants with what the block fetches. A kubeconfig and certificates are read now; commands are run when a request needs
/// what they print.
///
/// # Errors
/// What is wrong with the block, or with a file that it names.
pub(super) fn granted(mut grants: Grants, allow: &Allow) -> Outcome<Grants> {
    for (name, secret) in allow.secret.get()? {
        let at = path().attribute("secret").key(name);
        let granted = grants.fetched(name, source(name, secret)?, None);
        grants = granted.map_err(|error| said(error).at(at))?;
    }
    if let Some(kubeconfig) = allow.kubeconfig.get()? {
        let at = path().attribute("kubeconfig");
        let has_authority = allow.ca_certificate.get()?.is_some();
        grants = of_kubeconfig(grants, kubeconfig, has_authority, &at)?;
    }
    if let Some(client) = allow.client_certificate.get()? {
        grants = of_certificate(grants, client)?;
    }
    Ok(grants)
}

fn source(name: &str, secret: &AllowSecret) -> Outcome<SecretSource> {
    let at = || path().attribute("secret").key(name);
    match (secret.file.get()?, secret.command.get()?) {
        (Some(file), None) => Ok(SecretSource::File(PathBuf::from(file))),
        (None, Some(command)) => Ok(SecretSource::Command(command_source(command, &at())?)),
        (None, None) | (Some(_), Some(_)) => {
            let name: String = name.escape_debug().take(60).collect();
            let detail = format!(
                "`secret \"{name}\"` names both a `file` and a `command`, or neither.\n\n\
                 Say where its value comes from: write one of the two. A secret that is in the environment belongs into \
                 `secrets`.\n\n\
                 plugin-grant-invalid"
            );
            Err(Diagnostic::error("Plugin grant is not valid", detail).at(at()))?
        }
    }
}

fn command_source(command: &AllowCommand, at: &Path) -> Outcome<CommandSource> {
    let at = at.clone().attribute("command");
    let words = command.words.get()?.clone();
    if words.first().is_none_or(String::is_empty) {
        let detail = "`words` names no program.\n\n\
                      Write the program and its arguments: `[\"aws\", \"eks\", \"get-token\"]`.\n\n\
                      plugin-grant-invalid";
        let problem = Diagnostic::error("Plugin grant is not valid", detail);
        Err(problem.at(at.attribute("words")))?;
    }
    Ok(CommandSource {
        words,
        environment: command.environment.get()?.cloned().unwrap_or_default(),
        inherit: command.inherit.get()?.cloned().unwrap_or_default(),
        limit: time(&command.time, at.attribute("time"))?,
        exec_info: CommandSource::exec_info("client.authentication.k8s.io/v1", None),
    })
}

fn time(given: &Optional<Text<Ttl>>, at: Path) -> Outcome<Duration> {
    let Some(given) = given.get()? else {
        return Ok(TIME);
    };
    let given = Duration::from_secs(given.value().seconds());
    if given <= TIME_MAX {
        return Ok(given);
    }
    let detail = format!(
        "A command would be given {} s; possible are at most {} s.\n\n\
         Shorten `time`, or leave it out for {} s.\n\n\
         plugin-grant-invalid",
        given.as_secs(),
        TIME_MAX.as_secs(),
        TIME.as_secs()
    );
    Err(Diagnostic::error("Plugin grant is not valid", detail).at(at))?
}

fn of_kubeconfig(
    grants: Grants,
    block: &AllowKubeconfig,
    has_authority: bool,
    at: &Path,
) -> Outcome<Grants> {
    let file = FilePath::new(block.path.get()?);
    let empty = Vec::new();
    let terms = Terms {
        context: block.context.get()?.map(String::as_str),
        command: block.command.get()?.map(Vec::as_slice),
        inherit: block.inherit.get()?.unwrap_or(&empty),
        limit: time(&block.time, at.clone().attribute("time"))?,
    };
    let invalid = |reason: String| {
        let shown = file.display().to_string();
        let detail = format!(
            "`{}`: {reason}.\n\n\
             Correct the file or the block; `kubectl config view --minify --context <context>` shows what the context \
             says.\n\n\
             kubeconfig-invalid",
            shown.escape_debug()
        );
        Diagnostic::error("Kubeconfig cannot be used", detail).at(at.clone())
    };
    let text = std::fs::read_to_string(file).map_err(|error| invalid(error.to_string()))?;
    let folder = file.parent().unwrap_or(FilePath::new(""));
    let read = Kubeconfig::parse(&text).and_then(|config| config.identity(&terms, folder));
    let identity = read.map_err(invalid)?;
    let told = |error: PluginError| said(error).at(at.clone());
    let mut grants = grants;
    if let Some(pem) = identity.authority.filter(|_| !has_authority) {
        grants = grants.authorities(&pem).map_err(told)?;
    }
    if let Some(source) = identity.token {
        let name = block.secret.get()?.map_or(TOKEN, String::as_str);
        grants = grants
            .fetched(name, source, Some(&identity.server))
            .map_err(told)?;
    }
    if let Some((certificate, key)) = identity.certificate {
        grants = grants
            .client_certificate(&identity.server, &certificate, key.expose())
            .map_err(told)?;
    }
    Ok(grants)
}

fn of_certificate(grants: Grants, client: &AllowClientCertificate) -> Outcome<Grants> {
    let at = path().attribute("client_certificate");
    let read = |file: &str, attribute: &'static str| {
        std::fs::read_to_string(file).map_err(|error| {
            let file: String = file.escape_debug().take(200).collect();
            let detail = format!(
                "`{file}`: {error}.\n\n\
                 Name a PEM file that this user may read.\n\n\
                 plugin-grant-invalid"
            );
            Diagnostic::error("Plugin grant is not valid", detail)
                .at(at.clone().attribute(attribute))
        })
    };
    let certificate = read(client.certificate_file.get()?, "certificate_file")?;
    let key = read(client.key_file.get()?, "key_file")?;
    let granted = grants.client_certificate(client.url.get()?, &certificate, &key);
    Ok(granted.map_err(|error| said(error).at(at))?)
}

fn path() -> Path {
    Path::root().attribute("allow")
}
