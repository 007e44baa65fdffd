//! `allow { secret "NAME" {} }`: a secret that is fetched when a request needs it.

use std::collections::BTreeMap;

use portcullis_model::Ttl;
use tfplugin::Schema;
use tfplugin::field::{Optional, OptionalBlock, Required, Text};

/// A secret that the host fetches when a request needs it, and again before it ends. Exactly one of `file` and `command`
/// says where from; `terraform validate` looks at neither.
#[derive(Debug, Clone, Schema)]
pub struct AllowSecret {
    /// A file that holds the secret alone, such as `/var/run/secrets/kubernetes.io/serviceaccount/token`. It is read again
    /// after a minute, because such files are renewed.
    pub file: Optional<String>,
    /// A command that prints the secret, or a credential as the plugins of `kubectl` print it.
    pub command: OptionalBlock<AllowCommand>,
}

/// A command that the host runs and whose output no component sees. It has no terminal, and its environment is `PATH`,
/// `HOME`, `KUBERNETES_EXEC_INFO` and what is named here.
#[derive(Debug, Clone, Schema)]
pub struct AllowCommand {
    /// The program and its arguments: `["aws", "eks", "get-token", "--cluster-name", "prod"]`. No shell reads them.
    pub words: Required<Vec<String>>,
    /// Variables with their values. For secrets use `inherit`: what stands here stands in the configuration.
    pub environment: Optional<BTreeMap<String, String>>,
    /// Names of variables that are passed on from the environment of this run, such as `AWS_PROFILE`.
    pub inherit: Optional<Vec<String>>,
    /// How long it may run; `30s` when left out, at most `10m`.
    pub time: Optional<Text<Ttl>>,
}
