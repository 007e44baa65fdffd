//! Rule 14: what ReadDataSource and OpenEphemeralResource may answer.

use super::apply::unknowns;
use super::nested::Place;
use super::plan::in_block;
use super::{Breach, Rule, secret};
use crate::schema::Schema;
use crate::value::{Path, Value};

/// The result of a data source or ephemeral resource.
#[derive(Debug, Clone, Copy)]
pub struct DataSource<'a> {
    /// Its schema.
    pub schema: &'a Schema,
    /// The configuration.
    pub config: &'a Value,
    /// The answer.
    pub result: &'a Value,
}

impl DataSource<'_> {
    /// Every rule that the answer breaks.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let block = &self.schema.block;
        let mut found = Vec::new();
        unknowns(Rule::DataSource, self.result, &mut found);
        let there = Place {
            prior: &Value::Null,
            config: self.config,
            planned: self.result,
        };
        // Its result stands to its configuration as the plan of a new resource does.
        in_block(block, there, &Path::root(), Rule::DataSource, &mut found);
        for breach in &mut found {
            breach.rule = Rule::DataSource;
        }
        secret::redact(block, found)
    }
}
