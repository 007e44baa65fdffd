//! The manifest: who a plugin is and what it asks for.
//!
//! It is a constant, so that the export macros can place its JSON text in a section of the component. One digest then
//! covers code and requests, and the host reads the requests without running the guest.

use crate::json_writer::Writer;
use crate::schema::{Kind, Schema};

/// Requests over HTTP that a connector asks for.
///
/// ```
/// use portcullis_plugin::HttpAccess;
///
/// const READ: HttpAccess = HttpAccess::new("config:url", &["GET"], "/api/v1");
/// const SEARCH: HttpAccess = HttpAccess::new("config:url", &["POST"], "/api/v1/search").reads();
/// const EVENTS: HttpAccess = HttpAccess::new("https://events.example.com", &["GRPC"], "/events.v1.Events");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HttpAccess {
    origin: &'static str,
    methods: &'static [&'static str],
    path_prefix: &'static str,
    reads: bool,
}

impl HttpAccess {
    /// `origin` is `https://api.example.com`, with a port if it is not the scheme's own; or `config:<attribute>` for
    /// the origin of the URL which the user writes at that attribute of `config`. Methods are in upper case, `GRPC` for
    /// calls over gRPC. `path_prefix` is what the path of every request starts with, by whole segments; `/` for anything.
    #[must_use]
    pub const fn new(
        origin: &'static str,
        methods: &'static [&'static str],
        path_prefix: &'static str,
    ) -> Self {
        Self {
            origin,
            methods,
            path_prefix,
            reads: false,
        }
    }

    /// Says that these requests only read whatever their method, so that the user can let plan send them.
    #[must_use]
    pub const fn reads(mut self) -> Self {
        self.reads = true;
        self
    }
}

/// A secret that the host puts into a header for the connector.
///
/// ```
/// use portcullis_plugin::SecretAccess;
///
/// const TOKEN: SecretAccess = SecretAccess::new("EXAMPLE_TOKEN", "authorization", "config:url");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SecretAccess {
    name: &'static str,
    header: &'static str,
    origin: &'static str,
}

impl SecretAccess {
    /// `name` is how HCL grants it, upper case as an environment variable; `header` the only header that may carry it,
    /// in lower case; `origin` the only origin it may be sent to, written as in [`HttpAccess::new`].
    #[must_use]
    pub const fn new(name: &'static str, header: &'static str, origin: &'static str) -> Self {
        Self {
            name,
            header,
            origin,
        }
    }
}

/// Requests to AWS that the host signs for the connector (Signature Version 4).
///
/// ```
/// use portcullis_plugin::SignatureAccess;
///
/// const IAM: SignatureAccess =
///     SignatureAccess::new("config:iam", "iam", &["GetAccountAuthorizationDetails"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SignatureAccess {
    origin: &'static str,
    service: &'static str,
    operations: &'static [&'static str],
}

impl SignatureAccess {
    /// `origin` is the only origin that they go to, written as in [`HttpAccess::new`]; `service` how AWS signs for it;
    /// `operations` the only ones, none for a service whose requests name none. Outside apply and destroy only those
    /// are sent that begin with `Describe`, `Get` or `List`.
    #[must_use]
    pub const fn new(
        origin: &'static str,
        service: &'static str,
        operations: &'static [&'static str],
    ) -> Self {
        Self {
            origin,
            service,
            operations,
        }
    }
}

/// Who a plugin is and what it asks for.
///
/// ```
/// use portcullis_plugin::{HttpAccess, Manifest, SecretAccess};
///
/// const MANIFEST: Manifest = Manifest::connector("example", env!("CARGO_PKG_VERSION"), "Reads pools from Example")
///     .http(&[HttpAccess::new("config:url", &["GET", "PUT"], "/v1/pools")])
///     .secrets(&[SecretAccess::new("EXAMPLE_TOKEN", "authorization", "config:url")])
///     .objects(&["pool"]);
///
/// assert!(MANIFEST.to_json().contains(r#""name":"example""#));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Manifest {
    name: &'static str,
    version: &'static str,
    world: &'static str,
    summary: &'static str,
    http: &'static [HttpAccess],
    secrets: &'static [SecretAccess],
    signatures: &'static [SignatureAccess],
    objects: &'static [&'static str],
    platform: &'static str,
    config: Schema,
}

impl Manifest {
    /// A connector. `version` is usually `env!("CARGO_PKG_VERSION")`, `summary` one sentence for people.
    #[must_use]
    pub const fn connector(
        name: &'static str,
        version: &'static str,
        summary: &'static str,
    ) -> Self {
        Self::new("connector", name, version, summary)
    }

    /// A check. It may ask for nothing.
    #[must_use]
    pub const fn check(name: &'static str, version: &'static str, summary: &'static str) -> Self {
        Self::new("check", name, version, summary)
    }

    const fn new(
        world: &'static str,
        name: &'static str,
        version: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            version,
            world,
            summary,
            http: &[],
            secrets: &[],
            signatures: &[],
            objects: &[],
            platform: "",
            config: Schema::of(Kind::Any),
        }
    }

    /// Asks for requests over HTTP.
    #[must_use]
    pub const fn http(mut self, http: &'static [HttpAccess]) -> Self {
        self.http = http;
        self
    }

    /// Asks for secrets.
    #[must_use]
    pub const fn secrets(mut self, secrets: &'static [SecretAccess]) -> Self {
        self.secrets = secrets;
        self
    }

    /// Asks for signatures.
    #[must_use]
    pub const fn signatures(mut self, signatures: &'static [SignatureAccess]) -> Self {
        self.signatures = signatures;
        self
    }

    /// Kinds of objects that the connector keeps: `identity`, `grant`, `pool`.
    #[must_use]
    pub const fn objects(mut self, kinds: &'static [&'static str]) -> Self {
        self.objects = kinds;
        self
    }

    /// Whose words the facts of [`Access`](crate::Access) use: `kubernetes`, `aws`, `vault`, `gcp`, `azure` or `github`. The
    /// host knows which permissions lead further there. Without it, facts are kept and only their edges lead anywhere.
    #[must_use]
    pub const fn platform(mut self, platform: &'static str) -> Self {
        self.platform = platform;
        self
    }

    /// The shape of the plugin's configuration; the export macros add it from the plugin's `Config`.
    #[doc(hidden)]
    #[must_use]
    pub const fn config(mut self, schema: Schema) -> Self {
        self.config = schema;
        self
    }

    /// The manifest document.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut bytes = vec![0; self.json_len()];
        self.write(Writer::new(&mut bytes));
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Length of the manifest document in bytes.
    #[doc(hidden)]
    #[must_use]
    pub const fn json_len(&self) -> usize {
        self.write(Writer::counting()).len()
    }

    /// The manifest document as the section holds it; `N` is [`Manifest::json_len`].
    #[doc(hidden)]
    #[must_use]
    pub const fn json_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.write(Writer::new(&mut bytes));
        bytes
    }

    const fn write<'a>(&self, out: Writer<'a>) -> Writer<'a> {
        let out = out.raw("{\"schema\":1,\"name\":").text(self.name);
        let out = out.raw(",\"version\":").text(self.version);
        let out = out.raw(",\"world\":").text(self.world);
        let mut out = out.raw(",\"summary\":").text(self.summary);
        if !self.config.is_any() {
            out = self.config.write(out.raw(",\"config\":"));
        }
        out = write_secrets(write_http(out, self.http), self.secrets);
        if !self.signatures.is_empty() {
            out = write_signatures(out, self.signatures);
        }
        if !self.objects.is_empty() {
            out = out.raw(",\"objects\":[").texts(self.objects).raw("]");
        }
        if !self.platform.is_empty() {
            out = out.raw(",\"platform\":").text(self.platform);
        }
        out.raw("}")
    }
}

const fn write_http<'a>(out: Writer<'a>, http: &[HttpAccess]) -> Writer<'a> {
    let mut out = out.raw(",\"http\":[");
    let mut rest = http;
    while let [access, tail @ ..] = rest {
        out = out.raw("{\"origin\":").text(access.origin);
        out = out.raw(",\"methods\":[").texts(access.methods);
        out = out.raw("],\"path_prefix\":").text(access.path_prefix);
        if access.reads {
            out = out.raw(",\"reads\":true");
        }
        out = out.raw(if tail.is_empty() { "}" } else { "}," });
        rest = tail;
    }
    out.raw("]")
}

const fn write_secrets<'a>(out: Writer<'a>, secrets: &[SecretAccess]) -> Writer<'a> {
    let mut out = out.raw(",\"secrets\":[");
    let mut rest = secrets;
    while let [secret, tail @ ..] = rest {
        out = out.raw("{\"name\":").text(secret.name);
        out = out.raw(",\"header\":").text(secret.header);
        out = out.raw(",\"origin\":").text(secret.origin);
        out = out.raw(if tail.is_empty() { "}" } else { "}," });
        rest = tail;
    }
    out.raw("]")
}

const fn write_signatures<'a>(out: Writer<'a>, signatures: &[SignatureAccess]) -> Writer<'a> {
    let mut out = out.raw(",\"signatures\":[");
    let mut rest = signatures;
    while let [access, tail @ ..] = rest {
        out = out.raw("{\"origin\":").text(access.origin);
        out = out.raw(",\"service\":").text(access.service);
        out = out.raw(",\"operations\":[").texts(access.operations);
        out = out.raw(if tail.is_empty() { "]}" } else { "]}," });
        rest = tail;
    }
    out.raw("]")
}

/// What both kinds of plugin export: the manifest, as the section `portcullis:manifest` and as a
/// function.
#[doc(hidden)]
#[macro_export]
macro_rules! export_plugin {
    ($component:ident, $manifest:expr) => {
        const MANIFEST: $crate::Manifest = $manifest;
        const MANIFEST_LEN: usize = MANIFEST.json_len();

        #[used]
        #[unsafe(link_section = "portcullis:manifest")]
        static MANIFEST_SECTION: [u8; MANIFEST_LEN] = MANIFEST.json_bytes::<MANIFEST_LEN>();

        impl $crate::bindings::manifest::Guest for $component {
            fn describe() -> String {
                ::core::str::from_utf8(&MANIFEST_SECTION)
                    .unwrap_or_default()
                    .to_owned()
            }
        }

        $crate::bindings::manifest::export_manifest!(
            $component with_types_in $crate::bindings::manifest
        );
    };
}

#[cfg(test)]
mod tests {
    use super::{HttpAccess, Manifest, SecretAccess, SignatureAccess};
    use crate::Config as _;

    const FULL: Manifest = Manifest::connector("a\"b\\c", "1.0.0", "Two\nlines\u{1f} and ü")
        .http(&[
            HttpAccess::new("config:url", &["GET", "HEAD"], "/api/"),
            HttpAccess::new("https://b.example", &[], "/").reads(),
        ])
        .secrets(&[SecretAccess::new("TOKEN", "authorization", "config:url")])
        .signatures(&[
            SignatureAccess::new("config:iam", "iam", &["ListRoles", "GetRole"]),
            SignatureAccess::new("config:eks", "eks", &[]),
        ])
        .objects(&["identity", "pool"])
        .platform("kubernetes")
        .config(Vec::<u8>::SCHEMA);
    const LEN: usize = FULL.json_len();
    static SECTION: [u8; LEN] = FULL.json_bytes::<LEN>();

    #[test]
    fn section_is_json_that_says_what_the_builder_was_told() {
        let document: serde_json::Value = serde_json::from_slice(&SECTION).unwrap();
        assert_eq!(
            document,
            serde_json::json!({
                "schema": 1,
                "name": "a\"b\\c",
                "version": "1.0.0",
                "world": "connector",
                "summary": "Two\nlines\u{1f} and ü",
                "config": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}},
                "http": [
                    {"origin": "config:url", "methods": ["GET", "HEAD"], "path_prefix": "/api/"},
                    {"origin": "https://b.example", "methods": [], "path_prefix": "/", "reads": true},
                ],
                "secrets": [{"name": "TOKEN", "header": "authorization", "origin": "config:url"}],
                "signatures": [
                    {"origin": "config:iam", "service": "iam", "operations": ["ListRoles", "GetRole"]},
                    {"origin": "config:eks", "service": "eks", "operations": []},
                ],
                "objects": ["identity", "pool"],
                "platform": "kubernetes",
            })
        );
    }

    #[test]
    fn to_json_and_section_are_the_same_text() {
        assert_eq!(FULL.to_json().as_bytes(), SECTION);
    }

    #[test]
    fn nothing_asked_is_two_empty_lists() {
        let json = Manifest::check("c", "1", "s").to_json();
        assert!(json.ends_with(r#""http":[],"secrets":[]}"#), "{json}");
    }
}
