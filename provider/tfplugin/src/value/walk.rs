//! Going down a path into a value.

use super::{Path, Step, Type, Value};

impl Value {
    /// The value at `path`; none where a step leads nowhere. What is inside a null, an unknown or a set has no address.
    ///
    /// A dynamic value is passed through: its content stands where it stands.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Self> {
        path.steps()
            .iter()
            .try_fold(self, |here, step| here.step(step))
    }

    /// One step into this value.
    fn step(&self, step: &Step) -> Option<&Self> {
        match (self.bare(), step) {
            (Self::Map(entries), Step::Attribute(name) | Step::Key(name)) => entries.get(name),
            (Self::List(items), Step::Index(index)) => items.get(usize::try_from(*index).ok()?),
            _ => None,
        }
    }

    /// This value without the type that may travel with it.
    #[must_use]
    pub fn bare(&self) -> &Self {
        match self {
            Self::Dynamic(typed) => typed.value.bare(),
            other => other,
        }
    }

    /// The attribute `name` of an object; null where this is none or has none.
    #[must_use]
    pub fn part(&self, name: &str) -> &Self {
        match self.bare() {
            Self::Map(entries) => entries.get(name).unwrap_or(&Self::Null),
            _ => &Self::Null,
        }
    }

    /// The elements of a list, set or tuple; none where this is none.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self.bare() {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

impl Type {
    /// Whether values of this type may have a part at `path`. Members of sets have no address, and what a dynamic value
    /// holds only it can say.
    #[must_use]
    pub fn has_address(&self, path: &Path) -> bool {
        let mut here = self;
        for step in path.steps() {
            let part = match (here, step) {
                (Self::Dynamic, _) => return true,
                (Self::Object(object), Step::Attribute(name)) => object.attributes.get(name),
                (Self::Map(element), Step::Key(_)) | (Self::List(element), Step::Index(_)) => {
                    Some(element.as_ref())
                }
                (Self::Tuple(elements), Step::Index(index)) => usize::try_from(*index)
                    .ok()
                    .and_then(|index| elements.get(index)),
                _ => None,
            };
            let Some(part) = part else { return false };
            here = part;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Type, Typed};

    #[test]
    fn paths_lead_through_dynamic_values() {
        let hosts = Value::List(vec![Value::string("a"), Value::Null]);
        let typed = Typed {
            ty: Type::Dynamic,
            value: Value::Map([("hosts".into(), hosts)].into()),
        };
        let value = Value::Map([("allow".into(), Value::Dynamic(Box::new(typed)))].into());
        let hosts = Path::root().attribute("allow").attribute("hosts");
        assert_eq!(value.get(&hosts.index(0)), Some(&Value::string("a")));
        assert_eq!(value.get(&hosts.index(1)), Some(&Value::Null));
        assert_eq!(value.get(&hosts.index(2)), None);
        assert_eq!(value.get(&hosts.index(1).attribute("x")), None);
        assert_eq!(value.get(&Path::root()), Some(&value));
    }

    #[test]
    fn members_of_sets_have_no_address() {
        let json = br#"["object",{"a":["list","bool"],"s":["set","bool"],"d":"dynamic"}]"#;
        let ty = Type::from_json_bytes(json).unwrap();
        let at = |name: &str| Path::root().attribute(name);
        for path in [
            Path::root(),
            at("a").index(3),
            at("s"),
            at("d").key("x").index(0),
        ] {
            assert!(ty.has_address(&path), "{path}");
        }
        for path in [
            at("s").index(0),
            at("a").key("0"),
            at("b"),
            Path::root().key("a"),
        ] {
            assert!(!ty.has_address(&path), "{path}");
        }
    }
}
