//! Going down a path into a value.

use super::{Path, Step, Value};

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
}
