//! What the account of this connector has to be allowed.

/// What an account has to be allowed to list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    /// What the cluster role is called that allows it.
    pub(crate) role: &'static str,
    /// As `kubectl create clusterrole` takes them.
    pub(crate) resources: &'static str,
}

impl Needs {
    /// How to give an account what it needs. The README has the same as YAML.
    pub(crate) fn grant(self) -> String {
        let Self { role, resources } = self;
        format!(
            "Run `kubectl create clusterrole {role} --verb=list --resource={resources}`, and bind it to the account \
             whose token this is with `kubectl create clusterrolebinding {role} --clusterrole={role} \
             --serviceaccount=<namespace>:<name>`."
        )
    }
}
