//! Reference pages in the layout that the Terraform registry reads, made from the schemas.
//!
//! The same schemas and examples always give the same pages, so they are committed, and a test can tell stale ones.

mod examples;
mod folder;
mod function;
mod page;
mod reference;
mod type_name;

pub use examples::Examples;
pub use folder::{stale, write};

use std::collections::BTreeMap;

use crate::schema::{ProviderSchema, Schema};

/// Pages by their path below the docs folder, such as `resources/gpu_pool.md`.
pub type Pages = BTreeMap<String, String>;

/// Every reference page of the provider called `name`, whose type names start with that and `_`.
#[must_use]
pub fn pages(name: &str, provider: &ProviderSchema, examples: &Examples) -> Pages {
    let mut pages = Pages::new();
    pages.insert(
        "index.md".into(),
        page::provider(name, &provider.provider, examples),
    );
    let kinds: [(&page::Kind, &BTreeMap<String, Schema>); 5] = [
        (&page::RESOURCE, &provider.resources),
        (&page::DATA_SOURCE, &provider.data_sources),
        (&page::EPHEMERAL_RESOURCE, &provider.ephemeral_resources),
        (&page::LIST_RESOURCE, &provider.list_resources),
        (&page::ACTION, &provider.actions),
    ];
    for (kind, schemas) in kinds {
        for (type_name, schema) in schemas {
            let short = type_name
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('_'));
            let path = format!("{}/{}.md", kind.folder, short.unwrap_or(type_name));
            pages.insert(path, page::of(kind, name, type_name, schema, examples));
        }
    }
    for (function_name, function) in &provider.functions {
        let path = format!("functions/{function_name}.md");
        pages.insert(
            path,
            function::page(name, function_name, function, examples),
        );
    }
    pages
}
