//! AWS Signature Version 4: the header `authorization` of a request, from its keys.
//!
//! As AWS documents it for every service but Amazon S3, which signs paths and bodies otherwise and is not granted.

mod canonical;

use hmac::{Hmac, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::grants::SignatureGrant;
use crate::http::failure::DEFECT;
use crate::http::rights::Refusal;
use crate::http::target::Target;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// What a guest may not set on a request that is signed.
pub(super) const OF_THE_SIGNATURE: [&str; 4] = [
    "authorization",
    "date",
    "x-amz-date",
    "x-amz-security-token",
];

/// A request without its signature.
#[derive(Debug)]
pub(super) struct Unsigned<'a> {
    pub(super) method: &'a Method,
    pub(super) target: &'a Target,
    pub(super) body: &'a [u8],
}

/// Adds date, session token and signature to the headers, which have the host already. `now` is in seconds since
/// 1970-01-01T00:00:00Z; AWS takes a request that is at most five minutes old.
pub(super) fn sign(
    headers: &mut HeaderMap,
    request: &Unsigned<'_>,
    grant: &SignatureGrant,
    now: u32,
) -> Result<(), Refusal> {
    let refused = |_| Refusal::new("its signature cannot stand in a header", DEFECT);
    let time = Timestamp::from_second(i64::from(now))
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string();
    let sensitive = |value: &str| {
        HeaderValue::from_str(value).map(|mut value| {
            value.set_sensitive(true);
            value
        })
    };
    headers.insert(DATE, HeaderValue::from_str(&time).map_err(refused)?);
    if let Some(token) = &grant.keys.session_token {
        headers.insert(TOKEN, sensitive(token).map_err(refused)?);
    }
    let day = time.get(..8).unwrap_or_default();
    let scope = format!("{day}/{}/{}/aws4_request", grant.region, grant.service);
    let (request, signed) = canonical::request(headers, request);
    let text = format!(
        "{ALGORITHM}\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(request))
    );
    let signature = hex(&mac(&key(grant, day), &text));
    let id = &grant.keys.access_key_id;
    let authorization = format!(
        "{ALGORITHM} Credential={id}/{scope}, SignedHeaders={signed}, Signature={signature}"
    );
    headers.insert(
        header::AUTHORIZATION,
        sensitive(&authorization).map_err(refused)?,
    );
    Ok(())
}

/// The key of one day, region and service.
fn key(grant: &SignatureGrant, day: &str) -> Vec<u8> {
    let secret = format!("AWS4{}", grant.keys.secret_access_key);
    [day, &grant.region, &grant.service, "aws4_request"]
        .iter()
        .fold(secret.into_bytes(), |key, part| mac(&key, part))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes keys of every length (RFC 2104), so that no error is possible.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
