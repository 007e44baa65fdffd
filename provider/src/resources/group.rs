//! `portcullis_group`

use std::collections::BTreeSet;

use portcullis_ledger::{Kind, Object};
use portcullis_model::{GroupName, Owner, Subject};
use tfplugin::field::{Computed, Required, Text};
use tfplugin::resource::Plan;
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Path, Schema, Stop};

use crate::configured::Configured;
use crate::judge;
use crate::lifecycle::{Held, Recorded, recorded};
use crate::said::said;

/// A group of subjects and everybody in it, so that permission splits can look through it.
#[derive(Debug, Clone, Schema)]
pub struct Group {
    /// Name of the group, such as `ml-release`, unique in the ledger.
    #[tf(replace)]
    pub name: Required<Text<GroupName>>,
    /// Who answers for it, such as `team:platform`.
    pub owner: Required<Text<Owner>>,
    /// Every direct member, such as `user:ana` or `group:ml-leads`; nobody else is in it.
    pub members: Required<BTreeSet<Text<Subject>>>,
    /// The group as a subject, `group:<name>`; what splits and other groups refer to.
    #[tf(identity)]
    pub id: Computed<String>,
}

recorded!(Group, "group");

impl Recorded for Group {
    const KIND: Kind = Kind::Group;

    fn complete(&mut self, _: &Configured) -> Outcome {
        self.id.set_unknown(Refinement::prefix("group:"));
        let subject = self.name.get()?.subject();
        self.id.set(subject.to_string());
        Ok(())
    }

    fn key(&self) -> Outcome<String> {
        self.id.get()?.cloned().ok_or(Stop::Deferred)
    }

    fn owner(&self) -> Outcome<String> {
        Ok(self.owner.get()?.to_string())
    }

    async fn judge(plan: &mut Plan<Self>, provider: &Configured) -> Outcome {
        let (group, members) = plan.planned.declaration()?;
        let owner = plan.planned.owner.get()?.value().clone();
        {
            let mut board = provider.board.lock();
            board.owners.insert(format!("group {group}"), owner);
            board.groups.insert(group.clone(), members);
        }
        for diagnostic in judge::separation::group(&group, provider).await? {
            plan.report.push(diagnostic);
        }
        let broken = judge::duty::of_group(&group, provider).await?;
        plan.report.extend(broken);
        Ok(())
    }

    fn object(&self, _: &Held) -> Outcome<Object> {
        Ok(Object::Group)
    }

    fn check_id(id: &str) -> Outcome {
        match id.parse::<Subject>().map_err(said)? {
            Subject::Group(_) => Ok(()),
            _ => Err(not_a_group().into()),
        }
    }
}

impl Group {
    /// What it tells other resources about itself.
    ///
    /// # Errors
    /// Deferred while its name or a member is unknown.
    pub fn declaration(&self) -> Outcome<(Subject, BTreeSet<Subject>)> {
        let members = self
            .members
            .get()?
            .iter()
            .map(|member| member.value().clone());
        Ok((self.name.get()?.subject(), members.collect()))
    }
}

fn not_a_group() -> Diagnostic {
    let detail = "The ID to import is a subject of another kind than a group.\n\n\
                  Import a group by `group:<name>`, such as `group:ml-release`.\n\n\
                  import-not-a-group";
    Diagnostic::error("Imported subject is not a group", detail).at(Path::root().attribute("id"))
}
