//! The cases of AWS's published suite for Signature Version 4 that a request of a guest can be: its keys, its time, its
//! scope, and the signatures that it gives. Paths with dot segments never come this far.

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::{Unsigned, sign};
use crate::grants::{AwsKeys, SignatureGrant};
use crate::http::target::Target;

/// 2015-08-30T12:36:00Z, as the suite has it.
const NOW: u32 = 1_440_938_160;
const LETTERS: &str = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

/// Name, method, path and query, header fields, body, signature.
type Case<'a> = (
    &'a str,
    Method,
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a str,
    &'a str,
);

fn grant(session_token: Option<&str>) -> SignatureGrant {
    SignatureGrant {
        target: Target::parse("https://example.amazonaws.com").unwrap(),
        service: "service".to_owned(),
        region: "us-east-1".to_owned(),
        keys: AwsKeys {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: session_token.map(str::to_owned),
        },
    }
}

/// The names of the signed headers and the signature.
fn signed(
    method: &Method,
    path: &str,
    fields: &[(&str, &str)],
    body: &str,
    grant: &SignatureGrant,
) -> (String, String) {
    let target = Target::parse(&format!("https://example.amazonaws.com{path}")).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("example.amazonaws.com"));
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let request = Unsigned {
        method,
        target: &target,
        body: body.as_bytes(),
    };
    sign(&mut headers, &request, grant, NOW).unwrap();
    let header = headers["authorization"].to_str().unwrap().to_owned();
    let rest = header.strip_prefix(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=",
    );
    let (names, signature) = rest.unwrap().split_once(", Signature=").unwrap();
    (names.to_owned(), signature.to_owned())
}

#[test]
fn what_is_sent_is_signed_as_the_published_suite_has_it() {
    let unreserved_path = format!("/{LETTERS}");
    let unreserved_query = format!("/?{LETTERS}={LETTERS}");
    let trimmed = [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")];
    let duplicate = [
        ("My-Header1", "value2"),
        ("My-Header1", "value2"),
        ("My-Header1", "value1"),
    ];
    let utf8_form = (
        "Content-Type",
        "application/x-www-form-urlencoded; charset=utf8",
    );
    #[rustfmt::skip]
    let cases: [Case<'_>; 16] = [
        ("get-vanilla", Method::GET, "/", &[], "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("get-vanilla-query-order-key-case", Method::GET, "/?Param2=value2&Param1=value1", &[], "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("get-vanilla-query-order-value", Method::GET, "/?Param1=value2&Param1=value1", &[], "", "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        ("get-vanilla-query", Method::GET, "/?Param1=value1", &[], "", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        ("get-vanilla-query-unreserved", Method::GET, &unreserved_query, &[], "", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        ("get-vanilla-utf8-query", Method::GET, "/?%E1%88%B4=bar", &[], "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        ("get-unreserved", Method::GET, &unreserved_path, &[], "", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        ("get-slashes", Method::GET, "//example//", &[], "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        ("get-header-value-trim", Method::GET, "/", &trimmed, "", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        ("get-header-key-duplicate", Method::GET, "/", &duplicate, "", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        ("post-vanilla", Method::POST, "/", &[], "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("post-vanilla-query", Method::POST, "/?Param1=value1", &[], "", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        ("post-header-key-sort", Method::POST, "/", &[("My-Header1", "value1")], "", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        ("post-header-value-case", Method::POST, "/", &[("My-Header1", "VALUE1")], "", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        ("post-x-www-form-urlencoded", Method::POST, "/", &[FORM], "Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        ("post-x-www-form-urlencoded-parameters", Method::POST, "/", &[utf8_form], "Param1=value1", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
    ];
    for (name, method, path, fields, body, expected) in cases {
        let (_, signature) = signed(&method, path, fields, body, &grant(None));
        assert_eq!(signature, expected, "{name}");
    }
}

#[test]
fn a_session_token_is_sent_and_signed() {
    let with_token = grant(Some(TOKEN));
    assert_eq!(
        signed(&Method::POST, "/", &[], "", &with_token),
        (
            "host;x-amz-date;x-amz-security-token".to_owned(),
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead".to_owned()
        ),
        "post-sts-header-before"
    );
}

/// A path travels percent-encoded, and AWS encodes what it received once more. No case of the suite shows it; the
/// signature is what botocore 1.43 makes of the same request.
#[test]
fn a_path_is_encoded_once_more() {
    let (_, signature) = signed(&Method::GET, "/%E1%88%B4", &[], "", &grant(None));
    assert_eq!(
        signature,
        "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d"
    );
}

#[test]
fn what_a_proxy_may_change_is_not_signed() {
    let (names, signature) = signed(
        &Method::GET,
        "/",
        &[("User-Agent", "a"), ("Accept-Encoding", "identity")],
        "",
        &grant(None),
    );
    assert_eq!(names, "host;x-amz-date");
    assert_eq!(
        signature,
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
}
