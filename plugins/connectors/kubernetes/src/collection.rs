//! Kinds of objects that the API server keeps.

/// One kind of objects: where they are listed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collection {
    /// `/api/v1`, or `/apis/<group>/<version>`.
    root: &'static str,
    /// `deployments`
    resource: &'static str,
    is_namespaced: bool,
}

impl Collection {
    pub(crate) const fn namespaced(root: &'static str, resource: &'static str) -> Self {
        Self {
            root,
            resource,
            is_namespaced: true,
        }
    }

    pub(crate) const fn of_cluster(root: &'static str, resource: &'static str) -> Self {
        Self {
            root,
            resource,
            is_namespaced: false,
        }
    }

    /// As RBAC and kubectl write it, `deployments.apps`.
    pub(crate) fn name(&self) -> String {
        match self.group() {
            "" => self.resource.to_owned(),
            group => format!("{}.{group}", self.resource),
        }
    }

    fn group(&self) -> &'static str {
        let versioned = self.root.strip_prefix("/apis/").unwrap_or_default();
        versioned.split('/').next().unwrap_or_default()
    }

    /// The paths that together list everything of the given namespaces, or of all without any given.
    pub(crate) fn paths(&self, namespaces: Option<&[String]>) -> Vec<String> {
        let Self { root, resource, .. } = self;
        match namespaces.filter(|_| self.is_namespaced) {
            None => vec![format!("{root}/{resource}")],
            Some(namespaces) => namespaces
                .iter()
                .map(|namespace| format!("{root}/namespaces/{namespace}/{resource}"))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Collection;

    #[test]
    fn a_collection_has_a_name_and_paths() {
        let secrets = Collection::namespaced("/api/v1", "secrets");
        let roles = Collection::of_cluster("/apis/rbac.authorization.k8s.io/v1", "clusterroles");
        assert_eq!(secrets.name(), "secrets");
        assert_eq!(roles.name(), "clusterroles.rbac.authorization.k8s.io");
        let two = ["a".to_owned(), "b".to_owned()];
        assert_eq!(secrets.paths(None), ["/api/v1/secrets"]);
        assert_eq!(
            secrets.paths(Some(&two)),
            [
                "/api/v1/namespaces/a/secrets",
                "/api/v1/namespaces/b/secrets"
            ]
        );
        assert_eq!(
            roles.paths(Some(&two)),
            ["/apis/rbac.authorization.k8s.io/v1/clusterroles"]
        );
    }
}
