//! Who may do what, as far as a plan document tells.

use std::borrow::Cow;

use crate::Value;

/// Groups and permission splits as this run knows them.
///
/// ```
/// use portcullis_plugin::Plan;
///
/// let plan = Plan::from_json(r#"{"schema": 1, "resources": [], "access": {
///     "ledger": true,
///     "groups": [{"group": "group:ml-release", "members": ["user:ana"], "from": "ledger"}],
///     "splits": [{"workload": "production/fraud", "deploy": ["group:ml-release"], "runtime": ["group:oncall"]}],
///     "undescribed": ["group:oncall"]
/// }}"#).unwrap();
/// let split = plan.access.split("production/fraud").unwrap();
/// assert_eq!(plan.access.group(&split.deploy[0]).unwrap().members, ["user:ana"]);
/// assert!(plan.access.group(&split.runtime[0]).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct AccessFacts<'a> {
    /// Whether a ledger was read; without one, only this configuration is known.
    pub ledger: bool,
    /// Groups whose members are known, by name.
    pub groups: Vec<Group<'a>>,
    /// Permission splits, by workload.
    pub splits: Vec<Split<'a>>,
    /// Groups that are named and whose members nobody described.
    pub undescribed: Vec<Cow<'a, str>>,
}

/// A group whose members are known.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The group as a subject, `group:ml-release`.
    pub group: Cow<'a, str>,
    /// Every direct member; nobody else is in it.
    pub members: Vec<Cow<'a, str>>,
    /// Who says so: `configuration` or `ledger`.
    pub from: Cow<'a, str>,
}

/// A declaration that shipping a workload and acting as it are apart.
#[derive(Clone, Debug)]
pub struct Split<'a> {
    /// Natural key of the workload, `production/fraud-scorer`.
    pub workload: Cow<'a, str>,
    /// Subjects that may ship it, groups not resolved.
    pub deploy: Vec<Cow<'a, str>>,
    /// What they may do.
    pub may: Vec<Cow<'a, str>>,
    /// Subjects that may act as it, its own identities among them, groups not resolved.
    pub runtime: Vec<Cow<'a, str>>,
    /// Who says so: `configuration` or `ledger`.
    pub from: Cow<'a, str>,
}

impl<'a> AccessFacts<'a> {
    pub(super) fn read(mut document: Value<'a>) -> Self {
        let groups = document.take("groups").into_items().into_iter();
        let splits = document.take("splits").into_items().into_iter();
        Self {
            ledger: document.at("ledger").as_bool().unwrap_or_default(),
            groups: groups.map(Group::read).collect(),
            splits: splits.map(Split::read).collect(),
            undescribed: document.take_texts("undescribed"),
        }
    }

    /// The group, when its members are known.
    #[must_use]
    pub fn group(&self, group: &str) -> Option<&Group<'a>> {
        self.groups.iter().find(|found| found.group == group)
    }

    /// The split of a workload.
    #[must_use]
    pub fn split(&self, workload: &str) -> Option<&Split<'a>> {
        self.splits.iter().find(|found| found.workload == workload)
    }
}

impl<'a> Group<'a> {
    fn read(mut document: Value<'a>) -> Self {
        Self {
            group: document.take_text("group"),
            members: document.take_texts("members"),
            from: from(&mut document),
        }
    }
}

impl<'a> Split<'a> {
    fn read(mut document: Value<'a>) -> Self {
        Self {
            workload: document.take_text("workload"),
            deploy: document.take_texts("deploy"),
            may: document.take_texts("may"),
            runtime: document.take_texts("runtime"),
            from: from(&mut document),
        }
    }
}

fn from<'a>(document: &mut Value<'a>) -> Cow<'a, str> {
    match document.take_text("from") {
        text if text.is_empty() => Cow::Borrowed("configuration"),
        text => text,
    }
}
