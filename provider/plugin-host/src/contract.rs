//! Does a component speak our contract? Asked before linking, so that the answer is a sentence.

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::{ComponentInstance, ComponentItem};

use crate::error::PluginError;
use crate::manifest::World;

const PACKAGE: &str = "portcullis:plugin";
/// The only version line so far.
const LINE: &str = "0.1";

/// The functions of the interfaces that a guest may import, and the worlds that may do so.
const IMPORTS: [(&str, &[&str], &[World]); 8] = [
    ("types", &[], &[World::Connector, World::Check]),
    ("log", &["write"], &[World::Connector, World::Check]),
    ("clock", &["now", "wait"], &[World::Connector]),
    ("random", &["bytes"], &[World::Connector]),
    ("cache", &["get", "put"], &[World::Connector]),
    ("secret", &["granted"], &[World::Connector]),
    (
        "http",
        &[
            "send",
            "send-and-keep",
            "[static]exchange.open",
            "[method]exchange.write",
            "[method]exchange.response",
            "[method]exchange.read",
        ],
        &[World::Connector],
    ),
    (
        "grpc",
        &[
            "unary",
            "[static]reply-stream.open",
            "[method]reply-stream.next",
            "[method]reply-stream.status",
        ],
        &[World::Connector],
    ),
];

/// The name under which the interface that makes a plugin of `world` useful is exported.
fn duty(world: World) -> &'static str {
    match world {
        World::Connector => "inventory",
        World::Check => "evaluation",
    }
}

/// Compares imports and exports of the component with what this provider speaks.
pub(crate) fn check(
    engine: &Engine,
    component: &Component,
    plugin: &str,
    world: World,
) -> Result<(), PluginError> {
    let ty = component.component_type();
    for (name, item) in ty.imports(engine) {
        check_import(engine, plugin, world, name, &item.ty)?;
    }
    for interface in ["manifest", duty(world)] {
        let exported = ty
            .exports(engine)
            .find(|(name, _)| parse(name).is_some_and(|found| found.interface == interface));
        let Some((name, _)) = exported else {
            return Err(PluginError::Contract {
                plugin: plugin.to_owned(),
                needs: format!("does not export `{PACKAGE}/{interface}@{LINE}`"),
                speaks: format!(" and needs that interface of every {}", world.name()),
            });
        };
        check_line(plugin, name)?;
    }
    Ok(())
}

fn check_import(
    engine: &Engine,
    plugin: &str,
    world: World,
    name: &str,
    item: &ComponentItem,
) -> Result<(), PluginError> {
    let refused = |needs: String, speaks: &str| PluginError::Contract {
        plugin: plugin.to_owned(),
        needs,
        speaks: speaks.to_owned(),
    };
    let Some(import) = parse(name) else {
        return Err(refused(format!("imports `{name}`"), " and nothing else"));
    };
    check_line(plugin, name)?;
    let known = IMPORTS
        .iter()
        .find(|(interface, ..)| *interface == import.interface);
    let Some((_, functions, worlds)) = known else {
        return Err(refused(
            format!("imports `{name}`"),
            " without that interface",
        ));
    };
    if !worlds.contains(&world) {
        let speaks = format!(" and does not give that interface to a {}", world.name());
        return Err(refused(format!("imports `{name}`"), &speaks));
    }
    if let ComponentItem::ComponentInstance(instance) = item
        && let Some(function) = unknown_function(engine, instance, functions)
    {
        return Err(refused(
            format!(
                "needs `{PACKAGE}` {} for the function `{function}` of `{}`",
                import.version, import.interface
            ),
            ".0 without that function",
        ));
    }
    Ok(())
}

fn unknown_function(
    engine: &Engine,
    instance: &ComponentInstance,
    known: &[&str],
) -> Option<String> {
    let mut functions = instance
        .exports(engine)
        .filter_map(|(name, item)| match item.ty {
            ComponentItem::ComponentFunc(_) => Some(name),
            _ => None,
        });
    functions
        .find(|name| !known.contains(name))
        .map(str::to_owned)
}

/// `portcullis:plugin/log@0.1.0`.
struct Name<'a> {
    interface: &'a str,
    version: &'a str,
}

fn parse(name: &str) -> Option<Name<'_>> {
    let (interface, version) = name
        .strip_prefix(PACKAGE)?
        .strip_prefix('/')?
        .split_once('@')?;
    Some(Name { interface, version })
}

fn check_line(plugin: &str, name: &str) -> Result<(), PluginError> {
    let version = parse(name).map_or("", |name| name.version);
    let line = version.rsplit_once('.').map_or(version, |(line, _)| line);
    if line == LINE {
        return Ok(());
    }
    Err(PluginError::Contract {
        plugin: plugin.to_owned(),
        needs: format!("needs {PACKAGE} {line}"),
        speaks: String::new(),
    })
}
