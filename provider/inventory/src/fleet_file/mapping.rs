//! Which column of a CSV file is which.

use std::collections::BTreeMap;

use portcullis_model::{FleetColumn, ParseError};

/// Which column of a CSV file is which: from what it means to its heading.
///
/// The default takes each column under the heading that is its name, and only `node` must be there.
/// A declared mapping reads the columns that it names and no others: a file's `memory_mib` may well
/// be the memory of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMapping {
    declared: BTreeMap<FleetColumn, String>,
}

impl ColumnMapping {
    /// The mapping that HCL declares: `columns = { node = "sn", gpus = "gpu", model = "model" }`.
    ///
    /// # Errors
    /// A key is not the name of a column; the error suggests the nearest.
    pub fn declared<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ParseError> {
        let pairs = pairs
            .into_iter()
            .map(|(column, heading)| Ok((column.parse()?, heading.to_owned())));
        Ok(Self {
            declared: pairs.collect::<Result<_, ParseError>>()?,
        })
    }

    /// The columns to read with their headings, and whether each must be there.
    pub(super) fn wanted(&self) -> Vec<(FleetColumn, &str, bool)> {
        if self.declared.is_empty() {
            let columns = FleetColumn::ALL.iter();
            return columns
                .map(|column| (*column, column.as_str(), *column == FleetColumn::Node))
                .collect();
        }
        let node = (FleetColumn::Node, FleetColumn::Node.as_str(), true);
        let mut wanted: Vec<_> = self
            .declared
            .iter()
            .map(|(column, heading)| (*column, heading.as_str(), true))
            .collect();
        if !self.declared.contains_key(&FleetColumn::Node) {
            wanted.push(node);
        }
        wanted
    }
}
