//! The resource: a pallet that fails in every way there is.

use serde::{Deserialize, Serialize};
use tfplugin::field::{BlockList, Computed, Nested, Optional, OptionalComputed, Required, Text};
use tfplugin::resource::{Create, Delete, Destroy, Moved, Plan, Read, Update};
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Path, Report, Resource, Schema};

use super::{Colour, Site, Warehouse};

/// A pallet with things on it.
#[derive(Debug, Clone, Schema)]
pub struct Pallet {
    /// Its name.
    #[tf(replace, identity)]
    pub name: Required<String>,
    /// Its colour.
    pub colour: Optional<Text<Colour>>,
    /// How good it is.
    #[tf(default = "plain")]
    pub grade: OptionalComputed<String>,
    /// A code that only the warehouse keeps.
    #[tf(write_only, sensitive)]
    pub code_wo: Optional<String>,
    /// What to fail with, and when.
    pub fault: Optional<String>,
    /// Its id.
    pub id: Computed<String>,
    /// Where it stands.
    #[tf(changes_with("colour", "item"))]
    pub place: Computed<String>,
    /// When it was last moved; depends on its place.
    #[tf(changes_with("place"))]
    pub moved_at: Computed<u64>,
    /// Labels stuck to it.
    pub labels: Optional<Vec<Nested<Label>>>,
    /// What is on it.
    pub item: BlockList<Item>,
}

/// A label.
#[derive(Debug, Clone, Schema)]
pub struct Label {
    /// What it says.
    pub text: Required<String>,
    /// Whether it may never be exchanged.
    #[tf(replace)]
    pub sealed: Optional<bool>,
    /// The number printed below.
    pub serial: Computed<u64>,
}

/// A thing on a pallet.
#[derive(Debug, Clone, Schema)]
pub struct Item {
    /// What it is.
    #[tf(key)]
    pub sku: Required<String>,
    /// Whether it may never be exchanged.
    #[tf(replace)]
    pub sealed: Optional<bool>,
    /// Its serial number.
    pub serial: Computed<String>,
}

/// What is kept beside a pallet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fence {
    pub revision: u64,
}

impl Pallet {
    fn fault(&self) -> &str {
        self.fault.known().map_or("", String::as_str)
    }

    fn settle(&mut self, warehouse: &Warehouse) -> Outcome {
        let name = self.name.get()?.clone();
        self.id.set(format!("{}{name}", warehouse.prefix));
        if self.place.is_unknown() {
            self.place.set("aisle 1");
        }
        if self.moved_at.is_unknown() {
            self.moved_at.set(7u64);
        }
        for (number, label) in self.labels.known_mut().into_iter().flatten().enumerate() {
            label.serial.set(number as u64);
        }
        for item in self.item.known_mut().into_iter().flatten() {
            if item.serial.is_unknown() {
                let serial = format!("serial of {}", item.sku.get()?);
                item.serial.set(serial);
            }
        }
        Ok(())
    }
}

impl Resource for Pallet {
    type Provider = Site;
    type Private = Fence;
    const NAME: &'static str = "pallet";
    const VERSION: i64 = 2;

    fn validate(&self, report: &mut Report) -> Outcome {
        if self.name.get()?.contains(' ') {
            report.error(
                Path::root().attribute("name"),
                "Name has a space",
                "Remove it.",
            );
        }
        if self.fault() == "panic in validate" {
            panic!("the clerk fainted");
        }
        Ok(())
    }

    async fn plan(plan: &mut Plan<Self>, warehouse: &Warehouse) -> Outcome {
        match plan.planned.fault() {
            "panic in plan" => panic!("the planner fainted"),
            "store the code" => plan.planned.code_wo = plan.config.code_wo.clone(),
            "break the contract in plan" => plan.planned.name.set("another"),
            "error in plan" => return Err(Diagnostic::error("Pallet does not fit", "No.").into()),
            _ => {}
        }
        if plan.prior.is_none() {
            plan.planned
                .id
                .set_unknown(Refinement::prefix(warehouse.prefix.clone()));
        }
        plan.private.revision += 1;
        let name = plan.planned.name.get()?;
        if plan.prior.is_none() && warehouse.pallets.lock().unwrap().contains_key(name) {
            let taken = Diagnostic::warning("Pallet exists", "It is adopted.");
            plan.report.push(taken.at(plan.path("name")));
        }
        Ok(())
    }

    async fn create(create: &mut Create<Self>, warehouse: &Warehouse) -> Outcome {
        let fault = create.state.fault().to_owned();
        match fault.as_str() {
            "error before record" => return Err(Diagnostic::error("Lift is stuck", "x").into()),
            "panic before record" => panic!("the lift never came"),
            "interrupt" => create.stop.stopped().await,
            _ => {}
        }
        let (name, code) = (create.state.name.get()?, create.config.code_wo.get()?);
        let mut pallets = warehouse.pallets.lock().unwrap();
        pallets.insert(name.clone(), code.cloned().unwrap_or_default());
        drop(pallets);
        create.record();
        let name = name_of(&create.state)?;
        create.state.id.set(format!("{}{name}", warehouse.prefix));
        match fault.as_str() {
            "store the code" => create.state.code_wo = create.config.code_wo.clone(),
            "error after record" => return Err(Diagnostic::error("Label is torn", "x").into()),
            "panic in create" => panic!("the lift fell"),
            "leave unknown" => return Ok(()),
            _ => {}
        }
        create.private.revision += 10;
        create.state.settle(warehouse)
    }

    async fn read(read: &mut Read<Self>, warehouse: &Warehouse) -> Outcome {
        let name = name_of(&read.state)?;
        if name == "panic" {
            panic!("the reader fainted");
        }
        if !warehouse.pallets.lock().unwrap().contains_key(&name) {
            read.gone();
            return Ok(());
        }
        if read.state.colour.known().is_some() {
            read.state.colour.set(Text::from(Colour("red".to_owned())));
        }
        read.state.grade.set("plain");
        read.state.settle(warehouse)
    }

    async fn update(update: &mut Update<Self>, warehouse: &Warehouse) -> Outcome {
        match update.state.fault() {
            "error before record" => return Err(Diagnostic::error("Lift is stuck", "x").into()),
            "error after record" => {
                update.record();
                return Err(Diagnostic::error("Label is torn", "x").into());
            }
            "panic in update" => panic!("the lift fell"),
            _ => {}
        }
        update.state.settle(warehouse)
    }

    async fn delete(delete: &mut Delete<Self>, warehouse: &Warehouse) -> Outcome {
        if delete.state.fault() == "error in delete" {
            return Err(Diagnostic::error("Pallet is nailed down", "x").into());
        }
        warehouse
            .pallets
            .lock()
            .unwrap()
            .remove(delete.state.name.get()?);
        Ok(())
    }

    async fn plan_destroy(destroy: &mut Destroy<Self>, _: &Warehouse) -> Outcome {
        let name = destroy.prior.name.get()?;
        destroy.report.push(Diagnostic::warning(
            "Pallet is loaded",
            format!("`{name}` has items."),
        ));
        Ok(())
    }

    fn import(id: &str, imported: &mut Self) -> Outcome {
        let Some(name) = id.strip_prefix("pallet-") else {
            let detail = format!("Found `{id}`.");
            return Err(Diagnostic::error("Import ID is not of a pallet", detail).into());
        };
        imported.name.set(name);
        Ok(())
    }

    fn upgrade(from: i64, mut stored: serde_json::Value) -> Outcome<serde_json::Value> {
        if from == 0 {
            return Err(Diagnostic::error("State is older than the warehouse", "x").into());
        }
        stored["name"] = stored["title"].take();
        Ok(stored)
    }

    fn move_from(source: &Moved) -> Outcome<Option<Self>> {
        if source.type_name != "null_resource" {
            return Ok(None);
        }
        let mut pallet = empty_pallet();
        pallet
            .name
            .set(source.state["id"].as_str().unwrap_or_default());
        Ok(Some(pallet))
    }
}

fn name_of(pallet: &Pallet) -> Outcome<String> {
    Ok(pallet.name.get()?.clone())
}

pub fn empty_pallet() -> Pallet {
    Pallet {
        name: Required::default(),
        colour: Optional::default(),
        grade: OptionalComputed::default(),
        code_wo: Optional::default(),
        fault: Optional::default(),
        id: Computed::default(),
        place: Computed::default(),
        moved_at: Computed::default(),
        labels: Optional::default(),
        item: BlockList::default(),
    }
}
