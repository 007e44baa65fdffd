//! What a guest is told when a request gave nothing.

use crate::bindings::imports::types::Failure;
use crate::http::rights::Refusal;

/// What to do about a guest that asks for what no guest may.
pub(crate) const DEFECT: &str = "Report this to the plugin's author.";

pub(crate) fn failure(kind: &str, message: String, remedy: &str) -> Failure {
    Failure {
        kind: kind.to_owned(),
        message,
        remedy: remedy.to_owned(),
    }
}

/// `asked` is `GET https://api.example.com/v1`; `reason` a clause.
pub(super) fn refused(asked: &str, refusal: &Refusal) -> Failure {
    let message = format!("`{asked}` was not sent: {}.", refusal.reason);
    failure("refused", message, &refusal.remedy)
}

pub(super) fn limit(message: String) -> Failure {
    failure(
        "limit",
        message,
        "Narrow what the plugin reads in `config`, or report this to the plugin's author.",
    )
}

pub(super) fn unreachable(asked: &str, reason: &str) -> Failure {
    failure(
        "unreachable",
        format!("`{asked}` failed: {reason}."),
        "Check the address in `config`, that the server runs, and that this machine can reach it.",
    )
}

pub(super) fn malformed(asked: &str, reason: &str, remedy: &str) -> Failure {
    failure("malformed", format!("`{asked}` {reason}."), remedy)
}

/// The guest used a function of the contract out of turn.
pub(super) fn out_of_turn(asked: &str, reason: &str) -> Failure {
    failure("internal", format!("`{asked}`: {reason}."), DEFECT)
}
