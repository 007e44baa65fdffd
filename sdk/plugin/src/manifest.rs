//! The manifest: who a plugin is and what it asks for.
//!
//! It is a constant, so that the export macros can place its JSON text in a section of the component. One digest then
//! covers code and requests, and the host reads the requests without running the guest.

/// Requests over HTTP that a connector asks for.
#[derive(Clone, Copy, Debug)]
pub struct HttpAccess {
    /// An origin, `https://api.example.com` or with a port; or `config:<attribute>` for the origin of the URL which
    /// the user writes at that attribute of `config`.
    pub origin: &'static str,
    /// Methods in upper case.
    pub methods: &'static [&'static str],
    /// What the path of every request starts with, `/` for anything.
    pub path_prefix: &'static str,
}

/// A secret that the host puts into a header for the connector.
#[derive(Clone, Copy, Debug)]
pub struct SecretAccess {
    /// Name by which HCL grants it, `NEBIUS_IAM_TOKEN` for example.
    pub name: &'static str,
    /// The only header that may carry it, in lower case.
    pub header: &'static str,
}

/// Who a plugin is and what it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Manifest {
    name: &'static str,
    version: &'static str,
    world: &'static str,
    summary: &'static str,
    http: &'static [HttpAccess],
    secrets: &'static [SecretAccess],
}

impl Manifest {
    /// A connector. `version` is usually `env!("CARGO_PKG_VERSION")`, `summary` one sentence for people.
    #[must_use]
    pub const fn connector(
        name: &'static str,
        version: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            version,
            world: "connector",
            summary,
            http: &[],
            secrets: &[],
        }
    }

    /// A check. It may ask for nothing.
    #[must_use]
    pub const fn check(name: &'static str, version: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            version,
            world: "check",
            summary,
            http: &[],
            secrets: &[],
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

    /// The manifest document.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut bytes = vec![0; self.json_len()];
        self.write(Writer {
            room: &mut bytes,
            len: 0,
        });
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Length of the manifest document in bytes.
    #[doc(hidden)]
    #[must_use]
    pub const fn json_len(&self) -> usize {
        self.write(Writer {
            room: &mut [],
            len: 0,
        })
    }

    /// The manifest document as the section holds it; `N` is [`Manifest::json_len`].
    #[doc(hidden)]
    #[must_use]
    pub const fn json_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.write(Writer {
            room: &mut bytes,
            len: 0,
        });
        bytes
    }

    const fn write(&self, out: Writer<'_>) -> usize {
        let out = out.raw("{\"schema\":1,\"name\":").text(self.name);
        let out = out.raw(",\"version\":").text(self.version);
        let out = out.raw(",\"world\":").text(self.world);
        let out = out.raw(",\"summary\":").text(self.summary);
        let mut out = out.raw(",\"http\":[");
        let mut rest = self.http;
        while let [access, tail @ ..] = rest {
            out = out.raw("{\"origin\":").text(access.origin);
            out = out.raw(",\"methods\":[").texts(access.methods);
            out = out.raw("],\"path_prefix\":").text(access.path_prefix);
            out = out.raw(if tail.is_empty() { "}" } else { "}," });
            rest = tail;
        }
        out = out.raw("],\"secrets\":[");
        let mut rest = self.secrets;
        while let [secret, tail @ ..] = rest {
            out = out.raw("{\"name\":").text(secret.name);
            out = out.raw(",\"header\":").text(secret.header);
            out = out.raw(if tail.is_empty() { "}" } else { "}," });
            rest = tail;
        }
        out.raw("]}").len
    }
}

/// Writes JSON at compile time. Without room it only counts.
struct Writer<'a> {
    room: &'a mut [u8],
    len: usize,
}

impl Writer<'_> {
    const fn byte(self, byte: u8) -> Self {
        let len = self.len + 1;
        match self.room {
            [slot, room @ ..] => {
                *slot = byte;
                Self { room, len }
            }
            [] => Self { room: &mut [], len },
        }
    }

    const fn raw(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            self = self.byte(*byte);
            rest = tail;
        }
        self
    }

    const fn text(mut self, text: &str) -> Self {
        self = self.byte(b'"');
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            self = match *byte {
                b'"' | b'\\' => self.byte(b'\\').byte(*byte),
                control @ ..0x20 => {
                    let digits = if control < 0x10 { "\\u000" } else { "\\u001" };
                    let low = control & 0x0f;
                    self.raw(digits).byte(if low < 10 {
                        b'0' + low
                    } else {
                        b'a' + low - 10
                    })
                }
                _ => self.byte(*byte),
            };
            rest = tail;
        }
        self.byte(b'"')
    }

    const fn texts(mut self, texts: &[&str]) -> Self {
        let mut rest = texts;
        while let [text, tail @ ..] = rest {
            self = self.text(text);
            if !tail.is_empty() {
                self = self.byte(b',');
            }
            rest = tail;
        }
        self
    }
}

/// What both kinds of plugin export: the manifest, as the section `portcullis:manifest` and as a
/// function.
#[doc(hidden)]
#[macro_export]
macro_rules! export_plugin {
    ($component:ident, $manifest:expr) => {
        const MANIFEST_LEN: usize = $manifest.json_len();

        #[used]
        #[unsafe(link_section = "portcullis:manifest")]
        static MANIFEST_SECTION: [u8; MANIFEST_LEN] = $manifest.json_bytes::<MANIFEST_LEN>();

        impl $crate::bindings::manifest::Guest for $component {
            fn describe() -> String {
                $manifest.to_json()
            }
        }

        $crate::bindings::manifest::export_manifest!(
            $component with_types_in $crate::bindings::manifest
        );
    };
}

#[cfg(test)]
mod tests {
    use super::{HttpAccess, Manifest, SecretAccess};

    const FULL: Manifest = Manifest::connector("a\"b\\c", "1.0.0", "Two\nlines\u{1f} and ü")
        .http(&[
            HttpAccess {
                origin: "config:url",
                methods: &["GET", "HEAD"],
                path_prefix: "/api/",
            },
            HttpAccess {
                origin: "https://b.example",
                methods: &[],
                path_prefix: "/",
            },
        ])
        .secrets(&[SecretAccess {
            name: "TOKEN",
            header: "authorization",
        }]);
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
                "http": [
                    {"origin": "config:url", "methods": ["GET", "HEAD"], "path_prefix": "/api/"},
                    {"origin": "https://b.example", "methods": [], "path_prefix": "/"},
                ],
                "secrets": [{"name": "TOKEN", "header": "authorization"}],
            })
        );
    }

    #[test]
    fn describe_and_section_are_the_same_text() {
        assert_eq!(FULL.to_json().as_bytes(), SECTION);
    }

    #[test]
    fn nothing_asked_is_two_empty_lists() {
        let json = Manifest::check("c", "1", "s").to_json();
        assert!(json.ends_with(r#""http":[],"secrets":[]}"#), "{json}");
    }
}
