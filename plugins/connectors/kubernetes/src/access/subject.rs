//! Those who are named: the id of each, once.

use std::collections::BTreeMap;

use portcullis_plugin::Subject;

/// How Kubernetes names a service account as a user.
const ACCOUNT_USER: &str = "system:serviceaccount:";

/// Subjects by id.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    by_id: BTreeMap<String, Subject>,
}

impl Subjects {
    /// A service account, with labels when the account itself was seen and not only named.
    pub(crate) fn account(&mut self, path: &str, labels: Vec<(String, String)>) -> String {
        let id = account_id(path);
        let subject = self.add(&id, "service-account", path);
        if !labels.is_empty() {
            subject.labels = labels;
        }
        id
    }

    /// A user. Service accounts are users too, and a binding may name one that way.
    pub(crate) fn user(&mut self, name: &str) -> String {
        if let Some((namespace, account)) = account_of_user(name) {
            return self.account(&format!("{namespace}/{account}"), Vec::new());
        }
        let id = format!("user:{name}");
        self.add(&id, "human", name);
        id
    }

    pub(crate) fn group(&mut self, name: &str) -> String {
        let id = format!("group:{name}");
        self.add(&id, "group", name);
        id
    }

    pub(crate) fn role(&mut self, id: &str, name: &str) {
        self.add(id, "role", name);
    }

    /// Somebody outside the cluster, whose id the configuration gives.
    pub(crate) fn outsider(&mut self, id: &str) {
        let kind = match id.split(':').next().unwrap_or_default() {
            "ci" => "ci",
            "user" => "human",
            "group" => "group",
            "sa" => "service-account",
            "role" => "role",
            _ => "other",
        };
        self.add(id, kind, id);
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// All of them, by id.
    pub(crate) fn into_vec(self) -> Vec<Subject> {
        self.by_id.into_values().collect()
    }

    fn add(&mut self, id: &str, kind: &str, name: &str) -> &mut Subject {
        self.by_id.entry(id.to_owned()).or_insert_with(|| Subject {
            name: name.to_owned(),
            ..Subject::new(id, kind)
        })
    }
}

/// `sa:<namespace>/<name>`
pub(crate) fn account_id(path: &str) -> String {
    format!("sa:{path}")
}

/// Namespace and name, when the user is a service account.
fn account_of_user(name: &str) -> Option<(&str, &str)> {
    let (namespace, account) = name.strip_prefix(ACCOUNT_USER)?.split_once(':')?;
    let is_name = |text: &str| !text.is_empty() && !text.contains([':', '/']);
    (is_name(namespace) && is_name(account)).then_some((namespace, account))
}

#[cfg(test)]
mod tests {
    use super::Subjects;

    #[test]
    fn a_user_that_is_a_service_account_is_that_account() {
        let mut subjects = Subjects::default();
        for (user, id) in [
            ("ana@acme.example", "user:ana@acme.example"),
            ("system:serviceaccount:infer:fraud", "sa:infer/fraud"),
            (
                "system:serviceaccount:infer",
                "user:system:serviceaccount:infer",
            ),
            (
                "system:serviceaccount:a:b:c",
                "user:system:serviceaccount:a:b:c",
            ),
            ("system:serviceaccount::b", "user:system:serviceaccount::b"),
        ] {
            assert_eq!(subjects.user(user), id);
        }
        assert_eq!(subjects.into_vec().len(), 5);
    }

    #[test]
    fn who_is_named_twice_is_there_once_and_keeps_its_labels() {
        let mut subjects = Subjects::default();
        let labels = vec![("role_arn".to_owned(), "arn:aws:iam::1:role/a".to_owned())];
        subjects.account("infer/fraud", labels.clone());
        subjects.user("system:serviceaccount:infer:fraud");
        let found = subjects.into_vec();
        assert_eq!((found.len(), &found[0].labels), (1, &labels));
    }
}
