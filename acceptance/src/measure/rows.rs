//! Every row, in the order in which they are measured. A row is added here.

use anyhow::{Result, bail};

use super::row::{Measure, Row};
use super::{against_go, inside, kubernetes, plugins, policies};

const ROWS: &[Row] = &[
    Row {
        name: "handshake",
        measure: Measure::Here(against_go::handshake),
    },
    Row {
        name: "provider-memory",
        measure: Measure::Here(against_go::memory),
    },
    Row {
        name: "provider-processor",
        measure: Measure::Here(against_go::processor),
    },
    Row {
        name: "plan-1",
        measure: Measure::Here(|bench| against_go::plan(bench, 1, 0.5)),
    },
    Row {
        name: "plan-100",
        measure: Measure::Here(|bench| against_go::plan(bench, 100, 0.7)),
    },
    Row {
        name: "plan-1000",
        measure: Measure::Here(|bench| against_go::plan(bench, 1000, 1.0)),
    },
    Row {
        name: "verdict",
        measure: Measure::Example(&inside::VERDICT),
    },
    Row {
        name: "million",
        measure: Measure::Example(&inside::MILLION),
    },
    Row {
        name: "snapshot-cache",
        measure: Measure::Example(&inside::CACHE),
    },
    Row {
        name: "ten-sources",
        measure: Measure::Example(&inside::SOURCES),
    },
    Row {
        name: "openb",
        measure: Measure::Example(&inside::OPENB),
    },
    Row {
        name: "paths",
        measure: Measure::Example(&inside::PATHS),
    },
    Row {
        name: "fleet",
        measure: Measure::Example(&inside::FLEET),
    },
    Row {
        name: "ledger",
        measure: Measure::Example(&inside::COMMITS),
    },
    Row {
        name: "kubernetes-5000",
        measure: Measure::Here(|bench| kubernetes::figures(bench, 5_000)),
    },
    Row {
        name: "kubernetes-10000",
        measure: Measure::Here(|bench| kubernetes::figures(bench, 10_000)),
    },
    Row {
        name: "plugin-start",
        measure: Measure::Here(plugins::start),
    },
    Row {
        name: "plugin-calls",
        measure: Measure::Here(plugins::calls),
    },
    Row {
        name: "plugin-javascript",
        measure: Measure::Here(|bench| plugins::language(bench, &plugins::JAVASCRIPT)),
    },
    Row {
        name: "plugin-python",
        measure: Measure::Here(|bench| plugins::language(bench, &plugins::PYTHON)),
    },
    Row {
        name: "policy-checkov",
        measure: Measure::Here(policies::beside_checkov),
    },
    Row {
        name: "policy-rego",
        measure: Measure::Here(policies::beside_rego),
    },
];

/// The rows with these names, or all of them without any.
///
/// # Errors
/// When there is no row of that name.
pub(super) fn chosen(names: &[String]) -> Result<Vec<Row>> {
    for name in names {
        if !ROWS.iter().any(|row| row.name == name) {
            let known: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
            bail!(
                "there is no row `{name}`; the rows are {}",
                known.join(", ")
            );
        }
    }
    let wanted = |row: &&Row| names.is_empty() || names.iter().any(|name| row.name == name);
    Ok(ROWS.iter().filter(wanted).copied().collect())
}

#[cfg(test)]
mod unit {
    use std::collections::BTreeSet;

    use super::{ROWS, chosen};

    #[test]
    fn a_row_is_found_by_its_name_alone() {
        let names: BTreeSet<&str> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len(), "two rows share a name");
        assert_eq!(chosen(&[]).unwrap().len(), ROWS.len());
        let one = chosen(&["million".to_owned()]).unwrap();
        assert!(matches!(&one[..], [row] if row.name == "million"));
        let said = chosen(&["billion".to_owned()]).map(drop).unwrap_err();
        assert!(
            said.to_string()
                .contains("no row `billion`; the rows are handshake,")
        );
    }
}
