//! The seven steps that every resource must pass: create, plan empty, update, import, disappear, taint, destroy.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Done, Planned, Step};

/// What the seven steps need to know of one resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lifecycle {
    /// For instance `portcullis_gpu_pool.training`.
    address: String,
    /// What `terraform import` takes.
    import_id: String,
    /// The file under `steps/` whose configuration changes the resource in place.
    update: String,
    /// The file under `steps/` whose configuration replaces it.
    replace: String,
    /// The database file and the statement that deletes it behind Terraform's back.
    disappear: Disappear,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Disappear {
    file: String,
    statement: String,
}

impl Lifecycle {
    /// The seven, in order, on one resource.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = self.changed("create", "create");
        steps.push(put(&self.update));
        steps.extend(self.changed("update", "update"));
        steps.push(put(&self.replace));
        steps.extend(self.changed("replace", "replace"));
        steps.push(Step::ImportVerify {
            address: self.address.clone(),
            id: self.import_id.clone(),
        });
        steps.push(empty(true));
        steps.push(Step::Sql {
            file: self.disappear.file.clone(),
            statement: self.disappear.statement.clone(),
        });
        steps.extend(self.changed("create", "disappeared"));
        steps.push(Step::Taint {
            address: self.address.clone(),
        });
        steps.extend(self.changed("replace", "tainted"));
        steps.push(Step::Destroy);
        steps
    }

    /// A plan with this action, its apply, and empty plans with and without refresh.
    fn changed(&self, action: &str, golden: &str) -> Vec<Step> {
        let actions = BTreeMap::from([(self.address.clone(), action.to_owned())]);
        vec![
            Step::Plan {
                expect: Planned::Changes,
                golden: Some(golden.to_owned()),
                refresh: true,
                actions,
                json: None,
            },
            Step::Apply {
                expect: Done::Done,
                saved: false,
                golden: None,
            },
            empty(true),
            empty(false),
        ]
    }
}

fn put(file: &str) -> Step {
    Step::Put {
        file: file.to_owned(),
        name: super::main_tf(),
    }
}

fn empty(refresh: bool) -> Step {
    Step::Plan {
        expect: Planned::Empty,
        golden: None,
        refresh,
        actions: BTreeMap::new(),
        json: None,
    }
}
