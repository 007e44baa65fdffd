//! The page of a function.

use super::page::{example, front_matter, join};
use super::{Examples, type_name};
use crate::schema::{Function, Parameter};
use crate::value::Type;

/// The page of function `name`.
pub(super) fn page(provider: &str, name: &str, function: &Function, examples: &Examples) -> String {
    let title = format!("{name} function - {provider}");
    let mut parts = vec![
        front_matter(&title, &function.summary, true),
        format!("# function: {name}"),
        function.description.trim().to_owned(),
    ];
    let deprecation = function.deprecation.as_deref();
    parts.extend(deprecation.map(|instead| format!("~> **Deprecated** {instead}")));
    parts.extend(example(examples, &format!("functions/{name}/function.tf")));
    parts.push(format!(
        "## Signature\n\n```text\n{}\n```",
        signature(name, function)
    ));
    let lines = function.parameters.iter().enumerate();
    let mut lines: Vec<_> = lines
        .map(|(index, one)| format!("{}. {}", index + 1, argument(one, "")))
        .collect();
    if let Some(variadic) = &function.variadic {
        let position = function.parameters.len() + 1;
        lines.push(format!("{position}. {}", argument(variadic, "Variadic, ")));
    }
    if !lines.is_empty() {
        parts.push(format!("## Arguments\n\n{}", lines.join("\n")));
    }
    join(&parts)
}

fn argument(parameter: &Parameter, prefix: &str) -> String {
    let nullable = if parameter.nullable { ", Nullable" } else { "" };
    let (name, ty) = (&parameter.name, type_name::plain(&parameter.ty));
    let text = parameter.description.trim().replace('\n', "\n   ");
    format!("`{name}` ({prefix}{ty}{nullable}) {text}")
}

/// `gpu_model(name string) string`.
fn signature(name: &str, function: &Function) -> String {
    let fixed = function.parameters.iter();
    let fixed = fixed.map(|one| format!("{} {}", one.name, written(&one.ty)));
    let variadic = function.variadic.iter();
    let variadic = variadic.map(|one| format!("{} {}...", one.name, written(&one.ty)));
    let parameters: Vec<_> = fixed.chain(variadic).collect();
    format!(
        "{name}({}) {}",
        parameters.join(", "),
        written(&function.result)
    )
}

/// A type as configuration writes it: `list(string)`.
fn written(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::Dynamic => "dynamic".into(),
        Type::List(element) => format!("list({})", written(element)),
        Type::Set(element) => format!("set({})", written(element)),
        Type::Map(element) => format!("map({})", written(element)),
        Type::Tuple(elements) => {
            let elements: Vec<_> = elements.iter().map(written).collect();
            format!("tuple([{}])", elements.join(", "))
        }
        Type::Object(object) => {
            let attributes = object.attributes.iter();
            let attributes = attributes.map(|(name, ty)| format!("{name} = {}", written(ty)));
            format!(
                "object({{ {} }})",
                attributes.collect::<Vec<_>>().join(", ")
            )
        }
    }
}
