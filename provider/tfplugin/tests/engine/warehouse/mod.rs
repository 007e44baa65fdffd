//! The provider under test: pallets in a warehouse that lives in memory, with faults on request.

pub mod others;
pub mod pallet;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use tfplugin::field::Optional;
use tfplugin::provider::Configure;
use tfplugin::{Diagnostic, Outcome, Path, Provider, ProviderServer, Report, Schema};

pub use others::{Count, FindPallets, Key, Mix, Sweep};
pub use pallet::Pallet;

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
pub struct Colour(pub String);

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
