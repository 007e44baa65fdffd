//! The shape of a MIG GPU instance.

use std::fmt;
use std::str::FromStr;

use crate::ParseError;
use crate::parse_error::Form;

const FORM: Form = Form {
    noun: "MIG profile",
    allowed: "`<slices>g.<memory>gb`, optionally with `+me`, `+me.all`, `-me` or `+gfx`, such as `1g.10gb`",
    code: "invalid-mig-profile",
};

/// What a MIG profile has beside compute and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MigAttribute {
    /// No media engines: `-me`.
    WithoutMedia,
    /// Nothing that the name must mention.
    Standard,
    /// At least one media engine: `+me`.
    Media,
    /// Every media engine of the device: `+me.all`.
    AllMedia,
    /// Graphics: `+gfx`.
    Graphics,
}

impl MigAttribute {
    const ALL: [Self; 5] = [
        Self::WithoutMedia,
        Self::Standard,
        Self::Media,
        Self::AllMedia,
        Self::Graphics,
    ];

    const fn suffix(self) -> &'static str {
        match self {
            Self::WithoutMedia => "-me",
            Self::Standard => "",
            Self::Media => "+me",
            Self::AllMedia => "+me.all",
            Self::Graphics => "+gfx",
        }
    }
}

/// The name of a GPU instance profile, such as `1g.10gb` or `1g.10gb+me`.
///
/// The name is neither an amount of memory nor unique: `1g.18gb` is 16.00 GiB, and `1g.10gb` has
/// 7 or 4 instances depending on the device. Key tables by device and profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigProfile {
    slices: u8,
    memory_gb: u16,
    attribute: MigAttribute,
}

impl MigProfile {
    /// A profile of a table that is known to be right: 1 to 8 slices, 1 to 999 GB.
    #[must_use]
    pub const fn new(slices: u8, memory_gb: u16, attribute: MigAttribute) -> Self {
        Self {
            slices,
            memory_gb,
            attribute,
        }
    }

    /// Compute slices, 1 to 8.
    #[must_use]
    pub const fn slices(self) -> u8 {
        self.slices
    }

    /// The memory that the name says, in GB; usable memory differs.
    #[must_use]
    pub const fn memory_gb(self) -> u16 {
        self.memory_gb
    }

    /// What the profile has beside compute and memory.
    #[must_use]
    pub const fn attribute(self) -> MigAttribute {
        self.attribute
    }
}

fn parse(text: &str) -> Option<MigProfile> {
    let (slices, rest) = text.split_once("g.")?;
    let (memory, suffix) = rest.split_once("gb")?;
    let plain =
        |digits: &str| !digits.starts_with('0') && digits.chars().all(|c| c.is_ascii_digit());
    if !plain(slices) || !plain(memory) {
        return None;
    }
    let slices = slices
        .parse()
        .ok()
        .filter(|slices| (1..=8).contains(slices))?;
    let memory_gb = memory
        .parse()
        .ok()
        .filter(|memory| (1..=999).contains(memory))?;
    let attribute = MigAttribute::ALL
        .into_iter()
        .find(|known| known.suffix() == suffix)?;
    Some(MigProfile {
        slices,
        memory_gb,
        attribute,
    })
}

impl FromStr for MigProfile {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).ok_or_else(|| {
            let error = FORM.refuse(text, "it does not have that form");
            let lower = text.to_ascii_lowercase();
            let name = lower.strip_prefix("mig-").unwrap_or(&lower);
            match parse(name) {
                Some(profile) => error.suggesting(profile),
                None => error,
            }
        })
    }
}

impl fmt::Display for MigProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}g.{}gb{}",
            self.slices,
            self.memory_gb,
            self.attribute.suffix()
        )
    }
}

serde_as_text!(MigProfile);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in [
            "1g.10gb",
            "1g.10gb+me",
            "1g.24gb+me.all",
            "1g.24gb-me",
            "2g.48gb+gfx",
            "7g.141gb",
        ] {
            assert_eq!(good.parse::<MigProfile>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "1g",
            "g.10gb",
            "1g.gb",
            "9g.10gb",
            "1g.010gb",
            "1g.10gb+",
            "1c.2g.10gb",
            "+1g.5gb",
        ] {
            assert!(bad.parse::<MigProfile>().is_err(), "{bad:?}");
        }
        assert_eq!(
            "MIG-1G.10GB"
                .parse::<MigProfile>()
                .unwrap_err()
                .suggestion(),
            Some("1g.10gb")
        );
    }
}
