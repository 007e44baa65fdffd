//! Where the instances of one device lie.

use std::collections::BTreeMap;
use std::fmt;

use portcullis_model::{MigAttribute, MigInstance, MigProfile};

use super::{MigGeometry, MigShape};

/// Why instances do not fit on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigShortage {
    /// The model does not have the profile.
    NoSuchProfile(MigProfile),
    /// A device can have fewer instances of the profile, whatever else is on it.
    TooMany {
        /// The profile.
        profile: MigProfile,
        /// How many were asked for, those that are there included.
        asked: usize,
        /// How many a device can have.
        max: u8,
    },
    /// The media engines of a device go to one instance.
    MediaTwice,
    /// Every way to place them was tried.
    NoRoom,
}

impl fmt::Display for MigShortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchProfile(profile) => write!(f, "the model has no profile `{profile}`"),
            Self::TooMany {
                profile,
                asked,
                max,
            } => {
                write!(
                    f,
                    "{asked} instances of `{profile}`, and a device has {max} at most"
                )
            }
            Self::MediaTwice => {
                f.write_str("two instances with media engines, and a device has one")
            }
            Self::NoRoom => f.write_str("no way to place them on one device"),
        }
    }
}

impl MigGeometry {
    /// Places instances on one device beside those that it has. Exact: every way is tried, which is little work, since a
    /// device has eight units at most.
    ///
    /// # Errors
    /// Why there is no way. Instances that are there and overlap, or begin where none can, leave no room.
    pub fn place(
        &self,
        held: &[MigInstance],
        wanted: &[MigProfile],
    ) -> Result<Vec<MigInstance>, MigShortage> {
        let here = held.iter().map(|instance| instance.profile);
        self.count(here.chain(wanted.iter().copied()))?;
        let mut taken = 0_u8;
        for instance in held {
            let shape = self.known(instance.profile)?;
            let units = range(&shape, instance.start);
            if !shape.starts.contains(&instance.start) || taken & units != 0 {
                return Err(MigShortage::NoRoom);
            }
            taken |= units;
        }
        let mut open = Vec::with_capacity(wanted.len());
        for &profile in wanted {
            open.push((self.known(profile)?, profile));
        }
        // Large ones have the fewest places, and equal ones lie side by side, so that no two of them change places.
        open.sort_by_key(|(shape, profile)| {
            (std::cmp::Reverse(shape.size), shape.starts.len(), *profile)
        });
        let mut placed = Vec::with_capacity(open.len());
        if try_all(&open, taken, &mut placed) {
            placed.sort_unstable_by_key(|instance: &MigInstance| instance.start);
            return Ok(placed);
        }
        Err(MigShortage::NoRoom)
    }

    /// The memory units that an instance takes, as bits; `None` where the model has no such instance.
    pub(crate) fn units_of(&self, instance: MigInstance) -> Option<u8> {
        let shape = self.shape(instance.profile)?;
        let allowed = shape.starts.contains(&instance.start);
        allowed.then(|| range(&shape, instance.start))
    }

    /// Whether two instances cannot lie on one device.
    pub(crate) fn overlap(&self, one: MigInstance, other: MigInstance) -> bool {
        match (self.units_of(one), self.units_of(other)) {
            (Some(one), Some(other)) => one & other != 0,
            _ => true,
        }
    }

    /// Every choice of instances of these profiles that a device takes beside those that it has, to which none can be added;
    /// only the empty one where there is no room.
    pub(crate) fn maximal(
        &self,
        there: &[MigInstance],
        profiles: &[MigProfile],
    ) -> Vec<Vec<MigInstance>> {
        let mut layouts = Vec::new();
        self.extend(there, profiles, &mut Vec::new(), &mut layouts);
        let added = |layout: &Vec<MigInstance>, profile: &MigProfile| {
            let mut more: Vec<MigProfile> = layout.iter().map(|one| one.profile).collect();
            more.push(*profile);
            self.place(there, &more).is_ok()
        };
        layouts.retain(|layout| !profiles.iter().any(|profile| added(layout, profile)));
        layouts
    }

    /// Every choice, in rising order of its profiles so that each is met once.
    fn extend(
        &self,
        there: &[MigInstance],
        profiles: &[MigProfile],
        chosen: &mut Vec<MigProfile>,
        layouts: &mut Vec<Vec<MigInstance>>,
    ) {
        let Ok(layout) = self.place(there, chosen) else {
            return;
        };
        layouts.push(layout);
        for (position, profile) in profiles.iter().enumerate() {
            chosen.push(*profile);
            let from = profiles.get(position..).unwrap_or_default();
            self.extend(there, from, chosen, layouts);
            chosen.pop();
        }
    }

    fn known(&self, profile: MigProfile) -> Result<MigShape, MigShortage> {
        self.shape(profile)
            .ok_or(MigShortage::NoSuchProfile(profile))
    }

    /// What can be said without placing anything.
    fn count(&self, profiles: impl Iterator<Item = MigProfile>) -> Result<(), MigShortage> {
        let mut counts: BTreeMap<MigProfile, usize> = BTreeMap::new();
        for profile in profiles {
            *counts.entry(profile).or_default() += 1;
        }
        let mut media = 0;
        for (profile, asked) in counts {
            let max = self.known(profile)?.max;
            if asked > usize::from(max) {
                return Err(MigShortage::TooMany {
                    profile,
                    asked,
                    max,
                });
            }
            if matches!(
                profile.attribute(),
                MigAttribute::Media | MigAttribute::AllMedia
            ) {
                media += asked;
            }
        }
        if media > 1 {
            return Err(MigShortage::MediaTwice);
        }
        Ok(())
    }
}

/// Places the first of `open` wherever it can lie, and the others after it.
fn try_all(open: &[(MigShape, MigProfile)], taken: u8, placed: &mut Vec<MigInstance>) -> bool {
    let Some(((shape, profile), others)) = open.split_first() else {
        return true;
    };
    let after = placed
        .last()
        .filter(|last| last.profile == *profile)
        .map_or(0, |last| last.start + 1);
    for &start in shape.starts.iter().filter(|start| **start >= after) {
        let units = range(shape, start);
        if taken & units == 0 {
            placed.push(MigInstance {
                profile: *profile,
                start,
            });
            if try_all(others, taken | units, placed) {
                return true;
            }
            placed.pop();
        }
    }
    false
}

/// The units of an instance that begins at `start`, as bits. Units beyond the eighth are not there.
fn range(shape: &MigShape, start: u8) -> u8 {
    let units = (1_u32 << shape.size) - 1;
    let placed = units.checked_shl(start.into()).unwrap_or(u32::MAX);
    u8::try_from(placed & 0xff).unwrap_or(u8::MAX)
}
