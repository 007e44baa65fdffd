//! Values of every type through the Terraform that is installed and back, and its own print of our schemas.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test fails by panicking, and says what it did not run"
)]

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value as Json, json};

/// Every type, and the numbers and texts that are easily lost on the way.
const CONFIG: &str = r#"
terraform {
  required_providers {
    echo = { source = "example.com/examples/echo" }
  }
}

resource "echo_thing" "a" {
  text    = "naïve \U0001F511 \"quoted\""
  number  = 0.1
  numbers = [18446744073709551615, -9223372036854775808, 0.5, 1e30, 123456789.000000001]
  set     = ["b", "a", "b"]
  map     = { yes = true, no = false }
  pair    = { left = true, right = 7 }
  tuple   = ["x", 2.25]
  any     = { list = [1, "two", null], flag = true }
  nested  = [{ text = "in" }, { text = null }]
  one {
    any = 5
  }
  many {
    text = "first"
    any  = ["a"]
  }
  many {
    any = { b = 1 }
  }
  labelled "left" {
    any = true
  }
  labelled "right" {
    text = "no config"
  }
  few {
    text = "only"
  }
}

# The plan knows that an id will not be null, and how it begins.
resource "echo_thing" "counted" {
  count = echo_thing.a.id == null ? 0 : 1
  any   = startswith(echo_thing.a.id, "echo-")
}

output "thing" {
  value     = echo_thing.a
  sensitive = true
}
"#;

struct Workspace {
    folder: tempfile::TempDir,
    terraform: String,
}

/// The example, built beside this test.
fn example() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("examples/echo")
}

impl Workspace {
    /// None where there is no Terraform; that fails when CI says that everything must run.
    fn new() -> Option<Self> {
        let named = std::env::var("PORTCULLIS_TERRAFORM").ok();
        let terraform = named.unwrap_or_else(|| "terraform".to_owned());
        if Command::new(&terraform).arg("version").output().is_err() {
            let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "Terraform is not installed");
            println!("not run: values through Terraform (needs `terraform` on the PATH)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        std::fs::copy(example(), bin.join("terraform-provider-echo")).unwrap();
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"example.com/examples/echo\" = {bin:?}\n  }}\n}}\n"
        );
        std::fs::write(folder.path().join("terraform.rc"), overrides).unwrap();
        std::fs::write(folder.path().join("main.tf"), CONFIG).unwrap();
        Some(Self { folder, terraform })
    }

    /// The standard output of a command that must end with `status`.
    fn run(&self, arguments: &[&str], status: i32) -> String {
        let output = Command::new(&self.terraform)
            .args(arguments)
            .current_dir(self.folder.path())
            .env(
                "TF_CLI_CONFIG_FILE",
                self.folder.path().join("terraform.rc"),
            )
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .unwrap();
        let (out, err) = (output.stdout, String::from_utf8_lossy(&output.stderr));
        let out = String::from_utf8(out).unwrap();
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}\n{out}\n{err}"
        );
        out
    }
}

#[test]
fn values_come_back_as_they_were_given() {
    let Some(workspace) = Workspace::new() else {
        return;
    };
    workspace.run(&["apply", "-auto-approve", "-no-color"], 0);
    // State JSON was read again, and msgpack sent again: nothing may differ.
    workspace.run(&["plan", "-detailed-exitcode", "-no-color"], 0);
    let output: Json = serde_json::from_str(&workspace.run(&["output", "-json"], 0)).unwrap();
    let numbers = "[18446744073709551615,-9223372036854775808,0.5,1000000000000000000000000000000,123456789.000000001]";
    let expected = json!({
        "id": "echo-1",
        "text": "naïve 🔑 \"quoted\"",
        "number": serde_json::from_str::<Json>("0.1").unwrap(),
        "numbers": serde_json::from_str::<Json>(numbers).unwrap(),
        "set": ["a", "b"],
        "map": {"yes": true, "no": false},
        "pair": {"left": true, "right": 7},
        "tuple": ["x", serde_json::from_str::<Json>("2.25").unwrap()],
        "any": {"list": [1, "two", null], "flag": true},
        "nested": [{"text": "in"}, {"text": null}],
        "old": null,
        "one": {"text": null, "any": 5},
        "many": [{"text": "first", "any": ["a"]}, {"text": null, "any": {"b": 1}}],
        "labelled": {
            "left": {"text": null, "any": true},
            "right": {"text": "no config", "any": null},
        },
        "few": [{"text": "only"}],
    });
    let thing = &output["thing"]["value"];
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&thing[name], value, "{name}");
    }
    workspace.run(&["destroy", "-auto-approve", "-no-color"], 0);
}

#[test]
fn schemas_are_printed_as_terraform_prints_them() {
    let Some(workspace) = Workspace::new() else {
        return;
    };
    let printed = workspace.run(&["providers", "schema", "-json"], 0);
    let mut theirs: Json = serde_json::from_str(&printed).unwrap();
    let ours = Command::new(example())
        .arg("schema")
        .output()
        .unwrap()
        .stdout;
    let mut ours: Json = serde_json::from_slice(&ours).unwrap();
    for json in [&mut theirs, &mut ours] {
        without_deprecation_messages(json);
    }
    let provider = &mut ours["provider_schemas"]["example.com/examples/echo"];
    for part in [
        "resource_identity_schemas",
        "list_resource_schemas",
        "action_schemas",
    ] {
        if !printed.contains(part) {
            // Not every version of Terraform knows these.
            provider.as_object_mut().unwrap().remove(part);
        }
    }
    assert_eq!(ours, theirs);
}

/// Not every version of Terraform prints these.
fn without_deprecation_messages(json: &mut Json) {
    match json {
        Json::Object(entries) => {
            entries.remove("deprecation_message");
            entries.values_mut().for_each(without_deprecation_messages);
        }
        Json::Array(items) => items.iter_mut().for_each(without_deprecation_messages),
        _ => {}
    }
}
