//! A data source, an ephemeral resource, a function, a search and an action.

use std::time::{Duration, SystemTime};

use tfplugin::action::{Action, Invoke};
use tfplugin::ephemeral::Lease;
use tfplugin::field::{Computed, Optional, Required, Text};
use tfplugin::function::{Arguments, Function, FunctionError};
use tfplugin::list_resource::{List, ListResource};
use tfplugin::{DataSource, Diagnostic, EphemeralResource, Outcome, Report, Schema};

use super::pallet::{Pallet, empty_pallet};
use super::{Colour, Site, Warehouse};

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
