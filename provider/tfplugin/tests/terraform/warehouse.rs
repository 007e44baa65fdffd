//! One of everything that can be served.

use crate::workspace::{Terraform, Workspace};

/// Refinements, an ephemeral value in a write-only attribute, a data source that waits, a function.
#[test]
fn what_terraform_1_11_knows_works() {
    let Some(terraform) = Terraform::installed() else {
        return;
    };
    let workspace = Workspace::new(terraform, "warehouse");
    workspace.write(
        "main.tf",
        r#"
provider "warehouse" {
  prefix = "box-"
}
ephemeral "warehouse_key" "gate" {
  holder = "eve"
}
resource "warehouse_pallet" "a" {
  name    = "a"
  colour  = "RED"
  code_wo = ephemeral.warehouse_key.gate.secret
  labels  = [{ text = "top" }]
  item {
    sku = "x"
  }
}
data "warehouse_count" "a" {
  prefix = warehouse_pallet.a.name
}
output "count" {
  value = data.warehouse_count.a.pallets
}
output "mixed" {
  value = provider::warehouse::mix("Red", null, 1, 2)
}
output "known_before_the_id_is" {
  value = startswith(warehouse_pallet.a.id, "box-")
}
"#,
    );
    let planned = workspace.succeed(&["plan"]);
    assert!(
        planned.contains("+ known_before_the_id_is = true"),
        "{planned}"
    );
    assert!(
        planned.contains("+ count                  = (known after apply)"),
        "{planned}"
    );
    assert!(
        planned.contains("+ code_wo  = (write-only attribute)"),
        "{planned}"
    );
    let applied = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(applied.contains("count = 1"), "{applied}");
    let state = workspace.succeed(&["state", "pull"]);
    assert!(
        state.contains("serial of x") && !state.contains("secret of eve"),
        "{state}"
    );
}

/// Errors, panics and mistakes of the provider are told, and nothing that exists is lost.
#[test]
fn failures_are_told_and_keep_the_state() {
    let Some(terraform) = Terraform::installed() else {
        return;
    };
    let workspace = Workspace::new(terraform, "warehouse");
    for (fault, told, kept) in [
        ("error in plan", "Pallet does not fit", false),
        (
            "break the contract in plan",
            "The provider broke its contract with Terraform",
            false,
        ),
        ("error before record", "Lift is stuck", false),
        ("error after record", "Label is torn", true),
        ("panic in create", "Provider failed unexpectedly", true),
    ] {
        let pallet = format!(
            "resource \"warehouse_pallet\" \"a\" {{\n  name  = \"a\"\n  fault = {fault:?}\n}}\n"
        );
        workspace.write("main.tf", &pallet);
        let (status, output) = workspace.run(&["apply", "-auto-approve"]);
        assert_eq!(status, 1, "{output}");
        assert!(output.contains(told), "{fault}: {output}");
        assert!(!output.contains("bug in the provider"), "{fault}: {output}");
        let (_, state) = workspace.run(&["state", "list"]);
        assert_eq!(
            state.contains("warehouse_pallet.a"),
            kept,
            "{fault}: {state}"
        );
        let _ = std::fs::remove_file(workspace.path("terraform.tfstate"));
    }
}

/// Searching, importing by identity, generated configuration, actions.
#[test]
fn what_came_after_1_13_works() {
    let Some(terraform) = Terraform::embedded() else {
        return;
    };
    let workspace = Workspace::new(terraform, "warehouse");
    workspace.write(
        "main.tf",
        r#"
provider "warehouse" {
  stock = ["a1", "a2", "b1"]
}
import {
  to       = warehouse_pallet.found
  identity = { name = "a2" }
}
action "warehouse_sweep" "floor" {
  config {
    aisles = 2
  }
}
"#,
    );
    workspace.write(
        "find.tfquery.hcl",
        "list \"warehouse_pallet\" \"all\" {\n  provider = warehouse\n  config {\n    prefix = \"a\"\n  }\n}\n",
    );
    let found = workspace.succeed(&["query"]);
    assert!(found.contains("name=a1   pallet a1"), "{found}");
    assert!(!found.contains("b1"), "{found}");

    let planned = workspace.succeed(&["plan", "-generate-config-out=found.tf"]);
    assert!(
        planned.contains("1 to import, 0 to add, 0 to change"),
        "{planned}"
    );
    let generated = std::fs::read_to_string(workspace.path("found.tf")).unwrap();
    assert!(
        generated.contains("\"a2\"") && !generated.contains("grade"),
        "{generated}"
    );
    let applied = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(
        applied.contains("Import complete [identity=name=a2]"),
        "{applied}"
    );

    let swept = workspace.succeed(&[
        "apply",
        "-auto-approve",
        "-invoke=action.warehouse_sweep.floor",
    ]);
    assert!(swept.contains("Actions: 1 invoked"), "{swept}");
    assert!(swept.contains("aisle 1"), "progress is shown: {swept}");
}
