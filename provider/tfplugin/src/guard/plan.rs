//! Rules 1 to 8 and 13: what PlanResourceChange may answer.

use super::equal::same;
use super::nested::{self, Place};
use super::shown::shown;
use super::write_only::each;
use super::{Breach, Rule, identity, secret, write_only};
use crate::schema::{Attribute, AttributeType, Block, BlockNesting, Mode, NestedBlock, Schema};
use crate::value::{Path, Value};

/// A plan and what it was made from.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The resource's schema.
    pub schema: &'a Schema,
    /// The state before; null to create.
    pub prior: &'a Value,
    /// The configuration; null to destroy.
    pub config: &'a Value,
    /// The answer.
    pub planned: &'a Value,
    /// The answer's paths that force replacement.
    pub requires_replace: &'a [Path],
    /// Whether the answer asks for the leniency of old providers.
    pub legacy_type_system: bool,
    /// The identity before, where the resource has any.
    pub prior_identity: Option<&'a Value>,
    /// The answer's identity, where the resource has any.
    pub planned_identity: Option<&'a Value>,
}

impl Plan<'_> {
    /// Every rule that the plan breaks.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let block = &self.schema.block;
        let mut found = Vec::new();
        let there = Place {
            prior: self.prior,
            config: self.config,
            planned: self.planned,
        };
        in_block(block, there, &Path::root(), Rule::PlanExists, &mut found);
        found.extend(write_only::breaches(block, self.planned));
        let ty = block.implied_type();
        for path in self.requires_replace {
            let there = [self.prior, self.planned]
                .iter()
                .any(|value| value.get(path).is_some());
            if !there || !ty.has_address(path) {
                let expected = "a path to a value of the prior state or the plan";
                found.push(Breach::new(
                    Rule::ReplacePaths,
                    path,
                    expected,
                    "a path to nothing",
                ));
            }
        }
        if self.legacy_type_system {
            let root = Path::root();
            found.push(Breach::new(Rule::NotLegacy, &root, "`false`", "`true`"));
        }
        // A destroyed object has no identity any more, and a replaced one has a new one.
        if !self.planned.is_null() {
            let kept = self
                .prior_identity
                .filter(|_| self.requires_replace.is_empty());
            found.extend(identity::breaches(kept, self.planned_identity, true));
        }
        secret::redact(block, found)
    }
}

/// Checks one block; `absence` is the rule that it breaks when it is there and should not be, or the other way round.
pub(super) fn in_block(
    block: &Block,
    there: Place<'_>,
    path: &Path,
    absence: Rule,
    found: &mut Vec<Breach>,
) {
    if there.config.is_null() != there.planned.is_null() {
        found.push(Breach::values(absence, path, there.config, there.planned));
        return;
    }
    if there.planned.is_null() {
        return;
    }
    in_attributes(&block.attributes, there, path, found);
    for nested in &block.blocks {
        let path = path.attribute(&nested.name);
        in_blocks(nested, there.part(&nested.name), &path, found);
    }
}

pub(super) fn in_attributes(
    attributes: &[Attribute],
    there: Place<'_>,
    path: &Path,
    found: &mut Vec<Breach>,
) {
    for attribute in attributes {
        let path = path.attribute(&attribute.name);
        in_attribute(attribute, there.part(&attribute.name), &path, found);
    }
}

fn in_attribute(attribute: &Attribute, there: Place<'_>, path: &Path, found: &mut Vec<Breach>) {
    // Write-only values are another rule's.
    if attribute.write_only {
        return;
    }
    let Place {
        prior,
        config,
        planned,
    } = there;
    let ty = attribute.ty.implied_type();
    let as_configured = same(planned, config, &ty);
    let as_before = !config.is_null() && !prior.is_null() && same(planned, prior, &ty);
    let filled_in = attribute.mode == Mode::Computed
        || (config.is_null() && attribute.mode == Mode::OptionalComputed);
    if as_configured || as_before || filled_in {
        return;
    }
    match &attribute.ty {
        _ if config.is_null() => {
            found.push(Breach::values(Rule::OnlyComputed, path, config, planned));
        }
        AttributeType::Nested(nested) => nested::in_objects(nested, there, path, found),
        AttributeType::Plain(_) => {
            let expected = match prior {
                Value::Null => shown(config),
                prior => format!(
                    "{} as configured, or {} as before",
                    shown(config),
                    shown(prior)
                ),
            };
            found.push(Breach::value(Rule::Configured, path, expected, planned));
        }
    }
}

fn in_blocks(nested: &NestedBlock, there: Place<'_>, path: &Path, found: &mut Vec<Breach>) {
    if let BlockNesting::Single { .. } = nested.nesting {
        if there.config.is_unknown() || there.planned.is_unknown() {
            whole(nested, there, path, found);
        } else {
            in_block(&nested.block, there, path, Rule::Blocks, found);
        }
        return;
    }
    if there.planned.is_null() {
        let expected = "an empty collection where there are no blocks";
        found.push(Breach::new(Rule::Blocks, path, expected, "`null`"));
        return;
    }
    if there.config.bare().is_unknown() || there.planned.bare().is_unknown() {
        whole(nested, there, path, found);
        return;
    }
    each(there.planned, path, |element, path| {
        if element.is_unknown() {
            let expected = "a block whose attributes may be unknown";
            found.push(Breach::value(Rule::Blocks, path, expected, element));
        }
    });
    match nested.nesting {
        // Members of a set cannot be told apart, so core trusts the plan for them, and so does this.
        BlockNesting::Set { .. } | BlockNesting::Single { .. } => {}
        BlockNesting::List { .. } => in_list(nested, there, path, found),
        BlockNesting::Labelled => in_labelled(nested, there, path, found),
    }
}

/// Blocks that are unknown as a whole are planned exactly as configured.
fn whole(nested: &NestedBlock, there: Place<'_>, path: &Path, found: &mut Vec<Breach>) {
    if !same(there.planned, there.config, &nested.implied_type()) {
        found.push(Breach::values(
            Rule::Blocks,
            path,
            there.config,
            there.planned,
        ));
    }
}

fn in_list(nested: &NestedBlock, there: Place<'_>, path: &Path, found: &mut Vec<Breach>) {
    let (wanted, got) = (there.config.items().len(), there.planned.items().len());
    if wanted != got {
        let (wanted, got) = (format!("{wanted} blocks"), format!("{got} blocks"));
        found.push(Breach::new(Rule::Blocks, path, wanted, got));
        return;
    }
    for index in 0..got {
        in_block(
            &nested.block,
            there.item(index),
            &path.index(index),
            Rule::Blocks,
            found,
        );
    }
}

fn in_labelled(nested: &NestedBlock, there: Place<'_>, path: &Path, found: &mut Vec<Breach>) {
    for label in there.labels() {
        in_block(
            &nested.block,
            there.part(label),
            &path.key(label),
            Rule::Blocks,
            found,
        );
    }
}
