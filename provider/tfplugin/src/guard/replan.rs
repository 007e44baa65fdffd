//! Rule 9: the plan made again right before apply keeps what the first one promised.

use super::equal::same;
use super::{Breach, Rule, compatible, secret};
use crate::schema::Schema;
use crate::value::{Path, Type, Value};

/// Two plans of one change.
#[derive(Debug, Clone, Copy)]
pub struct Replan<'a> {
    /// The resource's schema.
    pub schema: &'a Schema,
    /// The state before both.
    pub prior: &'a Value,
    /// What was planned first.
    pub first: &'a Value,
    /// Whether the first plan replaces the object.
    pub first_replaces: bool,
    /// What is planned now.
    pub second: &'a Value,
    /// Whether the second plan replaces the object.
    pub second_replaces: bool,
}

/// What a plan does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Nothing,
    Create,
    Update,
    Replace,
    Destroy,
}

impl Action {
    fn of(prior: &Value, planned: &Value, replaces: bool, ty: &Type) -> Self {
        match (prior, planned) {
            (Value::Null, Value::Null) => Self::Nothing,
            (Value::Null, _) => Self::Create,
            (_, Value::Null) => Self::Destroy,
            _ if replaces => Self::Replace,
            (prior, planned) if same(prior, planned, ty) => Self::Nothing,
            _ => Self::Update,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Nothing => "no change",
            Self::Create => "creation",
            Self::Update => "an update in place",
            Self::Replace => "replacement",
            Self::Destroy => "destruction",
        }
    }
}

impl Replan<'_> {
    /// Every promise of the first plan that the second does not keep.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let block = &self.schema.block;
        let ty = block.implied_type();
        let first = Action::of(self.prior, self.first, self.first_replaces, &ty);
        let second = Action::of(self.prior, self.second, self.second_replaces, &ty);
        if first != second && (first, second) != (Action::Update, Action::Nothing) {
            let root = Path::root();
            let breach = Breach::new(Rule::SecondPlan, &root, first.noun(), second.noun());
            return vec![breach];
        }
        secret::redact(
            block,
            compatible::breaches(Rule::SecondPlan, self.first, self.second, &ty),
        )
    }
}
