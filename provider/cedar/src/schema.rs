//! The schema of a split's policies.

use std::fmt::Write as _;

use crate::Split;
use crate::literal::literal;
use crate::policies::{ACT_AS, DEPLOY, RUNTIME, actions, named};

/// Kinds of entities and what may be done to which.
pub(crate) fn written(split: &Split) -> String {
    let mut schema = "namespace Portcullis {\n  entity Subject in [Subject];\n  entity Workload;\n  entity Object;\n\n".to_owned();
    for side in [DEPLOY, RUNTIME] {
        // Writing to a string does not fail.
        let _ = writeln!(schema, "  action {};", literal(side));
    }
    for (side, verbs) in actions(split) {
        for verb in verbs {
            let resource = match (side, verb) {
                (DEPLOY, _) | (_, ACT_AS) => "Workload",
                _ => "Object",
            };
            let _ = writeln!(
                schema,
                "  action {} in [{}] appliesTo {{ principal: Subject, resource: {resource} }};",
                literal(&named(side, verb)),
                literal(side)
            );
        }
    }
    schema.push_str("}\n");
    schema
}
