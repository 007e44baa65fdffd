//! `conform.toml`: what the suite has to be told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_plugin_host::Application;
use serde::Deserialize;
use serde_json::Value;

use super::bench::ConformError;

/// What the suite has to be told of a connector and its platform; a `conform.toml`.
///
/// ```
/// use portcullis_testkit::conform::Suite;
///
/// let suite: Suite = r#"
///     [platform]
///     url = "http://127.0.0.1:8080"
///
///     [config]
///     url = "{platform}"
///
///     [secrets]
///     EXAMPLE_TOKEN = "any value of the test platform"
///
///     [inventory]
///     devices = 5
///
///     [[objects]]
///     kind = "pool"
///     name = "conform"
///     attributes = { size = 2 }
///     changed = { size = 3 }
///     count = { path = "/v1/pools", items = "/items", name = "/name" }
/// "#.parse()?;
/// # Ok::<(), portcullis_testkit::conform::ConformError>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    pub(super) platform: Platform,
    /// `{platform}` in a text stands for the URL under which the connector reaches the platform.
    #[serde(default)]
    pub(super) config: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) secrets: BTreeMap<String, String>,
    /// Services of AWS for which requests to the platform are signed, with the keys among `secrets` that have AWS's own
    /// names: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if it is there, `AWS_SESSION_TOKEN`.
    #[serde(default)]
    pub(super) sigv4: Vec<Sigv4>,
    pub(super) inventory: Option<Inventory>,
    pub(super) supply: Option<Supply>,
    pub(super) access: Option<Access>,
    #[serde(default)]
    pub(super) objects: Vec<Object>,
    pub(super) credentials: Option<Credentials>,
    /// Why answers may not have members that nobody knows, when they may not.
    pub(super) unknown_fields: Option<NotApplicable>,
}

/// Where the platform is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub(super) enum Platform {
    /// A server that is running. `http` only: the suite has to read what passes by.
    Url(String),
    /// A recording that a local server plays.
    Exchanges(PathBuf),
    /// The platform of the testkit.
    Reference(Reference),
}

/// Which platform of the testkit.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reference {
    /// GPUs, pools and tokens, all in order.
    Honest,
}

/// A service of AWS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sigv4 {
    pub(super) service: String,
    pub(super) region: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inventory {
    /// How many devices there are.
    pub(super) devices: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Supply {
    pub(super) pools: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Access {
    pub(super) permissions: Option<usize>,
}

/// An object that the suite may create and delete.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) attributes: Value,
    /// Other attributes, to which it can be updated.
    pub(super) changed: Option<Value>,
    /// How to count the objects of that name at the platform, past the connector.
    pub(super) count: Option<Count>,
}

/// A credential that the suite may have issued and revoked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    workload: String,
    job: String,
    audience: String,
    ttl_seconds: u32,
    scope: Value,
    /// How to count the credentials of an id that are good at the platform, past the connector.
    pub(super) count: Option<Count>,
}

impl Credentials {
    pub(super) fn application(&self) -> Application {
        Application {
            workload: self.workload.clone(),
            job: self.job.clone(),
            audience: self.audience.clone(),
            ttl_seconds: self.ttl_seconds,
            scope: self.scope.clone(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    /// Path of a list, by `GET`.
    pub(super) path: String,
    /// JSON pointer to the list; empty for the whole body.
    pub(super) items: String,
    /// JSON pointer to the name in an item.
    pub(super) name: String,
    /// Name of the secret that the list wants as bearer token.
    pub(super) secret: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotApplicable {
    pub(super) because: String,
}

impl Suite {
    /// Reads a `conform.toml`. Paths in it begin at its folder.
    ///
    /// # Errors
    /// When the file cannot be read, or says what the suite does not know.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConformError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| ConformError::File {
            path: path.to_owned(),
            source,
        })?;
        let mut suite: Self = text.parse()?;
        if let Platform::Exchanges(file) = &mut suite.platform {
            *file = path.parent().unwrap_or(Path::new(".")).join(&file);
        }
        Ok(suite)
    }
}

impl std::str::FromStr for Suite {
    type Err = ConformError;

    fn from_str(text: &str) -> Result<Self, ConformError> {
        toml::from_str(text).map_err(|error| ConformError::Description(Box::new(error)))
    }
}
