//! Credentials that live as long as a job.

use crate::{Application, Connector, Credential, Failure, Stamp};

/// Issues and revokes credentials. The value of a credential never enters the connector: the host keeps it and gives a
/// handle ([`Request::send_and_keep`](crate::Request::send_and_keep)).
///
/// ```no_run
/// use portcullis_plugin::{
///     Application, Client, Connector, Credential, Credentials, Failure, HttpAccess, Manifest, NoConfig, Request, Stamp,
/// };
///
/// struct Tokens;
///
/// impl Connector for Tokens {
///     const MANIFEST: Manifest = Manifest::connector("tokens", "1.0.0", "Issues tokens of Example")
///         .http(&[HttpAccess::new("https://api.example.com", &["PUT", "DELETE"], "/tokens")]);
///     type Config = NoConfig;
/// }
///
/// impl Credentials for Tokens {
///     fn issue(_: &NoConfig, asked: &Application, stamp: &Stamp) -> Result<Credential, Failure> {
///         let kept = Request::put("https://api.example.com/tokens")
///             .segment(&stamp.token)
///             .json(&serde_json::json!({"audience": asked.audience, "ttl_seconds": asked.ttl_seconds}))?
///             .send_and_keep(&["/token"])?;
///         Ok(Credential {
///             id: stamp.token.clone(),
///             handle: kept.handle(0)?.to_owned(),
///             expires_at: portcullis_plugin::now() + asked.ttl_seconds,
///         })
///     }
///
///     fn revoke(_: &NoConfig, id: &str, _: &Stamp) -> Result<(), Failure> {
///         let client = Client::new("https://api.example.com");
///         let response = client.send(client.delete("/tokens").segment(id))?;
///         if response.status == 404 { Ok(()) } else { response.success().map(drop) }
///     }
/// }
///
/// portcullis_plugin::export_connector!(Tokens: Credentials);
/// ```
pub trait Credentials: Connector {
    /// Issues a credential. A second call with the same token issues no second one.
    ///
    /// # Errors
    /// When none was issued, or may not have been.
    fn issue(
        config: &Self::Config,
        application: &Application,
        stamp: &Stamp,
    ) -> Result<Credential, Failure>;

    /// Makes the credential useless. One that is useless already is a success.
    ///
    /// # Errors
    /// When it may still be of use.
    fn revoke(config: &Self::Config, id: &str, stamp: &Stamp) -> Result<(), Failure>;
}
