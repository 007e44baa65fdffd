//! Keeping sensitive values out of what is said about a breach.

use super::Breach;
use crate::schema::{Attribute, AttributeType, Block};
use crate::value::{Path, Step};

const HIDDEN: &str = "(a sensitive value)";

/// Blanks the values in breaches about anything sensitive, or about a whole that holds something sensitive.
pub(super) fn redact(block: &Block, mut breaches: Vec<Breach>) -> Vec<Breach> {
    for breach in &mut breaches {
        if breach.spells_values && touches_secret(block, &breach.path) {
            HIDDEN.clone_into(&mut breach.expected);
            HIDDEN.clone_into(&mut breach.found);
        }
    }
    breaches
}

fn touches_secret(block: &Block, path: &Path) -> bool {
    let names = path.steps().iter().filter_map(|step| match step {
        Step::Attribute(name) => Some(name.as_str()),
        Step::Key(_) | Step::Index(_) => None,
    });
    in_block(block, &names.collect::<Vec<_>>())
}

fn in_block(block: &Block, names: &[&str]) -> bool {
    let Some((name, below)) = names.split_first() else {
        return holds_secret(block);
    };
    match (block.attribute(name), block.nested(name)) {
        (Some(attribute), _) => in_attribute(attribute, below),
        (None, Some(nested)) => in_block(&nested.block, below),
        (None, None) => false,
    }
}

fn in_attribute(attribute: &Attribute, names: &[&str]) -> bool {
    if attribute.sensitive || attribute.write_only {
        return true;
    }
    let AttributeType::Nested(nested) = &attribute.ty else {
        return false;
    };
    match names.split_first() {
        Some((name, below)) => {
            let found = nested.attributes.iter().find(|one| one.name == **name);
            found.is_some_and(|attribute| in_attribute(attribute, below))
        }
        None => nested
            .attributes
            .iter()
            .any(|attribute| in_attribute(attribute, &[])),
    }
}

fn holds_secret(block: &Block) -> bool {
    block
        .attributes
        .iter()
        .any(|attribute| in_attribute(attribute, &[]))
        || block
            .blocks
            .iter()
            .any(|nested| holds_secret(&nested.block))
}
