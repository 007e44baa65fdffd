//! `allow { kubeconfig {} }` and `allow { client_certificate {} }`: who a component is to a server.

use portcullis_model::Ttl;
use tfplugin::Schema;
use tfplugin::field::{Optional, Required, Text};

/// Who the component is to a Kubernetes cluster, as a context of a kubeconfig says: by token, by client certificate, or by
/// a credential plugin. What it says goes to the server of that context and nowhere else, and the component sees none of
/// it. Write the server in `hosts` and in `config`.
#[derive(Debug, Clone, Schema)]
pub struct AllowKubeconfig {
    /// The file, such as `pathexpand("~/.kube/config")`.
    pub path: Required<String>,
    /// The context; the file's current one when left out.
    pub context: Optional<String>,
    /// The credential plugin that the context may run, with the words that it begins with: `["aws", "eks", "get-token"]`.
    /// A context that has another one, or has one while this is left out, is refused.
    pub command: Optional<Vec<String>>,
    /// Names of variables that are passed on to the credential plugin from the environment of this run.
    pub inherit: Optional<Vec<String>>,
    /// How long the credential plugin may run; `30s` when left out, at most `10m`.
    pub time: Optional<Text<Ttl>>,
    /// The secret of the component's manifest that the token is; `KUBERNETES_TOKEN` when left out.
    pub secret: Optional<String>,
}

/// Who the component is to one host, by certificate over TLS.
#[derive(Debug, Clone, Schema)]
pub struct AllowClientCertificate {
    /// Where, such as `https://10.0.0.1:6443`. No other host is shown the certificate.
    pub url: Required<String>,
    /// A PEM file with the certificate, and after it those that lead to an authority.
    pub certificate_file: Required<String>,
    /// A PEM file with the private key. It is read by the provider alone.
    pub key_file: Required<String>,
}
