//! What a plugin asks for, a line for each thing that a reviewer may object to.

use crate::manifest::{HttpAccess, SecretAccess};
use crate::text::visible;

/// Bytes of one line; the texts are a stranger's.
const LINE_BYTES: usize = 512;
/// Methods that change nothing by their definition in HTTP; all others are kept for apply.
const READS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// `GET https://api.example.com/v1/ in plan and apply`, one line a method.
pub(super) fn lines(http: &[HttpAccess], secrets: &[SecretAccess]) -> Vec<String> {
    let requests = http.iter().flat_map(|access| {
        access.methods.iter().map(move |method| {
            let phase = match READS.contains(&method.as_str()) {
                true => "in plan and apply",
                false => "in apply",
            };
            format!("{method} {}{} {phase}", access.origin, access.path_prefix)
        })
    });
    let secrets = secrets
        .iter()
        .map(|secret| format!("secret {} in the header {}", secret.name, secret.header));
    requests
        .chain(secrets)
        .map(|line| visible(&line, LINE_BYTES))
        .collect()
}
