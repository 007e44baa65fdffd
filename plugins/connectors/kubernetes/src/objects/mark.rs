//! The mark by which what is ours is told from everything else on the cluster.
//!
//! A label says who manages the object, and annotations say for which workload, as what it was declared, and the fence of
//! the last change. Annotations, because a workload's key has a slash, which no label may have.

use portcullis_plugin::objects::Mark;
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

/// For which workload an object is made, and as what it was declared.
#[derive(Clone, Debug)]
pub(super) struct Owner<'o> {
    /// `production/fraud-scorer`
    pub(super) workload: &'o str,
    /// The attributes that the host desired, as they came.
    pub(super) declared: &'o Map<String, Value>,
}

impl Owner<'_> {
    /// Puts the mark on an object.
    pub(super) fn mark(&self, object: &mut Value, stamp: &Stamp) {
        let mark = Mark::of(self.workload, self.declared, stamp, of(object).as_ref());
        set(object, &["metadata", "labels", MANAGED_BY], json!(US));
        for (name, value) in [
            (WORKLOAD, mark.workload),
            (DECLARED, Value::Object(mark.declared).to_string()),
            (FENCE, mark.fence.to_string()),
        ] {
            set(object, &["metadata", "annotations", name], json!(value));
        }
    }
}

/// The mark of an object; none when the object is not ours.
pub(super) fn of(object: &Value) -> Option<Mark> {
    let by = object.pointer("/metadata/labels")?.get(MANAGED_BY)?;
    if by.as_str() != Some(US) {
        return None;
    }
    let fence = annotation(object, FENCE).and_then(|text| text.parse().ok());
    let declared = annotation(object, DECLARED).unwrap_or_default();
    Some(Mark {
        workload: annotation(object, WORKLOAD)?.to_owned(),
        fence: fence.unwrap_or_default(),
        declared: serde_json::from_str(declared).unwrap_or_default(),
    })
}

/// An annotation of an object.
pub(super) fn annotation<'o>(object: &'o Value, name: &str) -> Option<&'o str> {
    object.pointer("/metadata/annotations")?.get(name)?.as_str()
}

/// Whether an object may be changed for a workload under a stamp.
///
/// # Errors
/// Of kind `refused` when it is not ours, is another workload's, or was changed since by somebody with a higher fence.
pub(super) fn check(
    place: &Place,
    object: &Value,
    workload: &str,
    stamp: Option<&Stamp>,
) -> Result<(), Failure> {
    let adopt = format!(
        "if it shall be managed from here on, mark it: `kubectl label` it with `{SELECTOR}` and `kubectl annotate` it with \
         `{WORKLOAD}={workload}`"
    );
    let mark = of(object);
    Mark::check(mark.as_ref(), &place.words(), workload, stamp, &adopt)
}

#[cfg(test)]
mod tests {
    use super::super::place::{Place, SERVICE_ACCOUNT};
    use super::{Owner, check, of};
    use portcullis_plugin::Stamp;
    use serde_json::{Map, json};

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
        let refused = |object: &serde_json::Value, stamp: Option<&Stamp>| {
            check(&place, object, "production/a", stamp).unwrap_err()
        };
        assert!(
            refused(&object, None)
                .message
                .contains("not made by portcullis")
        );
        let declared = json!({"owner": "team:ml"}).as_object().cloned().unwrap();
        let owner = Owner {
            workload: "production/a",
            declared: &declared,
        };
        owner.mark(&mut object, &stamp(7));
        let mark = of(&object).unwrap();
        assert_eq!(
            (mark.workload.as_str(), mark.fence, mark.declared),
            ("production/a", 7, declared.clone())
        );
        assert!(check(&place, &object, "production/a", Some(&stamp(7))).is_ok());
        assert!(
            refused(&object, Some(&stamp(6)))
                .message
                .contains("fence 7")
        );
        let other = check(&place, &object, "production/b", None).unwrap_err();
        assert!(other.message.contains("belongs to `production/a`"));
        object["metadata"]["labels"] = json!({});
        assert!(
            refused(&object, None)
                .message
                .contains("not made by portcullis")
        );
    }

    #[test]
    fn the_fence_of_an_object_never_falls() {
        let place = Place::namespaced(&SERVICE_ACCOUNT, "infer", "a");
        let mut object = place.bare();
        let owner = Owner {
            workload: "production/a",
            declared: &Map::new(),
        };
        owner.mark(&mut object, &stamp(9));
        owner.mark(&mut object, &stamp(8));
        assert_eq!(of(&object).unwrap().fence, 9);
    }
}
