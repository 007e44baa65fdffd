//! C: bindings are generated in this process, zig's clang from PyPI compiles to a core module without system calls, and
//! the module is made a component as one of Rust is.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

use crate::BuildError;
use crate::manifest::Manifest;
use crate::requirements::{self, Requirement};
use crate::tool;

const ZIG: Requirement = Requirement {
    package: "ziglang",
    program: "python-zig",
    version: &["version"],
};

/// Small, without names and paths of the machine, and with a libc whose only import would be WASI's: a plugin that
/// calls the system does not become a component.
const FLAGS: [&str; 9] = [
    "cc",
    "-target",
    "wasm32-wasi",
    "-mexec-model=reactor",
    "-std=c23",
    "-Os",
    "-Wall",
    "-Wextra",
    "-Wl,--strip-all",
];

/// Writes header, source and type information of the world, and the manifest as `describe` gives it, into `bindings`.
pub(crate) fn bind(project: &Path) -> Result<(), BuildError> {
    let bindings = tool::bindings(project)?;
    let mut files = generate(&project.join("wit")).map_err(|error| BuildError::Wit {
        folder: project.to_owned(),
        reason: format!("{error:#}"),
    })?;
    let manifest = Manifest::read(project)?;
    files.push("manifest.json", manifest.text().as_bytes());
    for (name, contents) in files.iter() {
        let path = bindings.join(name);
        fs::write(&path, contents).map_err(|source| BuildError::file(&path, source))?;
    }
    Ok(())
}

fn generate(wit: &Path) -> anyhow::Result<Files> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit)?;
    let world = resolve.select_world(&[package], Some("plugin"))?;
    let mut files = Files::default();
    let mut generator = wit_bindgen_c::Opts::default().build();
    generator.generate(&mut resolve, world, &mut files)?;
    Ok(files)
}

/// Builds the component from every C file of the project's folder.
pub(crate) fn component(project: &Path) -> Result<Vec<u8>, BuildError> {
    let work = TempDir::new().map_err(|source| BuildError::file(project, source))?;
    let out = work.path().join("plugin.wasm");
    let mut command = requirements::tool(project, &ZIG)?.command();
    command
        .args(FLAGS)
        .arg("-Ibindings")
        .arg("--embed-dir=bindings");
    for source in sources(project)? {
        command.arg(source);
    }
    command.args(["bindings/plugin.c", "bindings/plugin_component_type.o"]);
    command.arg("-o").arg(&out);
    tool::run(&mut command, "zig cc", project)?;
    let module = fs::read(&out).map_err(|source| BuildError::file(&out, source))?;
    crate::encode(&module)
}

/// The names of the C files in the project's folder, sorted so that a build does not depend on the folder's order.
fn sources(project: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let failed = |source| BuildError::file(project, source);
    let mut names = Vec::new();
    for entry in fs::read_dir(project).map_err(failed)? {
        let name = PathBuf::from(entry.map_err(failed)?.file_name());
        if name.extension() == Some(OsStr::new("c")) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
