//! Components written by hand, instruction by instruction, for what no compiler would make.

use std::path::{Path, PathBuf};

use serde_json::json;
use wasm_encoder::{
    CodeSection, Function, FunctionSection, Module, ModuleSection, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::support::with_manifest;

/// A body of `run` that gives no findings: 12 bytes of zero are `ok` with an empty list.
pub(crate) const NO_FINDINGS: &str = "(i32.const 1024)";

/// The parts of a check that a test may replace.
pub(crate) struct Core<'a> {
    /// Body of `run`, which has the results area at 1024 and its arguments in locals 0 to 3.
    pub(crate) run: &'a str,
    /// Body of `cabi_realloc`; local 3 is the new length.
    pub(crate) realloc: &'a str,
    /// Body of the function that is called when the results were read.
    pub(crate) post: &'a str,
    /// Body of the start function.
    pub(crate) start: &'a str,
    /// Pages of memory, as the text format writes a memory's type.
    pub(crate) memory: &'a str,
    /// Further imports of the module.
    pub(crate) imports: &'a str,
    /// Further items of the module.
    pub(crate) items: &'a str,
}

impl Default for Core<'_> {
    fn default() -> Self {
        Self {
            run: NO_FINDINGS,
            realloc: "(global.get $top) \
                (global.set $top (i32.and (i32.const -8) \
                    (i32.add (i32.const 7) (i32.add (global.get $top) (local.get 3)))))",
            post: "",
            start: "",
            memory: "16",
            imports: "",
            items: "",
        }
    }
}

/// A check whose `run` has that body.
pub(crate) fn check(run: &str) -> Vec<u8> {
    Core {
        run,
        ..Core::default()
    }
    .component()
}

impl Core<'_> {
    pub(crate) fn module(&self) -> String {
        let Self {
            run,
            realloc,
            post,
            start,
            memory,
            imports,
            items,
        } = self;
        format!(
            r#"(module
                (import "portcullis:plugin/log@0.1.3" "write" (func $log (param i32 i32 i32 i32)))
                {imports}
                (memory (export "memory") {memory})
                (global $top (mut i32) (i32.const 65536))
                {items}
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                (func (export "portcullis:plugin/manifest@0.1.3#describe") (result i32) unreachable)
                (func $run (export "portcullis:plugin/evaluation@0.1.3#run")
                    (param i32 i32 i32 i32) (result i32) {run})
                (func (export "cabi_post_portcullis:plugin/evaluation@0.1.3#run") (param i32) {post})
                (func $start {start})
                (start $start)
            )"#
        )
    }

    /// The component without a manifest.
    pub(crate) fn bare(&self) -> Vec<u8> {
        let world = "include portcullis:plugin/check@0.1.3;";
        componentize(&wat::parse_str(self.module()).unwrap(), &wit(), world)
    }

    pub(crate) fn component(&self) -> Vec<u8> {
        section(self.bare(), "strange", "check")
    }
}

/// The contract of this repository.
pub(crate) fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/wit/v0.1")
}

/// What `portcullis-componentize` does: a core module with the types of a world becomes a component.
pub(crate) fn componentize(module: &[u8], wit: &Path, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_dir(wit).unwrap();
    let text = format!("package test:guest;\nworld guest {{ {world} }}");
    let package = resolve.push_str("guest.wit", &text).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default()
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}

/// A component in the text format with a manifest.
pub(crate) fn raw(text: &str, world: &str) -> Vec<u8> {
    section(wat::parse_str(text).unwrap(), "strange", world)
}

/// The component with a manifest of that name.
pub(crate) fn section(component: Vec<u8>, name: &str, world: &str) -> Vec<u8> {
    let manifest = json!({"schema": 1, "name": name, "version": "1", "world": world});
    with_manifest(component, &manifest)
}

/// The component with further items of the text format at its end.
pub(crate) fn with_items(component: &[u8], items: &str) -> Vec<u8> {
    let text = wasmprinter::print_bytes(component).unwrap();
    let text = text.trim_end().strip_suffix(')').unwrap();
    wat::parse_str(format!("{text} {items})")).unwrap()
}

/// A component that holds one core module.
pub(crate) fn holding(module: &Module) -> Vec<u8> {
    let mut component = wasm_encoder::Component::new();
    component.section(&ModuleSection(module));
    section(component.finish(), "strange", "check")
}

/// A module with that many functions of that many locals, the body of each made by `body`.
pub(crate) fn functions(
    count: u32,
    locals: u32,
    body: impl Fn(&mut wasm_encoder::InstructionSink<'_>, u32),
) -> Module {
    let mut types = TypeSection::new();
    types
        .ty()
        .function([ValType::I32, ValType::I32], [ValType::I32]);
    let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
    for index in 0..count {
        declared.function(0);
        let mut function = Function::new([(locals, ValType::I64)]);
        body(&mut function.instructions(), index);
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&code);
    module
}

/// Many functions of a few instructions.
pub(crate) fn many_functions(count: u32) -> Vec<u8> {
    holding(&functions(count, 1, |body, index| {
        body.local_get(0);
        body.i32_const(index.cast_signed());
        body.i32_mul().local_get(1).i32_div_u().end();
    }))
}
