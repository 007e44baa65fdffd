//! The mark by which what is ours is told from everything else on a platform.

use serde_json::{Map, Value};

use crate::{Failure, Stamp};

/// For which workload an object of a platform is, as what it was declared, and the fence of the last change.
///
/// Where it stands is the platform's matter: in labels and annotations, in tags, in metadata, in comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// `production/fraud-scorer`
    pub workload: String,
    /// The [`Stamp::fence`] of the last change.
    pub fence: u32,
    /// The attributes that the host desired, as they came; empty when they cannot be read any more, so that the next plan
    /// mends the object.
    pub declared: Map<String, Value>,
}

impl Mark {
    /// The mark of a change, `before` being the mark that is there. The fence never falls.
    #[must_use]
    pub fn of(
        workload: &str,
        declared: &Map<String, Value>,
        stamp: &Stamp,
        before: Option<&Self>,
    ) -> Self {
        Self {
            workload: workload.to_owned(),
            fence: stamp.fence.max(before.map_or(0, |before| before.fence)),
            declared: declared.clone(),
        }
    }

    /// Whether something that is there may be changed for a workload under a stamp; planning has none.
    ///
    /// `thing` names it at the beginning of a sentence, ``The role `a` ``; `adopt` says what makes it ours by hand.
    ///
    /// # Errors
    /// Of kind `refused` when it carries no mark of ours, is another workload's, or was changed since under a higher fence.
    pub fn check(
        mark: Option<&Self>,
        thing: &str,
        workload: &str,
        stamp: Option<&Stamp>,
        adopt: &str,
    ) -> Result<(), Failure> {
        match mark {
            None => Err(Failure::refused(format!(
                "{thing} is there and was not made by portcullis, so it is not taken over for `{workload}`."
            ))
            .remedy(format!("Use another name in `settings`; or {adopt}."))),
            Some(mark) if mark.workload != workload => Err(Failure::refused(format!(
                "{thing} belongs to `{}`, and was asked for by `{workload}`.",
                mark.workload
            ))
            .remedy("Use another name in `settings`, or remove the target of the other one.")),
            Some(mark) if stamp.is_some_and(|stamp| stamp.fence < mark.fence) => {
                Err(Failure::refused(format!(
                    "{thing} was changed under fence {}, after this change was planned.",
                    mark.fence
                ))
                .remedy("Plan again."))
            }
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::Mark;
    use crate::Stamp;

    fn stamp(fence: u32) -> Stamp {
        Stamp {
            token: "t".to_owned(),
            fence,
        }
    }

    #[test]
    fn a_late_change_is_refused_and_the_fence_never_falls() {
        let mark = Mark::of("production/a", &Map::new(), &stamp(7), None);
        let check = |mark, workload, stamp: Option<u32>| {
            let stamp = stamp.map(self::stamp);
            Mark::check(mark, "Policy `a`", workload, stamp.as_ref(), "remove it")
        };
        for stamp in [Some(7), Some(8), None] {
            assert!(check(Some(&mark), "production/a", stamp).is_ok());
        }
        for (mark, workload, stamp, said) in [
            (None, "production/a", Some(9), "not made by portcullis"),
            (None, "production/a", None, "not made by portcullis"),
            (
                Some(&mark),
                "production/b",
                Some(9),
                "belongs to `production/a`",
            ),
            (Some(&mark), "production/a", Some(6), "under fence 7"),
        ] {
            let refused = check(mark, workload, stamp).unwrap_err();
            assert_eq!(refused.kind, "refused");
            assert!(refused.message.contains(said), "{}", refused.message);
        }
        let later = Mark::of("production/a", &Map::new(), &stamp(3), Some(&mark));
        assert_eq!(later.fence, 7);
    }
}
