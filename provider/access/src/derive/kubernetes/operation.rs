//! `create deployments.apps`: a verb on a resource, granted or needed.

/// A resource, as RBAC compares it: `deployments.apps`, `pods/exec`, `*.*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Resource<'a> {
    name: &'a str,
    group: &'a str,
    part: Option<&'a str>,
}

impl<'a> Resource<'a> {
    fn parse(text: &'a str) -> Self {
        let (whole, part) = match text.split_once('/') {
            Some((whole, part)) => (whole, Some(part)),
            None => (text, None),
        };
        let (name, group) = whole.split_once('.').unwrap_or((whole, ""));
        Self { name, group, part }
    }

    /// Whether a rule that grants `self` grants `other`. `*` alone covers subresources too.
    fn covers(self, other: Self) -> bool {
        let group = self.group == "*" || self.group == other.group;
        let whole = self.name == "*" && self.part.is_none();
        let name = self.name == "*" || self.name == other.name;
        let part = self.part == other.part || (self.part == Some("*") && other.part.is_some());
        group && (whole || (name && (part || other.part == Some("*") && self.part.is_some())))
    }
}

/// A granted operation.
#[derive(Debug)]
pub(super) struct Grant<'a> {
    verb: &'a str,
    resource: Resource<'a>,
}

impl<'a> Grant<'a> {
    /// An operation without a resource grants nothing that any rule needs.
    pub(super) fn parse(text: &'a str) -> Self {
        let (verb, resource) = text.split_once(' ').unwrap_or((text, ""));
        let resource = Resource::parse(resource);
        Self { verb, resource }
    }

    pub(super) fn covers(&self, need: &Need<'_>) -> bool {
        let verb = self.verb == "*" || need.verbs.contains(&self.verb);
        verb && need
            .resources
            .iter()
            .any(|resource| self.resource.covers(*resource))
    }
}

/// An operation that a rule needs.
#[derive(Debug)]
pub(super) struct Need<'a> {
    verbs: Vec<&'a str>,
    resources: Vec<Resource<'a>>,
}

impl<'a> Need<'a> {
    /// `update|patch pods|deployments.apps`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (verbs, resources) = text.split_once(' ')?;
        Some(Self {
            verbs: verbs.split('|').collect(),
            resources: resources.split('|').map(Resource::parse).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (grant, need, covers) in [
            ("create deployments.apps", "create deployments.apps", true),
            ("create deployments", "create deployments.apps", false),
            ("get deployments.apps", "create deployments.apps", false),
            ("* deployments.apps", "create deployments.apps", true),
            ("create *.apps", "create deployments.apps", true),
            ("* *", "create deployments.apps", false),
            ("* *", "create pods/exec", true),
            ("* *.*", "create pods/exec", true),
            ("create pods", "create pods/exec", false),
            ("create pods/*", "create pods/exec", true),
            ("create */exec", "create pods/exec", true),
            ("update */scale", "update deployments.apps", false),
            ("update *.apps/scale", "update deployments.apps", false),
            ("* *", "* *.*", false),
            ("* *.*", "* *.*", true),
            ("get *.*", "* *.*", false),
            ("", "create pods", false),
        ] {
            let need = Need::parse(need).unwrap();
            assert_eq!(
                Grant::parse(grant).covers(&need),
                covers,
                "{grant} / {need:?}"
            );
        }
    }
}
