//! The text of an ACL policy: HCL, or the same as JSON.

mod hcl;
mod rule;

use std::fmt;

pub(crate) use rule::Rule;

/// Why a text is no policy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) why: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// The rules of a policy in the order of its text, those left out that ended before `now`.
///
/// # Errors
/// When the text is no policy. The server takes none that is not, so that a later version of it has made this one.
pub(crate) fn rules(text: &str, now: u32) -> Result<Vec<Rule>, Malformed> {
    let items = hcl::parse(text)?;
    let rules = items.iter().filter_map(|item| match item.keys.as_slice() {
        [word, path, ..] if word == "path" => Some(Rule::read(path, item, now)),
        // The server takes the word itself for the path.
        [word] if word == "path" => Some(Rule::read(word, item, now)),
        _ => None,
    });
    let rules: Result<Vec<Option<Rule>>, Malformed> = rules.collect();
    Ok(rules?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::rules;

    fn told(text: &str) -> String {
        let rules = rules(text, 1_795_392_000).unwrap();
        let told = rules.iter().map(|rule| {
            let condition = match rule.condition.as_str() {
                "" => String::new(),
                condition => format!(" if {condition}"),
            };
            format!("{}: {}{condition}", rule.path, rule.capabilities.join(" "))
        });
        told.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn both_notations_say_the_same() {
        for (text, expected) in [
            ("", ""),
            ("# nothing\n// here /*\n/* * */", ""),
            (
                r#"path "a/*" { capabilities = ["read", "list",] }"#,
                "a/*: list read",
            ),
            (
                r#"path a { capabilities = ["read"] capabilities = ["list"] }"#,
                "a: list read",
            ),
            (
                r#"path "a" { policy = "write" }, path "b" {}"#,
                "a: create delete list read update; b: none",
            ),
            (
                r#"path "a" { policy = "deny" capabilities = ["read"] }"#,
                "a: deny",
            ),
            (r#"path "a" { capabilities = ["read", "deny"] }"#, "a: deny"),
            (r#"path "a" "b" { capabilities = ["read"] }"#, "a: read"),
            (r#"path { capabilities = ["read"] }"#, "path: read"),
            (r#"path "/a" { capabilities = ["read"] }"#, "a: read"),
            (
                r#"path "a\u00fc\"\n" { capabilities = ["read"] }"#,
                "aü\"\n: read",
            ),
            (
                "path \"a\" {\n  comment = <<E\n} read {\nE\n policy = \"read\" }",
                "a: list read",
            ),
            (
                r#"name = "x" path "a" { comment = "no" capabilities = ["read"] }"#,
                "a: read",
            ),
            (
                r#"{"path": {"a": {"capabilities": ["read"]}, "a": {"capabilities": ["deny"]}}}"#,
                "a: read; a: deny",
            ),
            (
                r#"{"path": [{"a": {"capabilities": ["read"]}}, {"b": {"policy": "read"}}]}"#,
                "a: read; b: list read",
            ),
            (
                r#"path "a" { capabilities = ["read"] allowed_parameters { x = [1, true, {y = 2}] } required_parameters = ["x"] }"#,
                "a: read if allowed_parameters, required_parameters",
            ),
            (
                r#"path "a" { capabilities = ["read"] expiration = "2020-01-01T00:00:00Z" }"#,
                "",
            ),
            (r#"path "${a}" { capabilities = ["read"] }"#, "${a}: read"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_policy_says_where() {
        for (text, line) in [
            ("path \"a\" {\n capabilities = [\"read\"", 2),
            ("path \"a\n\" {}", 1),
            ("\n\npath = [", 3),
            ("path \"a\" { capabilities = [\"fly\"] }", 1),
            ("path \"a\" { capabilities = \"read\" }", 1),
            ("path \"a\" { policy = \"fly\" }", 1),
            ("path \"a\" { expiration = \"soon\" }", 1),
            ("/* ", 1),
            ("}", 1),
            ("{\"path\": ", 1),
            ("path \"\\q\" {}", 1),
            ("path \"a\" \u{1b} {}", 1),
        ] {
            let malformed = rules(text, 0).unwrap_err();
            assert_eq!(malformed.line, line, "{text:?}: {malformed}");
        }
        let deep = "a = ".to_owned() + &"[".repeat(100_000);
        assert!(rules(&deep, 0).unwrap_err().why.contains("nested"));
    }
}
