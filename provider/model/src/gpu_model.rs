//! What GPU a device is.

mod family;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ParseError;
use crate::parse_error::{Form, name_character, nearest};
use family::{FAMILIES, Family};

const FORM: Form = Form {
    noun: "GPU model",
    allowed: "a model such as `H200`, `A100-80GB` or `T4`, or one that an inventory source reports, of 1 to \
              64 letters, digits, spaces, `-`, `_` and `.`",
    code: "invalid-gpu-model",
};

/// What GPU a device is, under one name however a source spells it.
///
/// A model that portcullis knows has a canonical name: the family, and the memory where the family
/// was sold with several sizes (`H200`, `A100-80GB`). `A100` without a size is known too; as a
/// demand it accepts every size. Any other text is a model under exactly that text, such as the
/// anonymised `G2` of a cluster: a source may report it, and a demand may name it only if a source
/// does (see [`GpuModel::demanded`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GpuModel(Kind);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Known {
        family: &'static Family,
        memory_gb: Option<u16>,
    },
    Other(Arc<str>),
}

impl GpuModel {
    /// The model of a device whose source does not tell what it is.
    #[must_use]
    pub fn unreported() -> Self {
        Self(Kind::Other("unreported".into()))
    }

    /// Whether portcullis knows the model, rather than a source alone.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        matches!(self.0, Kind::Known { .. })
    }

    /// Whether a device of the other model is what this one asks for.
    #[must_use]
    pub fn accepts(&self, device: &Self) -> bool {
        match (&self.0, &device.0) {
            (
                Kind::Known {
                    family: asked,
                    memory_gb: None,
                },
                Kind::Known { family: found, .. },
            ) => asked == found,
            (asked, found) => asked == found,
        }
    }

    /// Whether a device of the other model could be what this one asks for: its source names the
    /// family and not the size.
    #[must_use]
    pub fn might_accept(&self, device: &Self) -> bool {
        match (&self.0, &device.0) {
            (
                Kind::Known { family: asked, .. },
                Kind::Known {
                    family: found,
                    memory_gb: None,
                },
            ) => asked == found,
            _ => self.accepts(device),
        }
    }

    /// The model with the memory that the device reports, for sources that name the family alone.
    #[must_use]
    pub fn with_memory_mib(self, memory_mib: u32) -> Self {
        match self.0 {
            Kind::Known {
                family,
                memory_gb: None,
            } => Self(Kind::Known {
                family,
                memory_gb: family.size_of(memory_mib),
            }),
            _ => self,
        }
    }

    /// Parses a model that HCL demands: one that is known or that the inventory reports.
    ///
    /// # Errors
    /// The text is neither; the error suggests the nearest of both.
    pub fn demanded<'a>(
        text: &str,
        reported: impl IntoIterator<Item = &'a Self>,
    ) -> Result<Self, ParseError> {
        let model: Self = text.parse()?;
        let reported: Vec<&Self> = reported.into_iter().collect();
        if model.is_known() || reported.contains(&&model) {
            return Ok(model);
        }
        let error = FORM.refuse(text, "it is neither a known model nor reported by a source");
        // What a source has is more likely meant than what somebody makes.
        let reported: Vec<String> = reported.into_iter().map(ToString::to_string).collect();
        let known: Vec<String> = Self::known().map(|model| model.to_string()).collect();
        let among = |words| nearest(text, <[String]>::iter(words).map(String::as_str));
        Err(match among(&reported).or_else(|| among(&known)) {
            Some(word) => error.suggesting(word),
            None => error,
        })
    }

    /// Every known model, each family's sizes included.
    pub fn known() -> impl Iterator<Item = Self> {
        FAMILIES.iter().flat_map(|family| {
            let sizes = if family.split { family.sizes } else { &[] };
            let sizes = sizes.iter().map(|size| Some(*size));
            std::iter::once(None)
                .chain(sizes)
                .map(move |memory_gb| Self(Kind::Known { family, memory_gb }))
        })
    }
}

impl FromStr for GpuModel {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Some((family, memory_gb)) = family::recognise(text) {
            return Ok(Self(Kind::Known { family, memory_gb }));
        }
        let bad = |c: &char| !(c.is_ascii_alphanumeric() || " -_.+/()".contains(*c));
        if !text.contains(|c: char| c.is_ascii_alphanumeric()) {
            return Err(FORM.refuse(text, "it has no letter or digit"));
        }
        if text.len() > 64 {
            return Err(FORM.refuse(text, format!("it has {} bytes", text.len())));
        }
        match text.chars().find(bad) {
            Some(character) => {
                Err(FORM.refuse(text, format!("it contains {}", name_character(character))))
            }
            None if text != text.trim() => {
                let error = FORM.refuse(text, "it starts or ends with a space");
                Err(error.suggesting(text.trim()))
            }
            None => Ok(Self(Kind::Other(text.into()))),
        }
    }
}

impl fmt::Display for GpuModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Known {
                family,
                memory_gb: None,
            } => f.pad(family.name),
            Kind::Known {
                family,
                memory_gb: Some(size),
            } => f.pad(&format!("{}-{size}GB", family.name)),
            Kind::Other(text) => f.pad(text),
        }
    }
}

serde_as_text!(GpuModel);

#[cfg(test)]
mod tests;
