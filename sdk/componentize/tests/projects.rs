//! Projects in other languages than Rust, as far as they can be judged without the tools that build them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use portcullis_componentize::{BuildError, Language, Project};
use tempfile::TempDir;

const TEMPLATES: [(&str, Language); 5] = [
    ("javascript/connector", Language::JavaScript),
    ("javascript/check", Language::JavaScript),
    ("python/connector", Language::Python),
    ("python/check", Language::Python),
    ("c/check", Language::C),
];

fn template(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../templates")
        .join(name)
}

/// A copy of a template without the tools that build it.
fn copy(name: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    let mut folders = vec![(template(name), dir.path().to_owned())];
    while let Some((from, to)) = folders.pop() {
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push((entry.path(), target));
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    dir
}

fn error_of(project: &TempDir) -> String {
    let built = Project::open(project.path())
        .unwrap()
        .build(&project.path().join("out"));
    built.unwrap_err().to_string()
}

#[test]
fn every_template_is_recognised_by_its_language() {
    for (name, language) in TEMPLATES {
        let project = Project::open(&template(name)).unwrap();
        assert_eq!(project.language(), language, "{name}");
    }
}

#[test]
fn a_folder_without_a_plugin_is_refused_with_what_marks_one() {
    let dir = TempDir::new().unwrap();
    let error = Project::open(dir.path()).unwrap_err();
    assert!(matches!(error, BuildError::NoProject { .. }), "{error:?}");
    assert!(error.to_string().contains("`package.json`"), "{error}");
}

/// Bindings of C are made in this process; the same resolver reads every world as the tools of its language do.
#[test]
fn the_world_of_every_template_fits_the_contract() {
    for (name, _) in TEMPLATES {
        let project = copy("c/check");
        let world = template(name).join("wit/world.wit");
        fs::copy(world, project.path().join("wit/world.wit")).unwrap();
        Project::open(project.path()).unwrap().prepare().unwrap();
        let header = fs::read_to_string(project.path().join("bindings/plugin.h")).unwrap();
        let part = if name.ends_with("check") {
            "exports_portcullis_plugin_evaluation_run"
        } else {
            "exports_portcullis_plugin_inventory_list_inventory"
        };
        assert!(header.contains(part), "{name}");
    }
}

#[test]
fn a_world_that_names_what_the_contract_lacks_is_said_to() {
    let project = copy("c/check");
    let world = "package local:plugin; world plugin { import portcullis:plugin/teleport@0.1.3; }";
    fs::write(project.path().join("wit/world.wit"), world).unwrap();
    let error = error_of(&project);
    assert!(
        error.starts_with("`wit/world.wit` of `") && error.contains("teleport"),
        "{error}"
    );
}

#[test]
fn a_missing_tool_is_named_with_the_command_that_installs_it() {
    let error = error_of(&copy("javascript/check"));
    assert!(
        error.starts_with("`jco` is not installed for `") && error.contains("`npm install`"),
        "{error}"
    );
}

#[test]
fn a_tool_of_another_version_is_not_run() {
    let project = copy("python/check");
    let bin = project.path().join(".venv/bin");
    fs::create_dir_all(&bin).unwrap();
    let program = bin.join("componentize-py");
    fs::write(&program, "#!/bin/sh\necho componentize-py 0.1.0\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let error = error_of(&project);
    assert!(
        error.contains("is version `0.1.0`, and the project pins `0."),
        "{error}"
    );
    assert!(
        error.contains(".venv/bin/pip install -r requirements.txt"),
        "{error}"
    );
}

#[test]
fn a_manifest_that_is_no_json_says_where() {
    let project = copy("c/check");
    fs::write(project.path().join("manifest.json"), "{\"name\": }").unwrap();
    let error = error_of(&project);
    assert!(
        error.contains("manifest.json") && error.contains("line 1 column 10"),
        "{error}"
    );
}
