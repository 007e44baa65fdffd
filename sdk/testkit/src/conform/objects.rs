//! Cases of objects: created once, read as they are, planned to nothing when nothing is to be done, deleted for good.

use portcullis_plugin::covers;
use serde_json::Value;

use super::bench::{Bench, fail, holds, not_applicable};
use super::count::platform_has;
use super::description::Object;
use super::report::{Case, Verdict};
use crate::fault::Fault;
use crate::proxy::Mischief;
use crate::stopped::Stopped;
use crate::{Action, Desired, Managed, Stamp};

/// Names of the cases, in order.
const CASES: [&str; 9] = [
    "create",
    "read-after-create",
    "second-plan-empty",
    "token-retry-makes-one",
    "update",
    "delete",
    "delete-twice",
    "lost-answer-makes-one",
    "duplicate-delivery-makes-one",
];

pub(super) fn try_all(bench: &Bench<'_>, cases: &mut Vec<Case>) {
    if bench.suite.objects.is_empty() {
        for case in CASES {
            bench.case(cases, case, Mischief::None, || {
                not_applicable("the description has no [[objects]]")
            });
        }
    }
    for object in &bench.suite.objects {
        let trial = Trial { bench, object };
        let named = |case: &str| format!("{case} {}", object.kind);
        let mut made = None;
        bench.case(cases, &named("create"), Mischief::None, || {
            trial.create(&mut made)
        });
        bench.case(cases, &named("read-after-create"), Mischief::None, || {
            trial.read_back(made.as_ref())
        });
        bench.case(cases, &named("second-plan-empty"), Mischief::None, || {
            trial.second_plan(made.as_ref())
        });
        bench.case(
            cases,
            &named("token-retry-makes-one"),
            Mischief::None,
            || trial.retry(made.as_ref()),
        );
        bench.case(cases, &named("update"), Mischief::None, || {
            trial.update(&mut made)
        });
        bench.case(cases, &named("delete"), Mischief::None, || {
            trial.delete(made.as_ref())
        });
        bench.case(cases, &named("delete-twice"), Mischief::None, || {
            trial.delete_again(made.as_ref())
        });
        let lost = Mischief::Once(Fault::Reset);
        bench.case(cases, &named("lost-answer-makes-one"), lost, || {
            trial.lost_answer(Fault::Reset)
        });
        let twice = Mischief::Once(Fault::DuplicateDelivery);
        bench.case(cases, &named("duplicate-delivery-makes-one"), twice, || {
            trial.lost_answer(Fault::DuplicateDelivery)
        });
    }
}

struct Trial<'t> {
    bench: &'t Bench<'t>,
    object: &'t Object,
}

impl Trial<'_> {
    fn desired(&self, attributes: &Value) -> Desired {
        Desired {
            kind: self.object.kind.clone(),
            name: self.object.name.clone(),
            attributes: attributes.clone(),
        }
    }

    fn stamp(&self, change: &str, fence: u32) -> Stamp {
        Stamp {
            token: format!("conform-{}-{}-{change}", self.bench.run, self.object.kind),
            fence,
        }
    }

    fn apply_new(&self, change: &str, fence: u32) -> Result<Managed, Stopped> {
        let plugin = self.bench.plugin();
        let change_to_make = plugin.plan(None, &self.desired(&self.object.attributes))?;
        plugin.apply(None, &change_to_make, &self.stamp(change, fence))
    }

    fn create(&self, made: &mut Option<Managed>) -> Verdict {
        const EXPECTED: &str =
            "a plan to create, and an object with an id and the attributes that were asked for";
        let plugin = self.bench.plugin();
        match plugin.plan(None, &self.desired(&self.object.attributes)) {
            Err(stopped) => return fail(EXPECTED, stopped.to_string()),
            Ok(change) if change.action != Action::Create => {
                return fail(EXPECTED, format!("a plan to `{}`", change.action.as_str()));
            }
            Ok(_) => {}
        }
        match self.apply_new("create", 1) {
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
            Ok(object) => {
                let as_asked =
                    !object.id.is_empty() && covers(&object.attributes, &self.object.attributes);
                let found = format!("`{}` with {}", object.id, object.attributes);
                *made = Some(object);
                holds(as_asked, EXPECTED, || found)
            }
        }
    }

    fn read_back(&self, made: Option<&Managed>) -> Verdict {
        const EXPECTED: &str = "what apply gave, by id and by name";
        let Some(made) = made else {
            return nothing_made();
        };
        for (id, name) in [
            (made.id.as_str(), ""),
            (made.id.as_str(), made.name.as_str()),
            ("", made.name.as_str()),
        ] {
            match self.bench.plugin().read(&made.kind, id, name) {
                Ok(Some(found)) if found == *made => {}
                Ok(Some(found)) => {
                    return fail(
                        EXPECTED,
                        format!(
                            "by id `{id}` and name `{name}`: {found:?}, and apply gave {made:?}"
                        ),
                    );
                }
                Ok(None) => {
                    return fail(EXPECTED, format!("nothing by id `{id}` and name `{name}`"));
                }
                Err(stopped) => return fail(EXPECTED, stopped.to_string()),
            }
        }
        Verdict::Pass
    }

    fn second_plan(&self, made: Option<&Managed>) -> Verdict {
        const EXPECTED: &str = "a plan that changes nothing";
        let Some(made) = made else {
            return nothing_made();
        };
        match self
            .bench
            .plugin()
            .plan(Some(made), &self.desired(&self.object.attributes))
        {
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
            Ok(change) => holds(change.action == Action::None, EXPECTED, || {
                format!(
                    "a plan to `{}` to {}",
                    change.action.as_str(),
                    change.attributes
                )
            }),
        }
    }

    fn retry(&self, made: Option<&Managed>) -> Verdict {
        const EXPECTED: &str =
            "the same object for the same token, and one of its name at the platform";
        let Some(made) = made else {
            return nothing_made();
        };
        match self.apply_new("create", 1) {
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
            Ok(again) if again.id != made.id => {
                fail(EXPECTED, format!("`{}` and then `{}`", made.id, again.id))
            }
            Ok(_) => self.is_one(EXPECTED, 1),
        }
    }

    fn update(&self, made: &mut Option<Managed>) -> Verdict {
        const EXPECTED: &str =
            "the same object with the changed attributes, and then a plan that changes nothing";
        let Some(before) = made.clone() else {
            return nothing_made();
        };
        let Some(changed) = &self.object.changed else {
            return not_applicable("the description has no `changed`");
        };
        let plugin = self.bench.plugin();
        let desired = self.desired(changed);
        let updated = plugin.plan(Some(&before), &desired).and_then(|change| {
            if change.action == Action::None {
                return Err(Stopped {
                    kind: "invalid".to_owned(),
                    message: "a plan that changes nothing".to_owned(),
                });
            }
            plugin.apply(Some(&before), &change, &self.stamp("update", 2))
        });
        let after = match updated {
            Err(stopped) => return fail(EXPECTED, stopped.to_string()),
            Ok(after) => after,
        };
        *made = Some(after.clone());
        if !covers(&after.attributes, changed) {
            return fail(EXPECTED, format!("{}", after.attributes));
        }
        match plugin.plan(Some(&after), &desired) {
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
            Ok(change) => holds(change.action == Action::None, EXPECTED, || {
                format!("a plan to `{}`", change.action.as_str())
            }),
        }
    }

    fn delete(&self, made: Option<&Managed>) -> Verdict {
        const EXPECTED: &str = "success, and then no such object by id";
        let Some(made) = made else {
            return nothing_made();
        };
        if let Err(stopped) = self.bench.plugin().delete(made, &self.stamp("delete", 3)) {
            return fail(EXPECTED, stopped.to_string());
        }
        match self.bench.plugin().read(&made.kind, &made.id, &made.name) {
            Ok(None) => self.is_one(EXPECTED, 0),
            Ok(Some(found)) => fail(EXPECTED, format!("{found:?}")),
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
        }
    }

    fn delete_again(&self, made: Option<&Managed>) -> Verdict {
        const EXPECTED: &str = "success, because the object is gone as it should be";
        let Some(made) = made else {
            return nothing_made();
        };
        match self.bench.plugin().delete(made, &self.stamp("delete", 3)) {
            Ok(()) => Verdict::Pass,
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
        }
    }

    /// The platform did it and the answer was lost, or it was delivered twice. The host calls again with the same stamp.
    fn lost_answer(&self, fault: Fault) -> Verdict {
        const EXPECTED: &str = "one object at the platform, known to the connector";
        let change = if fault == Fault::Reset {
            "lost"
        } else {
            "twice"
        };
        let mut made = self.apply_new(change, 4);
        for _ in 0..2 {
            if made.is_err() {
                made = self.apply_new(change, 4);
            }
        }
        let made = match made {
            Err(stopped) => return fail(EXPECTED, stopped.to_string()),
            Ok(made) => made,
        };
        let verdict = self.is_one(EXPECTED, 1);
        match self
            .bench
            .plugin()
            .delete(&made, &self.stamp(&format!("{change}-delete"), 5))
        {
            Ok(()) => verdict,
            Err(stopped) => fail("the object can be deleted afterwards", stopped.to_string()),
        }
    }

    /// Whether the platform has that many objects of the name.
    fn is_one(&self, expected: &str, count: usize) -> Verdict {
        platform_has(
            self.bench,
            self.object.count.as_ref(),
            &self.object.name,
            count,
            expected,
        )
    }
}

fn nothing_made() -> Verdict {
    not_applicable("nothing was created")
}
