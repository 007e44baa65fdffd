//! The mark by which what is ours is told from everything else on the cluster.
//!
//! A label says who manages the object, and annotations say for which workload, as what it was declared, and the fence of
//! the last change. Annotations, because a workload's key has a slash, which no label may have.

use portcullis_plugin::{Failure, Stamp};
use serde_json::{Map, Value, json};

use super::place::{Place, set};

/// The label of everything that is managed by somebody, by the convention of Kubernetes.
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const US: &str = "portcullis";
/// Selects what is ours.
pub(super) const SELECTOR: &str = "app.kubernetes.io/managed-by=portcullis";
/// What our annotations begin with.
pub(super) const PREFIX: &str = "portcullis.dev/";
const WORKLOAD: &str = "portcullis.dev/workload";
const DECLARED: &str = "portcullis.dev/declared";
const FENCE: &str = "portcullis.dev/fence";

/// For which workload an object is, and as what it was declared.
#[derive(Clone, Debug)]
pub(super) struct Mark<'m> {
    /// `production/fraud-scorer`
    pub(super) workload: &'m str,
    /// The attributes that the host desired, as they came.
    pub(super) declared: &'m Value,
}

impl Mark<'_> {
    /// Puts the mark on an object. The fence never falls.
    pub(super) fn put(&self, object: &mut Value, stamp: &Stamp) {
        let fence = stamp.fence.max(fence(object)).to_string();
        set(object, &["metadata", "labels", MANAGED_BY], json!(US));
        for (name, value) in [
            (WORKLOAD, self.workload.to_owned()),
            (DECLARED, self.declared.to_string()),
            (FENCE, fence),
        ] {
            set(object, &["metadata", "annotations", name], json!(value));
        }
    }
}

/// The workload that an object is for; none when the object is not ours.
pub(super) fn workload(object: &Value) -> Option<&str> {
    let by = object.pointer("/metadata/labels")?.get(MANAGED_BY)?;
    (by.as_str() == Some(US))
        .then(|| annotation(object, WORKLOAD))
        .flatten()
}

/// As what an object was declared; an empty object when that cannot be read any more, so that the next plan mends it.
pub(super) fn declared(object: &Value) -> Map<String, Value> {
    let text = annotation(object, DECLARED).unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

/// An annotation of an object.
pub(super) fn annotation<'o>(object: &'o Value, name: &str) -> Option<&'o str> {
    object.pointer("/metadata/annotations")?.get(name)?.as_str()
}

fn fence(object: &Value) -> u32 {
    let fence = annotation(object, FENCE).and_then(|text| text.parse().ok());
    fence.unwrap_or_default()
}

/// Whether an object may be changed for a workload under a stamp.
///
/// # Errors
/// Of kind `refused` when it is not ours, is another workload's, or was changed since by somebody with a higher fence.
pub(super) fn check(
    place: &Place,
    object: &Value,
    name: &str,
    stamp: Option<&Stamp>,
) -> Result<(), Failure> {
    let words = place.words();
    match workload(object) {
        None => Err(Failure::refused(format!(
            "{words} is there and was not made by portcullis, so it is not taken over for `{name}`."
        ))
        .remedy(format!(
            "Use another name; or, if it shall be managed from here on, mark it: `kubectl label` it with `{SELECTOR}` and \
             `kubectl annotate` it with `{WORKLOAD}={name}`."
        ))),
        Some(other) if other != name => Err(Failure::refused(format!(
            "{words} belongs to `{other}`, and was asked for by `{name}`."
        ))
        .remedy("Use another name in `settings`, or remove the target of the other one.")),
        Some(_) if stamp.is_some_and(|stamp| stamp.fence < fence(object)) => {
            Err(Failure::refused(format!(
                "{words} was changed under fence {}, after this change was planned.",
                fence(object)
            ))
            .remedy("Plan again."))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::{Place, SERVICE_ACCOUNT};
    use super::{Mark, check, declared, workload};
    use portcullis_plugin::Stamp;
    use serde_json::json;

    fn stamp(fence: u32) -> Stamp {
        Stamp {
            token: "t".to_owned(),
            fence,
        }
    }

    #[test]
    fn what_is_marked_is_ours_and_nothing_else_is() {
        let place = Place::namespaced(&SERVICE_ACCOUNT, "infer", "a");
        let mut object = place.bare();
        let refused =
            |object: &serde_json::Value| check(&place, object, "production/a", None).unwrap_err();
        assert!(refused(&object).message.contains("not made by portcullis"));
        let mark = Mark {
            workload: "production/a",
            declared: &json!({"owner": "team:ml"}),
        };
        mark.put(&mut object, &stamp(7));
        assert_eq!(workload(&object), Some("production/a"));
        assert_eq!(declared(&object)["owner"], "team:ml");
        assert!(check(&place, &object, "production/a", Some(&stamp(7))).is_ok());
        let other = check(&place, &object, "production/b", None).unwrap_err();
        assert!(other.message.contains("belongs to `production/a`"));
        object["metadata"]["labels"] = json!({});
        assert!(refused(&object).message.contains("not made by portcullis"));
    }

    #[test]
    fn a_late_change_is_refused_and_the_fence_never_falls() {
        let place = Place::namespaced(&SERVICE_ACCOUNT, "infer", "a");
        let mut object = place.bare();
        let mark = Mark {
            workload: "production/a",
            declared: &json!({}),
        };
        mark.put(&mut object, &stamp(9));
        let late = check(&place, &object, "production/a", Some(&stamp(8))).unwrap_err();
        assert_eq!(late.kind, "refused");
        mark.put(&mut object, &stamp(8));
        assert!(check(&place, &object, "production/a", Some(&stamp(8))).is_err());
    }
}
