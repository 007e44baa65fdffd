//! The example to copy: create, empty plan, change, drift, disappearance, import, replacement, destroy.

use std::fs;

use crate::workspace::{Terraform, Workspace};

fn write(workspace: &Workspace, name: &str, text: &str) {
    let note =
        format!("resource \"minimal_note\" \"a\" {{\n  name = {name:?}\n  text = {text:?}\n}}\n");
    workspace.write("main.tf", &note);
}

#[test]
fn the_example_lives_a_whole_life() {
    let Some(terraform) = Terraform::installed() else {
        return;
    };
    let workspace = Workspace::new(terraform, "minimal");
    write(&workspace, "a", "hello");
    workspace.succeed(&["validate"]);
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(
        output.contains("1 added, 0 changed, 0 destroyed"),
        "{output}"
    );
    assert_eq!(fs::read_to_string(workspace.path("a")).unwrap(), "hello");
    assert!(!workspace.has_changes());

    write(&workspace, "a", "hello world");
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(
        output.contains("0 added, 1 changed, 0 destroyed"),
        "{output}"
    );

    workspace.write("a", "drifted");
    assert!(workspace.has_changes());
    fs::remove_file(workspace.path("a")).unwrap();
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(
        output.contains("1 added"),
        "gone behind Terraform's back: {output}"
    );

    workspace.succeed(&["state", "rm", "minimal_note.a"]);
    workspace.succeed(&["import", "minimal_note.a", "a"]);
    assert!(!workspace.has_changes());

    write(&workspace, "b", "hello world");
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(output.contains("# forces replacement"), "{output}");
    workspace.succeed(&["destroy", "-auto-approve"]);
    assert!(!workspace.path("b").exists());
}
