//! Secrets that came with an answer and stay with the host.

use serde_json::Value;

use crate::bindings::imports::types::Failure;
use crate::grants::SECRET_BYTES_MIN;
use crate::http::failure::{limit, malformed};
use crate::http::target::Origin;
use crate::scrub::MASK;
use crate::secret::Secret;

/// Pointers of one request.
const POINTERS: usize = 16;
/// Begins every handle. No name of a secret in HCL does.
const HANDLE: &str = "kept/";

/// The secrets that one call kept.
#[derive(Debug, Default)]
pub(crate) struct Kept(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    origin: Origin,
    secret: Secret,
}

/// A secret with the origin that it came from, which is the only one that it may go to.
pub(super) struct KeptSecret<'a> {
    pub(super) origin: &'a Origin,
    pub(super) secret: &'a Secret,
}

impl Kept {
    /// Whether the guest means a handle and not the name of a secret.
    pub(super) fn is_handle(name: &str) -> bool {
        name.starts_with(HANDLE)
    }

    /// Keeps a secret and gives its handle, which holds until the call ends.
    pub(super) fn keep(&mut self, origin: Origin, secret: Secret) -> String {
        self.0.push(Entry { origin, secret });
        format!("{HANDLE}{}", self.0.len())
    }

    pub(super) fn find(&self, handle: &str) -> Option<KeptSecret<'_>> {
        let number: usize = handle.strip_prefix(HANDLE)?.parse().ok()?;
        let Entry { origin, secret } = self.0.get(number.checked_sub(1)?)?;
        Some(KeptSecret { origin, secret })
    }
}

/// Takes the texts at the pointers out of a JSON body. The error withholds the body: what it holds and where is then not
/// known.
pub(super) fn take(
    asked: &str,
    body: &[u8],
    pointers: &[String],
) -> Result<(Vec<Secret>, Vec<u8>), Failure> {
    if pointers.len() > POINTERS {
        return Err(limit(format!(
            "`{asked}` names {} secrets, at most {POINTERS} are kept.",
            pointers.len()
        )));
    }
    let withheld = |reason: &str| {
        malformed(
            asked,
            &format!("was answered, but {reason}, so the answer is withheld"),
            "Check that the server speaks the version of the API that the plugin was made for.",
        )
    };
    let mut document: Value =
        serde_json::from_slice(body).map_err(|_| withheld("its body is not JSON"))?;
    let mut secrets = Vec::with_capacity(pointers.len());
    for pointer in pointers {
        let Some(Value::String(text)) = document.pointer_mut(pointer) else {
            return Err(withheld(&format!("there is no text at `{pointer}` in it")));
        };
        if text == MASK {
            return Err(withheld(&format!("`{pointer}` was named twice")));
        }
        if text.len() < SECRET_BYTES_MIN {
            return Err(withheld(&format!(
                "the text at `{pointer}` has fewer than {SECRET_BYTES_MIN} bytes and is no secret"
            )));
        }
        secrets.push(Secret::new(std::mem::replace(text, MASK.to_owned())));
    }
    Ok((secrets, document.to_string().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{Kept, take};
    use crate::http::target::Target;
    use crate::secret::Secret;

    const BODY: &str =
        r#"{"id":"1","auth":{"token":"issued-\u0041token","n":1.50},"list":["other-secret"]}"#;

    fn taken(pointers: &[&str]) -> Result<(Vec<Secret>, String), String> {
        let pointers: Vec<String> = pointers.iter().map(|&pointer| pointer.to_owned()).collect();
        take("GET https://a.example/", BODY.as_bytes(), &pointers)
            .map(|(secrets, body)| (secrets, String::from_utf8(body).unwrap()))
            .map_err(|failure| format!("{}: {}", failure.kind, failure.message))
    }

    #[test]
    fn texts_are_taken_out_and_the_rest_stays() {
        let (secrets, body) = taken(&["/auth/token", "/list/0"]).unwrap();
        let values: Vec<&str> = secrets.iter().map(Secret::expose).collect();
        assert_eq!(values, ["issued-Atoken", "other-secret"]);
        assert_eq!(
            body,
            r#"{"id":"1","auth":{"token":"[secret]","n":1.50},"list":["[secret]"]}"#
        );
    }

    #[test]
    fn an_answer_whose_secret_is_elsewhere_is_withheld() {
        for (pointers, reason) in [
            (&["/token"][..], "no text at `/token`"),
            (&["/auth/n"], "no text at `/auth/n`"),
            (&["/auth"], "no text at `/auth`"),
            (&["auth"], "no text at `auth`"),
            (&["/id"], "fewer than 8 bytes"),
            (&["/auth/token", "/auth/token"], "named twice"),
            (&["/auth/token"; 17], "at most 16"),
        ] {
            let found = taken(pointers).unwrap_err();
            assert!(found.contains(reason), "{found}");
            assert!(!found.contains("issued"), "{found}");
        }
        let garbage = take("GET https://a.example/", b"token=abc", &["/t".to_owned()]);
        assert!(garbage.unwrap_err().message.contains("is not JSON"));
    }

    #[test]
    fn a_handle_is_good_for_what_it_names() {
        let origin = Target::parse("https://a.example").unwrap().origin;
        let mut kept = Kept::default();
        let first = kept.keep(origin.clone(), Secret::new("one".to_owned()));
        let second = kept.keep(origin, Secret::new("two".to_owned()));
        assert!(Kept::is_handle(&first) && !Kept::is_handle("TOKEN"));
        assert_eq!(kept.find(&second).unwrap().secret.expose(), "two");
        assert_eq!(
            kept.find(&second).unwrap().origin.to_string(),
            "https://a.example"
        );
        for wrong in ["kept/0", "kept/3", "kept/", "kept/-1", "TOKEN"] {
            assert!(kept.find(wrong).is_none(), "{wrong}");
        }
    }
}
