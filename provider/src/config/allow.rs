//! `allow {}`: what a component may do.

use tfplugin::Schema;
use tfplugin::field::{BlockList, LabelledBlocks, Optional, OptionalBlock, Required};

use super::{AllowClientCertificate, AllowKubeconfig, AllowSecret};

/// What a component may do. A right takes effect when its manifest asks for it and it is granted here. Requests that may
/// change something are sent while applying and destroying only.
#[derive(Debug, Clone, Schema)]
pub struct Allow {
    /// Hosts it may reach, such as `https://prometheus.acme.example` or `http://127.0.0.1:9090`, with a path to narrow
    /// them. A private address is granted by writing the address.
    pub hosts: Optional<Vec<String>>,
    /// Addresses where a `POST`, or a call over gRPC, only reads, so that planning may send it; the manifest has to say
    /// so too.
    pub reads: Optional<Vec<String>>,
    /// Names of secrets that are sent for it, taken from the environment variables of these names. The component never
    /// sees them; the manifest says to which host and in which header they go.
    pub secrets: Optional<Vec<String>>,
    /// Who signs the certificates of these hosts, where it is an authority of your own: one or more certificates as PEM
    /// text, such as `file("ca.pem")`. Then these are trusted for this connector, and no others.
    pub ca_certificate: Optional<String>,
    /// A grant that is narrower than one of `hosts`.
    pub request: BlockList<AllowRequest>,
    /// Requests to AWS that are signed for it, where its manifest asks for them. The component never sees a key.
    pub sigv4: BlockList<AllowSignature>,
    /// A secret that comes from a file or a command, by the name that the manifest asks for.
    pub secret: LabelledBlocks<AllowSecret>,
    /// Who the component is to a Kubernetes cluster, as a kubeconfig says.
    pub kubeconfig: OptionalBlock<AllowKubeconfig>,
    /// Who the component is to one host, by certificate.
    pub client_certificate: OptionalBlock<AllowClientCertificate>,
}

/// Requests to one service of AWS that are signed for a component (Signature Version 4).
#[derive(Debug, Clone, Schema)]
pub struct AllowSignature {
    /// Where the service listens, such as `https://iam.amazonaws.com`; one of `hosts` has to cover it.
    pub url: Required<String>,
    /// The service as AWS signs for it, such as `iam` or `ec2`.
    pub service: Required<String>,
    /// The region as AWS signs for it; `us-east-1` for `iam`.
    pub region: Required<String>,
    /// Environment variable with the id of the access key; `AWS_ACCESS_KEY_ID` when left out.
    pub access_key_id: Optional<String>,
    /// Environment variable with the secret access key; `AWS_SECRET_ACCESS_KEY` when left out.
    pub secret_access_key: Optional<String>,
    /// Environment variable with the session token of temporary credentials. When it and `access_key_id` are left out,
    /// `AWS_SESSION_TOKEN` is used if it is set.
    pub session_token: Optional<String>,
}

/// Requests that a component may send.
#[derive(Debug, Clone, Schema)]
pub struct AllowRequest {
    /// Where, with the beginning of the path.
    pub url: Required<String>,
    /// Methods in upper case, such as `GET`; `GRPC` for calls over gRPC.
    pub methods: Required<Vec<String>>,
    /// When: `plan`, `apply`, or both when left out. `plan` includes validate and refresh, `apply` includes destroy.
    pub phases: Optional<Vec<String>>,
}
