//! The configuration of a plugin, `config` in HCL: what it looks like, and reading it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::schema::{Kind, Schema};

/// A value that `config` in HCL can hold, and the shape by which a typo is found before the plugin runs.
///
/// Derive it beside `serde::Deserialize`: both read the same struct. Doc comments become descriptions; a field that is
/// an `Option` or has `#[serde(default)]` may be left out; what is not declared is refused. `#[serde(rename)]`,
/// `#[serde(rename_all)]`, `#[serde(skip)]` and `#[serde(deny_unknown_fields)]` mean what they mean to serde.
///
/// ```
/// use portcullis_plugin::Config;
/// use serde::Deserialize;
///
/// /// Where the cluster is.
/// #[derive(Config, Deserialize)]
/// struct Settings {
///     /// Where its API listens.
///     #[config(pattern = "^https://")]
///     url: String,
///     /// Entries that one page asks for.
///     #[serde(default)]
///     #[config(minimum = 1, maximum = 500)]
///     page_size: u32,
///     zones: Option<Vec<String>>,
/// }
///
/// let schema: serde_json::Value = serde_json::from_str(&Settings::SCHEMA.to_json()).unwrap();
/// assert_eq!(schema["required"], serde_json::json!(["url"]));
/// assert_eq!(schema["properties"]["page_size"]["maximum"], 500);
/// assert_eq!(schema["properties"]["url"]["description"], "Where its API listens.");
/// ```
pub trait Config: Sized {
    /// The shape.
    const SCHEMA: Schema;

    /// Whether a struct that has such a field cannot be read without it.
    #[doc(hidden)]
    const REQUIRED: bool = true;
}

/// For a plugin that is not configured.
///
/// ```
/// use portcullis_plugin::{Check, Failure, Finding, Manifest, NoConfig, Plan};
///
/// struct Agreeable;
///
/// impl Check for Agreeable {
///     const MANIFEST: Manifest = Manifest::check("agreeable", "1.0.0", "Finds nothing");
///     type Config = NoConfig;
///
///     fn run(_plan: &Plan, _config: &NoConfig) -> Result<Vec<Finding>, Failure> {
///         Ok(Vec::new())
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}

impl Config for NoConfig {
    const SCHEMA: Schema = Schema::of(Kind::Object(&[]));
}

/// Any configuration at all; nothing is checked before the plugin runs.
impl Config for serde_json::Value {
    const SCHEMA: Schema = Schema::of(Kind::Any);
}

impl Config for String {
    const SCHEMA: Schema = Schema::of(Kind::Text);
}

impl Config for bool {
    const SCHEMA: Schema = Schema::of(Kind::Boolean);
}

macro_rules! numbers {
    ($($number:ty = $schema:expr),* $(,)?) => {
        $(impl Config for $number {
            const SCHEMA: Schema = $schema;
        })*
    };
}

numbers! {
    u8 = Schema::of(Kind::Integer).minimum(0).maximum(u8::MAX as i64),
    u16 = Schema::of(Kind::Integer).minimum(0).maximum(u16::MAX as i64),
    u32 = Schema::of(Kind::Integer).minimum(0).maximum(u32::MAX as i64),
    u64 = Schema::of(Kind::Integer).minimum(0),
    i8 = Schema::of(Kind::Integer).minimum(i8::MIN as i64).maximum(i8::MAX as i64),
    i16 = Schema::of(Kind::Integer).minimum(i16::MIN as i64).maximum(i16::MAX as i64),
    i32 = Schema::of(Kind::Integer).minimum(i32::MIN as i64).maximum(i32::MAX as i64),
    i64 = Schema::of(Kind::Integer),
    f32 = Schema::of(Kind::Number),
    f64 = Schema::of(Kind::Number),
}

impl<T: Config> Config for Option<T> {
    const SCHEMA: Schema = T::SCHEMA;
    const REQUIRED: bool = false;
}

impl<T: Config> Config for Vec<T> {
    const SCHEMA: Schema = Schema::of(Kind::List(&T::SCHEMA));
}

impl<T: Config> Config for BTreeMap<String, T> {
    const SCHEMA: Schema = Schema::of(Kind::Map(&T::SCHEMA));
}

/// Reads the configuration into the plugin's own type.
///
/// # Errors
/// When it does not fit.
pub fn read<T: DeserializeOwned>(config: &str) -> Result<T, Failure> {
    serde_json::from_str(config).map_err(|error| {
        Failure::config(format!(
            "`config` of this plugin is not what the plugin expects: {error}."
        ))
        .remedy("Correct `config` in the provider block.")
    })
}
