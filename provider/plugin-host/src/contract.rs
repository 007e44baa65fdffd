//! Does a component speak our contract? Asked before linking, so that the answer is a sentence.

use crate::error::PluginError;
use crate::manifest::World;
use crate::surface::{Interface, PACKAGE, Part, Surface};

/// The version of `sdk/wit` that this provider speaks.
pub(crate) const VERSION: &str = "0.1.3";
/// Its version line: whatever is of the same line fits unless it uses what the other side lacks.
const LINE: &str = "0.1";

const BOTH: &[World] = &[World::Connector, World::Check];
const CONNECTOR: &[World] = &[World::Connector];

/// An interface that guests may import.
struct Import {
    interface: &'static str,
    functions: &'static [&'static str],
    worlds: &'static [World],
}

const IMPORTS: &[Import] = &[
    Import {
        interface: "types",
        functions: &[],
        worlds: BOTH,
    },
    Import {
        interface: "log",
        functions: &["write"],
        worlds: BOTH,
    },
    Import {
        interface: "clock",
        functions: &["now", "wait"],
        worlds: CONNECTOR,
    },
    Import {
        interface: "random",
        functions: &["bytes"],
        worlds: CONNECTOR,
    },
    Import {
        interface: "cache",
        functions: &["get", "put"],
        worlds: CONNECTOR,
    },
    Import {
        interface: "secret",
        functions: &["granted"],
        worlds: CONNECTOR,
    },
    Import {
        interface: "http",
        functions: &[
            "send",
            "send-and-keep",
            "[static]exchange.open",
            "[method]exchange.write",
            "[method]exchange.response",
            "[method]exchange.read",
            "[method]exchange.rest",
        ],
        worlds: CONNECTOR,
    },
    Import {
        interface: "sigv4",
        functions: &["send"],
        worlds: CONNECTOR,
    },
    Import {
        interface: "grpc",
        functions: &[
            "unary",
            "[static]reply-stream.open",
            "[method]reply-stream.next",
            "[method]reply-stream.status",
        ],
        worlds: CONNECTOR,
    },
];

/// Compares imports and exports of a component with what this provider speaks.
pub(crate) fn check(surface: &Surface, plugin: &str, world: World) -> Result<(), PluginError> {
    let refused = |(needs, lacks)| PluginError::Contract {
        plugin: plugin.to_owned(),
        needs,
        speaks: format!("{VERSION}{lacks}"),
    };
    for import in &surface.imports {
        check_import(import, world).map_err(refused)?;
    }
    for export in &surface.exports {
        check_line(export).map_err(refused)?;
    }
    check_exports(surface, world).map_err(refused)
}

/// What the plugin needs, and what this provider says to it after its own version.
type Refusal = (String, String);

fn check_import(import: &Interface, world: World) -> Result<(), Refusal> {
    check_line(import)?;
    let (Some(interface), Some(version)) = (import.interface(), import.version()) else {
        let needs = format!("imports `{}`", import.name);
        return Err((needs, " and nothing else".to_owned()));
    };
    let needs = |function: &str| {
        format!("needs `{PACKAGE}` {version} for the function `{function}` of `{interface}`")
    };
    let Some(known) = IMPORTS.iter().find(|known| known.interface == interface) else {
        let needs = match import.functions.first() {
            Some(function) => needs(function),
            None => format!("imports `{}`", import.name),
        };
        return Err((needs, " without that interface".to_owned()));
    };
    if !known.worlds.contains(&world) {
        let lacks = format!(" and does not give that interface to a {}", world.name());
        return Err((format!("imports `{}`", import.name), lacks));
    }
    let missing = import
        .functions
        .iter()
        .find(|function| !known.functions.contains(&function.as_str()));
    missing.map_or(Ok(()), |function| {
        Err((needs(function), " without that function".to_owned()))
    })
}

/// A plugin exports its manifest and what makes it useful; what this provider does not know is nobody's business.
fn check_exports(surface: &Surface, world: World) -> Result<(), Refusal> {
    let lacks = |needs: String| (needs, format!(" and calls these of a {}", world.name()));
    if !surface.exports.iter().any(|export| export.is("manifest")) {
        return Err(lacks(format!(
            "does not export `{PACKAGE}/manifest@{LINE}`"
        )));
    }
    let wanted = |part: &Part| (*part == Part::Evaluation) == (world == World::Check);
    if surface.parts().any(|part| wanted(&part)) {
        return Ok(());
    }
    let wanted: Vec<String> = Part::ALL
        .into_iter()
        .filter(wanted)
        .map(|part| format!("`{part}`"))
        .collect();
    Err(lacks(format!(
        "exports none of {} of `{PACKAGE}`",
        wanted.join(", ")
    )))
}

/// A function was called of a connector that cannot do what it is for.
pub(crate) fn lacking(plugin: &str, function: &str, part: Part) -> PluginError {
    PluginError::Contract {
        plugin: plugin.to_owned(),
        needs: format!("has no `{function}`, because it does not export `{part}`"),
        speaks: format!("{VERSION} and was asked for it"),
    }
}

fn check_line(interface: &Interface) -> Result<(), Refusal> {
    let Some(version) = interface.version() else {
        return Ok(());
    };
    let line = version.rsplit_once('.').map_or(version, |(line, _)| line);
    if line == LINE {
        return Ok(());
    }
    let needs = match interface.functions.first() {
        Some(function) => format!(
            "needs `{PACKAGE}` {version} for the function `{function}` of `{}`",
            interface.interface().unwrap_or_default()
        ),
        None => format!("needs `{PACKAGE}` {version}"),
    };
    Err((needs, String::new()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use wit_parser::{Resolve, WorldItem};

    use super::{IMPORTS, VERSION};
    use crate::manifest::World;

    /// The table says what `sdk/wit` says: every interface of the host's worlds with every function of it.
    #[test]
    fn the_table_is_the_contract() {
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/wit/v0.1");
        let (package, _) = resolve.push_dir(wit).unwrap();
        let name = &resolve.packages[package].name;
        assert_eq!(name.version.as_ref().unwrap().to_string(), VERSION);
        for (world, of) in [
            ("connector-host", World::Connector),
            ("check-host", World::Check),
        ] {
            let id = resolve.select_world(&[package], Some(world)).unwrap();
            let mut said = BTreeMap::new();
            for item in resolve.worlds[id].imports.values() {
                let WorldItem::Interface { id, .. } = item else {
                    panic!("a world imports interfaces only")
                };
                let interface = &resolve.interfaces[*id];
                let mut functions: Vec<&str> =
                    interface.functions.keys().map(String::as_str).collect();
                functions.sort_unstable();
                said.insert(interface.name.as_deref().unwrap(), functions);
            }
            let mut known = BTreeMap::new();
            for import in IMPORTS.iter().filter(|import| import.worlds.contains(&of)) {
                let mut functions = import.functions.to_vec();
                functions.sort_unstable();
                known.insert(import.interface, functions);
            }
            // A check needs no types of its own and is given them all the same.
            known.retain(|interface, _| *interface != "types" || said.contains_key("types"));
            assert_eq!(known, said, "{world}");
        }
    }
}
