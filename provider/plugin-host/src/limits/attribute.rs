//! An attribute of the block `limits` in HCL, from its value to the message that the limit was reached.

use std::fmt;

use crate::error::PluginError;
use crate::guest::Reached;
use crate::limits::{LIMIT_ATTRIBUTES, Limits};
use crate::manifest::World;

/// One attribute of the block `limits` of a `connector` or a `check`. Its values are whole numbers of `unit`.
#[derive(Clone, Copy)]
pub struct LimitAttribute {
    /// The attribute, `memory_mib` for example.
    pub name: &'static str,
    /// What it limits, in the words of messages.
    pub limit: &'static str,
    /// What its values count.
    pub unit: LimitUnit,
    /// The only kind of plugin that has it; none when both have it.
    pub world: Option<World>,
    /// Largest value.
    pub maximum: u64,
    /// What else there is to do than to raise it.
    pub(super) advice: &'static str,
    pub(super) get: fn(&Limits) -> u64,
    pub(super) set: fn(&mut Limits, u64),
}

/// What the values of a limit count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitUnit {
    /// 1,048,576 bytes.
    Mib,
    /// 1,024 bytes.
    Kib,
    /// Milliseconds; HCL writes them as a duration, `90s` for example.
    Milliseconds,
    /// Units of fuel, about one an instruction.
    Fuel,
    /// Things.
    Count,
}

impl LimitAttribute {
    /// Whether the block of that kind of plugin has the attribute.
    #[must_use]
    pub fn is_of(&self, world: World) -> bool {
        self.world.is_none_or(|only| only == world)
    }

    /// The value in `unit`.
    #[must_use]
    pub fn get(&self, limits: &Limits) -> u64 {
        (self.get)(limits)
    }

    /// Writes a value of `unit`, after comparing it with what is possible.
    ///
    /// # Errors
    /// When it is 0 or above the maximum. The error leaves the limits as they are.
    pub fn set(&self, limits: &mut Limits, value: u64) -> Result<(), PluginError> {
        self.check(value)?;
        (self.set)(limits, value);
        Ok(())
    }

    fn check(&self, value: u64) -> Result<(), PluginError> {
        if (1..=self.maximum).contains(&value) {
            return Ok(());
        }
        Err(PluginError::LimitOutOfRange {
            limit: self.limit,
            attribute: self.name,
            value: self.shown(value),
            maximum: self.shown(self.maximum),
            default: self.shown(self.get(&Limits::default())),
        })
    }

    /// The value with its unit.
    pub(crate) fn shown(&self, value: u64) -> String {
        match self.unit {
            LimitUnit::Mib => format!("{value} MiB"),
            LimitUnit::Kib => format!("{value} KiB"),
            LimitUnit::Milliseconds => format!("{value} ms"),
            LimitUnit::Fuel => format!("{value} units of fuel"),
            LimitUnit::Count => value.to_string(),
        }
    }

    /// What to do when a plugin of that kind reached the limit.
    pub(crate) fn remedy(&self, limits: &Limits, world: World) -> String {
        if self.get(limits) < self.maximum {
            return format!(
                "Raise `limits {{ {} }}` of this {} (at most {}), or {}.",
                self.name,
                world.name(),
                self.shown(self.maximum),
                self.advice
            );
        }
        format!(
            "`limits {{ {} }}` of this {} is at its maximum: {}.",
            self.name,
            world.name(),
            self.advice
        )
    }

    /// What travels to the caller when a plugin of that kind reached the limit.
    pub(crate) fn reached(&self, limits: &Limits, world: World) -> Reached {
        Reached {
            limit: self.limit,
            allowed: self.shown(self.get(limits)),
            remedy: self.remedy(limits, world),
        }
    }
}

impl fmt::Debug for LimitAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Limits {
    /// These limits, after comparing each one that a plugin of that kind has with its maximum.
    ///
    /// # Errors
    /// Names the first limit that is 0 or above its maximum.
    pub fn checked(self, world: World) -> Result<Self, PluginError> {
        let of_world = |attribute: &&LimitAttribute| attribute.is_of(world);
        for attribute in LIMIT_ATTRIBUTES.iter().filter(of_world) {
            attribute.check(attribute.get(&self))?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::{LIMIT_ATTRIBUTES, Limits, MEMORY};
    use crate::manifest::World;

    #[test]
    fn defaults_lie_within_their_maxima_and_survive_being_written() {
        for attribute in LIMIT_ATTRIBUTES {
            let mut limits = Limits::default();
            attribute
                .set(&mut limits, attribute.get(&Limits::default()))
                .unwrap();
            assert_eq!(limits, Limits::default(), "{attribute:?}");
            attribute.set(&mut limits, attribute.maximum).unwrap();
            assert_eq!(attribute.get(&limits), attribute.maximum, "{attribute:?}");
        }
        for world in [World::Check, World::Connector] {
            Limits::default().checked(world).unwrap();
        }
    }

    #[test]
    fn names_are_unique_in_the_block_of_each_kind() {
        for world in [World::Check, World::Connector] {
            let mut names: Vec<_> = LIMIT_ATTRIBUTES
                .iter()
                .filter(|attribute| attribute.is_of(world))
                .map(|attribute| attribute.name)
                .collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn a_value_out_of_range_is_told_with_limit_value_and_maximum() {
        for value in [0, 1025] {
            let error = MEMORY.set(&mut Limits::default(), value).unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(&format!(
                    "`limits {{ memory_mib }}` sets the memory of a call to {value} MiB"
                )),
                "{text}"
            );
            assert!(text.contains("1 to 1024 MiB"), "{text}");
        }
        let limits = Limits {
            memory_bytes: usize::MAX,
            ..Limits::default()
        };
        assert!(limits.checked(World::Check).is_err());
    }

    #[test]
    fn the_remedy_names_the_attribute_until_it_is_at_its_maximum() {
        let mut limits = Limits::default();
        let remedy = MEMORY.remedy(&limits, World::Check);
        assert!(
            remedy.starts_with("Raise `limits { memory_mib }` of this check (at most 1024 MiB)"),
            "{remedy}"
        );
        MEMORY.set(&mut limits, 1024).unwrap();
        let remedy = MEMORY.remedy(&limits, World::Check);
        assert!(remedy.contains("is at its maximum"), "{remedy}");
    }
}
