//! How facts name what the server has.
//!
//! What is in a namespace has its path as well: roles and paths at their beginning, as the server's own evaluation has
//! them, and what has only a name at its end.

/// A name in a namespace: `admin`, `admin@team/`. An `@` of the name itself is written so that no two are one.
fn placed(name: &str, namespace: &str) -> String {
    let name = name.replace('@', "%40");
    if namespace.is_empty() {
        name
    } else {
        format!("{name}@{namespace}")
    }
}

/// `policy:<name>`
pub(crate) fn policy(name: &str, namespace: &str) -> String {
    format!("policy:{}", placed(name, namespace))
}

/// `entity:<name>`
pub(crate) fn entity(name: &str, namespace: &str) -> String {
    format!("entity:{}", placed(name, namespace))
}

/// `identity-group:<name>`: no group of a directory, which may have one of the same name.
pub(crate) fn group(name: &str, namespace: &str) -> String {
    format!("identity-group:{}", placed(name, namespace))
}

/// `role:<path>`, where an auth method keeps it.
pub(crate) fn role(path: &str, namespace: &str) -> String {
    format!("role:{namespace}{path}")
}

/// `oidc:<issuer>#<subject>`, whoever shows such a token.
pub(crate) fn shown_token(issuer: &str, subject: &str) -> String {
    format!("oidc:{issuer}#{subject}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_policies_have_one_name() {
        assert_eq!(super::policy("a", ""), "policy:a");
        assert_eq!(super::policy("a", "team/"), "policy:a@team/");
        assert_eq!(super::policy("a@team/", ""), "policy:a%40team/");
        assert_eq!(
            super::role("auth/jwt/role/a", "team/"),
            "role:team/auth/jwt/role/a"
        );
    }
}
