//! Every case of the table of hostile plugins is a test here, found by its id.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Where tests of hostile plugins stand.
const FOLDERS: [&str; 3] = ["provider", "sdk", "acceptance"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "says what was left out")]
fn hostile_ids() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let table = root.join("../shared/data/plugins/hostile_cases.toml");
    let Ok(table) = fs::read_to_string(table) else {
        assert_ne!(
            env::var("CI").as_deref(),
            Ok("true"),
            "the table of hostile cases is missing"
        );
        println!("not run: the table of hostile cases (needs ../shared/data/plugins)");
        return;
    };
    let table: toml::Table = toml::from_str(&table).unwrap();
    let mut files = Vec::new();
    for folder in FOLDERS {
        sources(&root.join(folder), &mut files);
    }
    let texts: Vec<String> = files
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let missing: Vec<&str> = table["case"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["id"].as_str().unwrap())
        .filter(|id| {
            let name = format!("fn {}_", id.replace('-', "_"));
            !texts.iter().any(|text| text.contains(&name))
        })
        .collect();
    assert!(missing.is_empty(), "no test of these cases: {missing:?}");
}
