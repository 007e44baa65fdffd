//! What a plugin asks for, a line for each thing that a reviewer may object to.

use crate::manifest::{HttpAccess, SecretAccess, SignatureAccess};
use crate::text::visible;

/// Bytes of one line; the texts are a stranger's.
const LINE_BYTES: usize = 512;
/// Methods that change nothing by their definition in HTTP; all others are kept for apply.
const READS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// `GET https://api.example.com/v1/ in plan and apply`, one line a method.
pub(super) fn lines(
    http: &[HttpAccess],
    secrets: &[SecretAccess],
    signatures: &[SignatureAccess],
    objects: &[String],
) -> Vec<String> {
    let requests = http.iter().flat_map(|access| {
        access.methods.iter().map(move |method| {
            let phase = match (READS.contains(&method.as_str()), access.reads) {
                (true, _) => "in plan and apply",
                (false, true) => "in plan, as it says that this only reads, and in apply",
                (false, false) => "in apply",
            };
            format!("{method} {}{} {phase}", access.origin, access.path_prefix)
        })
    });
    let secrets = secrets.iter().map(|secret| {
        let to = match secret.origin.as_str() {
            "" => String::new(),
            origin => format!(" to {origin}"),
        };
        format!("secret {} in the header {}{to}", secret.name, secret.header)
    });
    let signatures = signatures.iter().flat_map(|access| {
        let (origin, service) = (&access.origin, &access.service);
        let line = move |what: &str| format!("signed {what} of {service} at {origin}");
        match access.operations.as_slice() {
            [] => vec![line("requests")],
            operations => operations.iter().map(|one| line(one)).collect(),
        }
    });
    let objects = objects
        .iter()
        .map(|kind| format!("creates, changes and deletes objects of kind {kind}"));
    requests
        .chain(secrets)
        .chain(signatures)
        .chain(objects)
        .map(|line| visible(&line, LINE_BYTES))
        .collect()
}
