//! A resource with every shape that a schema can have.

use std::collections::{BTreeMap, BTreeSet};

use tfplugin::field::{
    BlockSet, Computed, Dynamic, LabelledBlocks, Nested, Optional, OptionalBlock, OptionalComputed,
    Required, RequiredBlock, Text,
};
use tfplugin::resource::{Create, Delete, Read, Update};
use tfplugin::{Outcome, Resource, Schema};

use crate::warehouse::pallet::Label;
use crate::warehouse::{Colour, Site, Warehouse};

/// A rack.
#[derive(Debug, Clone, Schema)]
pub struct Rack {
    /// Its name.
    #[tf(replace)]
    pub name: Required<String>,
    /// Its colours.
    pub tags: Optional<BTreeSet<Text<Colour>>>,
    /// What each shelf carries.
    pub weights: Optional<BTreeMap<String, f64>>,
    /// Its shelves.
    pub shelves: Optional<BTreeMap<String, Nested<Label>>>,
    /// The sign on it.
    pub sign: Optional<Nested<Label>>,
    /// Whatever else.
    pub anything: Optional<Dynamic>,
    /// How high it is.
    #[tf(default = 2)]
    pub levels: OptionalComputed<u32>,
    /// How it is fixed.
    pub foot: RequiredBlock<Part>,
    /// What lights it.
    pub lamp: OptionalBlock<Part>,
    /// What holds things on it.
    pub strap: BlockSet<Strap>,
    /// Boxes by label.
    pub carton: LabelledBlocks<Part>,
    /// Bins by label, each with settings of its own.
    pub bin: LabelledBlocks<Bin>,
    /// Its id.
    pub id: Computed<String>,
    /// How many straps it has.
    #[tf(changes_with("strap"))]
    pub straps: Computed<u32>,
}

/// A strap.
#[derive(Debug, Clone, Schema)]
pub struct Strap {
    /// Its colour.
    #[tf(replace)]
    pub colour: Required<Text<Colour>>,
    /// How long it is.
    pub length: Optional<u32>,
    /// How tight it is.
    pub tension: Optional<u32>,
}

/// A part of the rack.
#[derive(Debug, Clone, Schema)]
pub struct Part {
    /// What it is.
    pub sku: Required<String>,
    /// Whether it may never be exchanged.
    #[tf(replace)]
    pub sealed: Optional<bool>,
    /// Its serial number.
    pub serial: Computed<String>,
}

/// A bin.
#[derive(Debug, Clone, Schema)]
pub struct Bin {
    /// Settings.
    pub config: Optional<Dynamic>,
    /// How deep it is.
    pub depth: Optional<u32>,
}

impl Rack {
    fn settle(&mut self) -> Outcome {
        let name = self.name.get()?.clone();
        self.id.set(name);
        let straps = self.strap.get()?.count();
        self.straps.set(u32::try_from(straps).unwrap());
        let items = self
            .foot
            .known_mut()
            .into_iter()
            .chain(self.lamp.known_mut());
        for item in items.chain(
            self.carton
                .known_mut()
                .into_iter()
                .flat_map(BTreeMap::values_mut),
        ) {
            if item.serial.is_unknown() {
                item.serial.set("serial");
            }
        }
        let shelves = self
            .shelves
            .known_mut()
            .into_iter()
            .flat_map(BTreeMap::values_mut);
        for label in shelves.chain(self.sign.known_mut()) {
            if label.serial.is_unknown() {
                label.serial.set(5u64);
            }
        }
        Ok(())
    }
}

impl Resource for Rack {
    type Provider = Site;
    type Private = ();
    const NAME: &'static str = "rack";

    async fn create(create: &mut Create<Self>, _: &Warehouse) -> Outcome {
        create.state.settle()
    }

    async fn read(_: &mut Read<Self>, _: &Warehouse) -> Outcome {
        Ok(())
    }

    async fn update(update: &mut Update<Self>, _: &Warehouse) -> Outcome {
        update.state.settle()
    }

    async fn delete(_: &mut Delete<Self>, _: &Warehouse) -> Outcome {
        Ok(())
    }
}
