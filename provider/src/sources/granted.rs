//! From `allow {}` to grants.

use portcullis_plugin_host::{AwsKeys, Grants, Phase, PluginError};
use tfplugin::{Diagnostic, Outcome, Path, Stop};

use crate::config::{Allow, AllowRequest, AllowSignature};
use crate::said::said;

/// What the block grants, secrets aside: these may be missing where nothing is called.
///
/// # Errors
/// What is wrong with it, at its attribute. Deferred while something of it is unknown.
pub(super) fn requests(allow: Option<&Allow>) -> Outcome<Grants> {
    let mut grants = Grants::none();
    let Some(allow) = allow else {
        return Ok(grants);
    };
    for host in allow.hosts.get()?.into_iter().flatten() {
        grants = grants.host(host).map_err(at("hosts"))?;
    }
    for url in allow.reads.get()?.into_iter().flatten() {
        grants = grants.reads(url).map_err(at("reads"))?;
    }
    if let Some(pem) = allow.ca_certificate.get()? {
        grants = grants.authorities(pem).map_err(at("ca_certificate"))?;
    }
    super::fetched::described(allow)?;
    for (position, request) in allow.request.get()?.iter().enumerate() {
        grants = narrow(grants, &request.0).map_err(|stop| {
            let inside = path().attribute("request").index(position);
            stop_at(stop, &inside)
        })?;
    }
    Ok(grants)
}

/// The secrets that the block names, from the environment of this process.
///
/// # Errors
/// When one is not there or cannot be sent.
pub(super) fn secrets(mut grants: Grants, allow: Option<&Allow>) -> Outcome<Grants> {
    let Some(allow) = allow else {
        return Ok(grants);
    };
    for name in allow.secrets.get()?.into_iter().flatten() {
        let value = std::env::var(name).map_err(|_| missing(name, "secrets"))?;
        grants = grants.secret(name, &value).map_err(at("secrets"))?;
    }
    for (position, signature) in allow.sigv4.get()?.iter().enumerate() {
        grants = signed(grants, &signature.0).map_err(|stop| {
            let inside = path().attribute("sigv4").index(position);
            stop_at(stop, &inside)
        })?;
    }
    super::fetched::granted(grants, allow)
}

fn signed(grants: Grants, signature: &AllowSignature) -> Outcome<Grants> {
    let variable = |name: &str| std::env::var(name).map_err(|_| missing(name, "sigv4"));
    let given = |attribute: Option<&String>, standard: &str| {
        variable(attribute.map_or(standard, String::as_str))
    };
    let id = signature.access_key_id.get()?;
    let session_token = match (signature.session_token.get()?, id) {
        (Some(name), _) => Some(variable(name)?),
        (None, Some(_)) => None,
        (None, None) => std::env::var("AWS_SESSION_TOKEN").ok(),
    };
    let keys = AwsKeys {
        access_key_id: given(id, "AWS_ACCESS_KEY_ID")?,
        secret_access_key: given(signature.secret_access_key.get()?, "AWS_SECRET_ACCESS_KEY")?,
        session_token,
    };
    let (url, service) = (signature.url.get()?, signature.service.get()?);
    let granted = grants.sigv4(url, service, signature.region.get()?, keys);
    Ok(granted.map_err(said)?)
}

fn narrow(grants: Grants, request: &AllowRequest) -> Outcome<Grants> {
    let methods: Vec<&str> = request.methods.get()?.iter().map(String::as_str).collect();
    let phases = match request.phases.get()? {
        None => vec![Phase::Plan, Phase::Apply],
        Some(words) => {
            let phases = words.iter().map(|word| phase(word));
            phases.collect::<Result<Vec<Phase>, Diagnostic>>()?
        }
    };
    let granted = grants.request(request.url.get()?, &methods, &phases);
    Ok(granted.map_err(said)?)
}

fn phase(word: &str) -> Result<Phase, Diagnostic> {
    match word {
        "plan" => Ok(Phase::Plan),
        "apply" => Ok(Phase::Apply),
        other => {
            let other: String = other.escape_debug().take(60).collect();
            let detail = format!(
                "Found the phase `{other}`, where `plan` and `apply` are allowed.\n\n\
                 Write `plan` for validate, plan and refresh, `apply` for apply and destroy, or leave `phases` out for \
                 both.\n\n\
                 plugin-grant-invalid"
            );
            Err(Diagnostic::error("Plugin grant is not valid", detail)
                .at(Path::root().attribute("phases")))
        }
    }
}

fn missing(name: &str, of: &'static str) -> Diagnostic {
    let name: String = name.escape_debug().take(60).collect();
    let detail = format!(
        "`allow {{ {of} }}` grants `{name}`, and the environment of this run has no variable of that name.\n\n\
         Set the environment variable `{name}` to the secret where Terraform runs, or remove its name from the block.\n\n\
         plugin-secret-missing"
    );
    let place = match of {
        "secrets" => path().attribute(of),
        // Whoever asked for a block knows which one.
        _ => Path::root(),
    };
    Diagnostic::error("Secret is not in the environment", detail).at(place)
}

fn path() -> Path {
    Path::root().attribute("allow")
}

fn at(attribute: &'static str) -> impl Fn(PluginError) -> Diagnostic {
    move |error| said(error).at(path().attribute(attribute))
}

/// The same stop, its diagnostics inside `outer`.
pub(crate) fn stop_at(stop: Stop, outer: &Path) -> Stop {
    let Stop::Failed(diagnostics) = stop else {
        return stop;
    };
    let placed = diagnostics.into_iter().map(|one| {
        let steps = outer.steps().iter().chain(one.path.steps()).cloned();
        let path = steps.collect();
        one.at(path)
    });
    Stop::Failed(placed.collect())
}
