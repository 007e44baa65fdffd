//! `rename_all` of serde.

use syn::{Error, LitStr, Result};

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    pub(crate) fn parse(text: &LitStr) -> Result<Self> {
        Ok(match text.value().as_str() {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            other => {
                return Err(Error::new(
                    text.span(),
                    format!("serde has no case `{other}`"),
                ));
            }
        })
    }

    /// The name of a field, which Rust writes in snake case.
    pub(crate) fn of_field(self, name: &str) -> String {
        self.join(&name.split('_').map(str::to_owned).collect::<Vec<_>>())
    }

    /// The name of a variant, which Rust writes in Pascal case.
    pub(crate) fn of_variant(self, name: &str) -> String {
        let mut words: Vec<String> = Vec::new();
        for c in name.chars() {
            match words.last_mut() {
                Some(word) if !c.is_uppercase() => word.push(c),
                _ => words.push(c.to_lowercase().collect()),
            }
        }
        self.join(&words)
    }

    fn join(self, words: &[String]) -> String {
        let joined = |separator: &str| words.join(separator);
        match self {
            Self::Lower => joined("").to_lowercase(),
            Self::Upper => joined("").to_uppercase(),
            Self::Snake => joined("_"),
            Self::ScreamingSnake => joined("_").to_uppercase(),
            Self::Kebab => joined("-"),
            Self::ScreamingKebab => joined("-").to_uppercase(),
            Self::Pascal => words.iter().map(|word| capital(word)).collect(),
            Self::Camel => {
                let mut words = words.iter();
                let first = words.next().cloned().unwrap_or_default();
                words.fold(first, |name, word| name + &capital(word))
            }
        }
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn names_are_written_as_serde_writes_them() {
        for (case, field, variant) in [
            (Case::Snake, "node_label", "very_tasty"),
            (Case::Kebab, "node-label", "very-tasty"),
            (Case::Camel, "nodeLabel", "veryTasty"),
            (Case::Pascal, "NodeLabel", "VeryTasty"),
            (Case::ScreamingSnake, "NODE_LABEL", "VERY_TASTY"),
            (Case::ScreamingKebab, "NODE-LABEL", "VERY-TASTY"),
        ] {
            assert_eq!(case.of_field("node_label"), field);
            assert_eq!(case.of_variant("VeryTasty"), variant);
        }
        assert_eq!(Case::Lower.of_variant("VeryTasty"), "verytasty");
        assert_eq!(Case::Upper.of_variant("VeryTasty"), "VERYTASTY");
    }
}
