//! User and password for registries, from the environment or from docker's configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::error::RegistryError;

/// User and password for registries.
#[derive(Clone, Default)]
pub struct Credentials {
    /// For whatever registry is asked.
    any: Option<Login>,
    by_registry: BTreeMap<String, Login>,
}

/// One user and their password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// The part of docker's `config.json` that is read.
#[derive(Deserialize)]
struct DockerConfig {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
}

#[derive(Deserialize)]
struct Auth {
    /// Base64 of `user:password`; absent where a credential helper keeps it.
    auth: Option<String>,
}

impl Credentials {
    /// The given user and password for whatever registry is asked; without them, what `docker login` wrote into the
    /// folder `docker`.
    ///
    /// # Errors
    /// When docker's configuration is there and cannot be read.
    pub fn find(
        user: Option<String>,
        password: Option<String>,
        docker: Option<&Path>,
    ) -> Result<Self, RegistryError> {
        if let (Some(user), Some(password)) = (user, password) {
            return Ok(Self {
                any: Some(Login { user, password }),
                by_registry: BTreeMap::new(),
            });
        }
        match docker {
            Some(folder) => Self::of_docker(&folder.join("config.json")),
            None => Ok(Self::default()),
        }
    }

    fn of_docker(path: &Path) -> Result<Self, RegistryError> {
        let unusable = |reason: String| RegistryError::Settings {
            path: PathBuf::from(path),
            reason,
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unusable(error.to_string())),
        };
        let config: DockerConfig =
            serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?;
        let mut by_registry = BTreeMap::new();
        for (registry, auth) in config.auths {
            let Some(auth) = auth.auth else { continue };
            let login = Login::of_basic(&auth)
                .ok_or_else(|| unusable(format!("its entry for `{registry}` is damaged")))?;
            let host = registry
                .trim_start_matches("https://")
                .trim_start_matches("http://");
            let host = host.split('/').next().unwrap_or_default();
            by_registry.insert(host.to_owned(), login);
        }
        Ok(Self {
            any: None,
            by_registry,
        })
    }

    pub(crate) fn for_registry(&self, registry: &str) -> Option<&Login> {
        self.any.as_ref().or_else(|| self.by_registry.get(registry))
    }
}

impl Login {
    fn of_basic(text: &str) -> Option<Self> {
        let decoded = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let (user, password) = decoded.split_once(':')?;
        Some(Self {
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }

    /// The value of an `authorization` header.
    pub(crate) fn basic(&self) -> String {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", self.user, self.password))
        )
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Credentials;

    #[test]
    fn what_docker_login_wrote_is_found_by_host() {
        let folder = tempfile::tempdir().unwrap();
        let config = r#"{"auths": {"https://registry.example.com/v1/": {"auth": "YW5uOnM6M2NyZXQ="}, "helped.example.com": {}}}"#;
        fs::write(folder.path().join("config.json"), config).unwrap();
        let found = Credentials::find(None, None, Some(folder.path())).unwrap();
        let login = found.for_registry("registry.example.com").unwrap();
        assert_eq!(
            (login.user.as_str(), login.password.as_str()),
            ("ann", "s:3cret")
        );
        assert_eq!(login.basic(), "Basic YW5uOnM6M2NyZXQ=");
        assert!(found.for_registry("helped.example.com").is_none());
        assert!(!format!("{found:?} {login:?}").contains("3cret"));
    }

    #[test]
    fn the_environment_comes_first_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), "{").unwrap();
        let given = |text: &str| Some(text.to_owned());
        let found = Credentials::find(given("u"), given("p"), Some(folder.path())).unwrap();
        assert_eq!(found.for_registry("any.example.com").unwrap().user, "u");
        let error = Credentials::find(None, None, Some(folder.path())).unwrap_err();
        assert!(error.to_string().contains("config.json"), "{error}");
    }
}
