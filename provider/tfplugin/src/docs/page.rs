//! One page for the provider, a resource, a data source or an ephemeral resource.

use super::{Examples, reference};
use crate::schema::Schema;

/// What tells the pages of one kind of thing from those of another.
pub(super) struct Kind {
    /// The folder of its pages and of its examples.
    pub(super) folder: &'static str,
    title: &'static str,
    example: &'static str,
    importable: bool,
}

pub(super) const RESOURCE: Kind = Kind {
    folder: "resources",
    title: "Resource",
    example: "resource.tf",
    importable: true,
};

pub(super) const DATA_SOURCE: Kind = Kind {
    folder: "data-sources",
    title: "Data Source",
    example: "data-source.tf",
    importable: false,
};

pub(super) const EPHEMERAL_RESOURCE: Kind = Kind {
    folder: "ephemeral-resources",
    title: "Ephemeral Resource",
    example: "ephemeral-resource.tf",
    importable: false,
};

pub(super) const LIST_RESOURCE: Kind = Kind {
    folder: "list-resources",
    title: "List Resource",
    example: "list-resource.tfquery.hcl",
    importable: false,
};

pub(super) const ACTION: Kind = Kind {
    folder: "actions",
    title: "Action",
    example: "action.tf",
    importable: false,
};

/// The ways to import, each with its example file, the words before it and the language it is in.
const IMPORTS: [(&str, &str, &str); 3] = [
    (
        "import-by-identity.tf",
        "From Terraform 1.12 on, an `import` block may give the identity:",
        "terraform",
    ),
    (
        "import-by-string-id.tf",
        "An `import` block may give the id:",
        "terraform",
    ),
    ("import.sh", "The command takes the id:", "shell"),
];

/// The page of the provider itself.
pub(super) fn provider(name: &str, schema: &Schema, examples: &Examples) -> String {
    let description = schema.block.description.trim();
    let mut parts = vec![
        front_matter(&format!("Provider: {name}"), description, false),
        format!("# {name} Provider"),
    ];
    parts.extend((!description.is_empty()).then(|| description.to_owned()));
    parts.extend(example(examples, "provider/provider.tf"));
    parts.push(reference::of(&schema.block));
    join(&parts)
}

/// The page of `type_name`.
pub(super) fn of(
    kind: &Kind,
    provider: &str,
    type_name: &str,
    schema: &Schema,
    examples: &Examples,
) -> String {
    let description = schema.block.description.trim();
    let title = format!("{type_name} {} - {provider}", kind.title);
    let mut parts = vec![
        front_matter(&title, description, true),
        format!("# {type_name} ({})", kind.title),
        description.to_owned(),
    ];
    let deprecation = schema.block.deprecation.as_deref();
    parts.extend(deprecation.map(|instead| format!("~> **Deprecated** {instead}")));
    let folder = format!("{}/{type_name}", kind.folder);
    parts.extend(example(examples, &format!("{folder}/{}", kind.example)));
    parts.push(reference::of(&schema.block));
    if kind.importable {
        parts.extend(import(examples, &folder));
        parts.extend(identity(schema));
    }
    join(&parts)
}

fn import(examples: &Examples, folder: &str) -> Option<String> {
    let ways = IMPORTS.iter().filter_map(|(file, words, language)| {
        let text = examples.get(&format!("{folder}/{file}"))?;
        Some(format!("{words}\n\n```{language}\n{text}\n```"))
    });
    let ways: Vec<_> = ways.collect();
    (!ways.is_empty()).then(|| format!("## Import\n\n{}", ways.join("\n\n")))
}

/// What an identity consists of.
fn identity(schema: &Schema) -> Option<String> {
    let lines = schema.identity().map(|attribute| {
        let (name, ty) = (&attribute.name, super::type_name::attribute(attribute));
        format!(
            "- `{name}` ({ty}) {}",
            attribute.description.trim().replace('\n', "\n  ")
        )
    });
    let lines: Vec<_> = lines.collect();
    (!lines.is_empty()).then(|| format!("### Identity Schema\n\n{}", lines.join("\n")))
}

pub(super) fn example(examples: &Examples, path: &str) -> Option<String> {
    let text = examples.get(path)?;
    Some(format!("## Example Usage\n\n```terraform\n{text}\n```"))
}

/// The head that the registry reads. The description is the first paragraph of `text`.
pub(super) fn front_matter(title: &str, text: &str, subcategory: bool) -> String {
    let subcategory = if subcategory {
        "subcategory: \"\"\n"
    } else {
        ""
    };
    let first = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = first
        .lines()
        .map(|line| format!("  {}", line.trim()))
        .collect();
    let (title, lines) = (title.replace('"', "\\\""), lines.join("\n"));
    format!("---\npage_title: \"{title}\"\n{subcategory}description: |-\n{lines}\n---")
}

/// Parts with an empty line between them and one line end after the last.
pub(super) fn join(parts: &[String]) -> String {
    let parts = parts.iter().map(|part| part.trim_end());
    parts.collect::<Vec<_>>().join("\n\n") + "\n"
}
