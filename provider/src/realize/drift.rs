//! What was changed on a platform behind Terraform's back: what was widened first, then what was narrowed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tfplugin::Diagnostic;

use super::{Realization, at};

/// Lines of one kind that are shown; of more, only the number.
const SHOWN: usize = 20;

/// What the platform allows now and did not when the object was last written, and the other way round; `None` when both are
/// the same, or when one of them does not say what it allows.
pub(super) fn told(
    name: &str,
    key: &str,
    before: &Realization,
    now: &Realization,
) -> Option<Diagnostic> {
    let (before, after) = (before.allows.known()?, now.allows.known()?);
    let (before, after): (BTreeSet<&String>, BTreeSet<&String>) =
        (before.iter().collect(), after.iter().collect());
    let widened: Vec<&&String> = after.difference(&before).collect();
    let narrowed: Vec<&&String> = before.difference(&after).collect();
    let summary = match (widened.is_empty(), narrowed.is_empty()) {
        (true, true) => return None,
        (false, _) => "Access was widened outside Terraform",
        (true, false) => "Access was narrowed outside Terraform",
    };
    let mut detail =
        format!("What connector `{name}` keeps of `{key}` is not what was last applied.\n\n");
    for (word, sign, lines) in [("Widened", '+', &widened), ("Narrowed", '-', &narrowed)] {
        listed(&mut detail, word, sign, lines);
    }
    detail.push_str(
        "Find out who changed it, then apply: that makes it what the configuration says. To keep what was changed, write it \
         into the configuration.\n\n\
         access-drifted",
    );
    Some(Diagnostic::warning(summary, detail).at(at(name)))
}

fn listed(detail: &mut String, word: &str, sign: char, lines: &[&&String]) {
    if lines.is_empty() {
        return;
    }
    // Writing to a string does not fail.
    let _ = writeln!(detail, "{word}:");
    for line in lines.iter().take(SHOWN) {
        let _ = writeln!(detail, "  {sign} {line}");
    }
    if let Some(more) = lines.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(detail, "  and {more} more");
    }
    detail.push('\n');
}

#[cfg(test)]
mod tests {
    use portcullis_plugin_host::Managed;
    use serde_json::json;

    use super::*;

    fn realization(allows: &[&str]) -> Realization {
        Realization::of(&Managed {
            kind: "grant".to_owned(),
            id: "a".to_owned(),
            name: "b".to_owned(),
            attributes: json!({"allows": allows}),
            revision: String::new(),
        })
    }

    fn drift(before: &[&str], now: &[&str]) -> Option<Diagnostic> {
        told(
            "cluster",
            "production/a",
            &realization(before),
            &realization(now),
        )
    }

    #[test]
    fn widening_is_named_first() {
        let told = drift(&["b", "c"], &["a", "c"]).unwrap();
        assert_eq!(told.summary, "Access was widened outside Terraform");
        let (widened, narrowed) = (told.detail.find("+ a"), told.detail.find("- b"));
        assert!(widened.unwrap() < narrowed.unwrap(), "{}", told.detail);
        let told = drift(&["b", "c"], &["c"]).unwrap();
        assert_eq!(told.summary, "Access was narrowed outside Terraform");
        assert!(drift(&["b", "a"], &["a", "b"]).is_none());
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let many: Vec<String> = (0..25).map(|number| format!("line {number:02}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let told = drift(&[], &many).unwrap();
        assert!(
            told.detail.contains("  + line 19\n  and 5 more\n"),
            "{}",
            told.detail
        );
    }
}
