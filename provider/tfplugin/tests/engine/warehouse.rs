//! The provider under test: pallets in a warehouse that lives in memory, with faults on request.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tfplugin::action::{Action, Invoke};
use tfplugin::ephemeral::Lease;
use tfplugin::field::{BlockList, Computed, Nested, Optional, OptionalComputed, Required, Text};
use tfplugin::function::{Arguments, Function, FunctionError};
use tfplugin::list_resource::{List, ListResource};
use tfplugin::provider::Configure;
use tfplugin::resource::{Create, Delete, Destroy, Moved, Plan, Read, Update};
use tfplugin::value::Refinement;
use tfplugin::{
    DataSource, Diagnostic, EphemeralResource, Outcome, Path, Provider, ProviderServer, Report,
    Resource, Schema,
};

/// What stands in the warehouse, by name.
#[derive(Debug, Default)]
pub struct Warehouse {
    pub pallets: Mutex<BTreeMap<String, String>>,
    pub open: Mutex<Vec<String>>,
    pub prefix: String,
}

/// A warehouse.
#[derive(Debug, Clone, Schema)]
pub struct Site {
    /// What ids begin with. `pallet-` when left out.
    pub prefix: Optional<String>,
    /// Pallets that stand there already.
    pub stock: Optional<Vec<String>>,
    /// What to fail with.
    pub fault: Optional<String>,
}

impl Provider for Site {
    const NAME: &'static str = "warehouse";
    type State = Warehouse;

    fn validate(&self, report: &mut Report) -> Outcome {
        if self.prefix.get()?.is_some_and(String::is_empty) {
            report.error(
                Path::root().attribute("prefix"),
                "Prefix is empty",
                "Give one.",
            );
        }
        Ok(())
    }

    async fn configure(&self, configure: &mut Configure) -> Outcome<Arc<Warehouse>> {
        match self.fault.get()?.map(String::as_str) {
            Some("panic") => panic!("the roof fell in"),
            Some(fault) => return Err(Diagnostic::error("Warehouse is closed", fault).into()),
            None => {}
        }
        let version = configure.terraform_version.clone();
        configure
            .report
            .push(Diagnostic::warning("Warehouse is old", version));
        let prefix = self
            .prefix
            .get()?
            .cloned()
            .unwrap_or_else(|| "pallet-".to_owned());
        let stock = self.stock.get()?.into_iter().flatten();
        let pallets = Mutex::new(stock.map(|name| (name.clone(), String::new())).collect());
        Ok(Arc::new(Warehouse {
            prefix,
            pallets,
            ..Warehouse::default()
        }))
    }
}

/// A colour, however capitalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Colour(String);

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_lowercase().as_str() {
            "panic" => panic!("a parser gave up"),
            word @ ("red" | "green") => Ok(Self(word.to_owned())),
            _ => Err(format!(
                "Colour is not known\nFound `{text}`.\n\nWrite `red`.\n\ncolour"
            )),
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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

fn empty_pallet() -> Pallet {
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

/// How many pallets there are.
#[derive(Debug, Clone, Schema)]
pub struct Count {
    /// Count those whose name begins so.
    pub prefix: Required<String>,
    /// How many.
    pub pallets: Computed<u64>,
}

impl DataSource for Count {
    type Provider = Site;
    const NAME: &'static str = "count";

    async fn read(&mut self, _: &mut Report, warehouse: &Warehouse) -> Outcome {
        let prefix = self.prefix.get()?;
        if prefix == "panic" {
            panic!("the counter fainted");
        }
        let pallets = warehouse.pallets.lock().unwrap();
        let count = pallets
            .keys()
            .filter(|name| name.starts_with(prefix))
            .count();
        self.pallets.set(count as u64);
        Ok(())
    }
}

/// A key that opens the gate while it is held.
#[derive(Debug, Clone, Schema)]
pub struct Key {
    /// Who holds it.
    pub holder: Required<String>,
    /// What opens the gate.
    #[tf(sensitive)]
    pub secret: Computed<String>,
}

impl EphemeralResource for Key {
    type Provider = Site;
    type Private = String;
    const NAME: &'static str = "key";

    async fn open(&mut self, lease: &mut Lease<String>, warehouse: &Warehouse) -> Outcome {
        let holder = self.holder.get()?.clone();
        self.secret.set(format!("secret of {holder}"));
        lease.renew_at = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(60));
        warehouse.open.lock().unwrap().push(holder.clone());
        lease.private = holder;
        Ok(())
    }

    async fn renew(lease: &mut Lease<String>, _: &Warehouse) -> Outcome {
        lease.renew_at = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(120));
        Ok(())
    }

    async fn close(lease: &mut Lease<String>, warehouse: &Warehouse) -> Outcome {
        warehouse
            .open
            .lock()
            .unwrap()
            .retain(|holder| *holder != lease.private);
        Ok(())
    }
}

/// Mixes colours.
///
/// Gives the first again.
#[derive(Debug, Clone, Arguments)]
pub struct Mix {
    /// A colour.
    first: Text<Colour>,
    /// Another, or none.
    second: Option<Text<Colour>>,
    /// How much of each.
    #[tf(variadic)]
    amounts: Vec<u32>,
}

impl Function for Mix {
    const NAME: &'static str = "mix";
    type Output = Vec<String>;

    fn call(self) -> Result<Vec<String>, FunctionError> {
        if self.amounts.contains(&0) {
            return Err(FunctionError::new("No amount may be 0.").at(2));
        }
        let second = self.second.map(|colour| colour.to_string());
        Ok([self.first.to_string()].into_iter().chain(second).collect())
    }
}

/// Finds pallets.
#[derive(Debug, Clone, Schema)]
pub struct FindPallets {
    /// Find those whose name begins so.
    pub prefix: Optional<String>,
}

impl ListResource for FindPallets {
    type Resource = Pallet;

    async fn list(&self, list: &mut List<Pallet>, warehouse: &Warehouse) -> Outcome {
        let prefix = self.prefix.get()?.cloned().unwrap_or_default();
        let pallets = warehouse.pallets.lock().unwrap();
        for name in pallets.keys().filter(|name| name.starts_with(&prefix)) {
            let mut pallet = empty_pallet();
            pallet.name.set(name.clone());
            if !list.found(format!("pallet {name}"), pallet) {
                break;
            }
        }
        Ok(())
    }
}

/// Sweeps the floor.
#[derive(Debug, Clone, Schema)]
pub struct Sweep {
    /// How many aisles.
    pub aisles: Required<u32>,
}

impl Action for Sweep {
    type Provider = Site;
    const NAME: &'static str = "sweep";

    async fn plan(&self, report: &mut Report, _: &Warehouse) -> Outcome {
        report.push(Diagnostic::warning("It gets dusty", "Close the windows."));
        Ok(())
    }

    async fn invoke(&self, invoke: &mut Invoke, _: &Warehouse) -> Outcome {
        for aisle in 0..*self.aisles.get()? {
            invoke.progress(format!("aisle {aisle}"));
        }
        if *self.aisles.get()? > 2 {
            return Err(Diagnostic::error("Broom is broken", "x").into());
        }
        Ok(())
    }
}

/// All of it, served.
pub fn server() -> ProviderServer<Site> {
    ProviderServer::new()
        .resource::<Pallet>()
        .data_source::<Count>()
        .ephemeral_resource::<Key>()
        .function::<Mix>()
        .list_resource::<FindPallets>()
        .action::<Sweep>()
}
