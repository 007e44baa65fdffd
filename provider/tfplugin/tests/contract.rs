//! Holds the compiled protocol against the published wire contract, line by line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::path::Path;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet, ServiceDescriptorProto,
};

static DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

#[test]
fn every_message_field_enum_and_rpc_is_that_of_the_contract() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/terraform/tfplugin6_11.tsv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        let what = "not run: wire contract (needs ../shared/data/terraform/tfplugin6_11.tsv)";
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{what}");
        eprintln!("{what}");
        return;
    };
    let published: BTreeSet<String> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(normal)
        .collect();
    let compiled = compiled();
    let missing: Vec<_> = published.difference(&compiled).collect();
    let extra: Vec<_> = compiled.difference(&published).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing: {missing:#?}\nextra: {extra:#?}"
    );
    assert!(
        published.len() > 400,
        "only {} rows were read",
        published.len()
    );
}

/// One row as `kind name number type notes`, without the note that is prose.
fn normal(line: &str) -> String {
    let mut columns: Vec<_> = line.split('\t').map(str::trim).collect();
    columns.resize(5, "");
    if columns[4] == "ends the process" {
        columns[4] = "";
    }
    columns.join("\t")
}

fn compiled() -> BTreeSet<String> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).expect("descriptors decode");
    let mut rows = Rows::default();
    for file in set
        .file
        .iter()
        .filter(|file| !file.package().starts_with("google."))
    {
        rows.file(file);
    }
    // The published list names no messages of the layer below but those with fields.
    rows.rows.remove("message\tEmpty\t\t\tempty");
    rows.rows
}

#[derive(Default)]
struct Rows {
    rows: BTreeSet<String>,
    package: String,
}

impl Rows {
    fn file(&mut self, file: &FileDescriptorProto) {
        self.package = format!(".{}.", file.package());
        file.service
            .iter()
            .for_each(|service| self.service(service));
        file.enum_type
            .iter()
            .for_each(|item| self.enumeration("", item));
        file.message_type
            .iter()
            .for_each(|message| self.message("", message));
    }

    fn service(&mut self, service: &ServiceDescriptorProto) {
        for rpc in &service.method {
            let notes = match (rpc.client_streaming(), rpc.server_streaming()) {
                (true, true) => "client streaming, server streaming",
                (true, false) => "client streaming",
                (false, true) => "server streaming",
                (false, false) => "",
            };
            let (input, output) = (self.local(rpc.input_type()), self.local(rpc.output_type()));
            self.add(&[
                "rpc",
                &join(service.name(), rpc.name()),
                &input,
                &output,
                notes,
            ]);
        }
    }

    fn enumeration(&mut self, scope: &str, item: &EnumDescriptorProto) {
        for value in &item.value {
            let name = join(&join(scope, item.name()), value.name());
            self.add(&["enum", &name, &value.number().to_string(), "", ""]);
        }
    }

    fn message(&mut self, scope: &str, message: &DescriptorProto) {
        let name = join(scope, message.name());
        if message.field.is_empty() {
            self.add(&["message", &name, "", "", "empty"]);
        }
        for field in &message.field {
            let (kind, notes) = self.field(message, field);
            self.add(&[
                "field",
                &join(&name, field.name()),
                &field.number().to_string(),
                &kind,
                &notes,
            ]);
        }
        message
            .enum_type
            .iter()
            .for_each(|item| self.enumeration(&name, item));
        for nested in message
            .nested_type
            .iter()
            .filter(|nested| !is_map_entry(nested))
        {
            self.message(&name, nested);
        }
    }

    fn field(&self, message: &DescriptorProto, field: &FieldDescriptorProto) -> (String, String) {
        let entry = message
            .nested_type
            .iter()
            .filter(|nested| is_map_entry(nested))
            .find(|nested| field.type_name().ends_with(&format!(".{}", nested.name())));
        if let Some(entry) = entry {
            let (key, value) = (self.kind(&entry.field[0]), self.kind(&entry.field[1]));
            return (format!("map<{key}, {value}>"), String::new());
        }
        let notes = match field.oneof_index {
            _ if field
                .options
                .as_ref()
                .is_some_and(|options| options.deprecated()) =>
            {
                "deprecated".to_owned()
            }
            _ if field.proto3_optional() => "optional".to_owned(),
            _ if field.label() == Label::Repeated => "repeated".to_owned(),
            Some(index) => {
                let index = usize::try_from(index).expect("an index");
                format!("oneof {}", message.oneof_decl[index].name())
            }
            None => String::new(),
        };
        (self.kind(field), notes)
    }

    fn kind(&self, field: &FieldDescriptorProto) -> String {
        match field.r#type() {
            Type::Message | Type::Enum => self.local(field.type_name()),
            scalar => scalar
                .as_str_name()
                .strip_prefix("TYPE_")
                .expect("a scalar")
                .to_lowercase(),
        }
    }

    fn local(&self, name: &str) -> String {
        name.strip_prefix(&self.package)
            .unwrap_or(name)
            .trim_start_matches('.')
            .to_owned()
    }

    fn add(&mut self, columns: &[&str]) {
        self.rows.insert(columns.join("\t"));
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message
        .options
        .as_ref()
        .is_some_and(|options| options.map_entry())
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() {
        name.to_owned()
    } else {
        format!("{scope}.{name}")
    }
}
