//! A connector that has its device records ready in memory.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

const MANIFEST: &str = r#"{"schema":1,"name":"devices","version":"1.0.0","world":"connector","summary":"Has devices"}"#;
/// Where the page, the texts and the records lie.
const PAGE: u32 = 1024;
const TEXTS: u32 = 2048;
const RECORDS: u32 = 65_536;

/// The component with that many records.
pub(crate) fn component(count: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut module = wat::parse_str(module(count))?;
    let mut resolve = Resolve::default();
    resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/wit/v0.1"))?;
    let world = "package test:guest; world guest { export portcullis:plugin/manifest@0.1.3;
        export portcullis:plugin/inventory@0.1.3; }";
    let package = resolve.push_str("guest.wit", world)?;
    let world = resolve.select_world(&[package], Some("guest"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    let mut component = ComponentEncoder::default().module(&module)?.encode()?;
    let name = b"portcullis:manifest";
    let section = 1 + name.len() + MANIFEST.len();
    component.extend([
        0,
        u8::try_from(section & 0x7f)? | 0x80,
        u8::try_from(section >> 7)?,
    ]);
    component.push(u8::try_from(name.len())?);
    component.extend(name);
    component.extend(MANIFEST.as_bytes());
    Ok(component)
}

/// Records are laid out as the canonical ABI wants them: 104 bytes each.
fn module(count: u32) -> String {
    let mut texts = Vec::new();
    let mut text = |word: &str| {
        let at = TEXTS + u32::try_from(texts.len()).unwrap_or_default();
        texts.extend(word.as_bytes());
        (at, u32::try_from(word.len()).unwrap_or_default())
    };
    let (model, node) = (text("NVIDIA H200"), text("gpu-node-0123.rack-7.example"));
    let (free, healthy, counted) = (text("free"), text("healthy"), text("counted"));
    let describe = text(MANIFEST);
    let uuids = TEXTS + 1024;
    let mut records = Vec::new();
    for index in 0..count {
        // Texts may overlap: forty characters from another place each.
        let uuid = (uuids + index % 1000, 40);
        let some = |value: u32| [1, value];
        let words = [
            [uuid.0, uuid.1],
            [model.0, model.1],
            [node.0, node.1],
            some(index % 8),
        ];
        records.extend(words.concat());
        records.extend([0, 0, 0]);
        records.extend(
            [
                some(143_771),
                some(0),
                [free.0, free.1],
                [healthy.0, healthy.1],
            ]
            .concat(),
        );
        records.extend([0, 0, counted.0, counted.1, 1_795_392_000, 0, 0]);
    }
    // The record ends with its labels: an empty list.
    let bytes: Vec<u8> = records.iter().flat_map(|word| word.to_le_bytes()).collect();
    texts.resize(1024, b'0');
    texts.extend(b"GPU-0123456789abcdef-".iter().cycle().take(1100));
    let pages = (usize::try_from(RECORDS).unwrap_or_default() + bytes.len()).div_ceil(65_536) + 1;
    format!(
        r#"(module
            (memory (export "memory") {pages})
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 512))
            (func (export "portcullis:plugin/manifest@0.1.3#describe") (result i32)
                (i32.store (i32.const 16) (i32.const {})) (i32.store (i32.const 20) (i32.const {}))
                (i32.const 16))
            (func (export "portcullis:plugin/inventory@0.1.3#list-inventory")
                (param i32 i32 i32 i32 i32) (result i32)
                (i32.store (i32.const {}) (i32.const {RECORDS}))
                (i32.store (i32.const {}) (i32.const {count}))
                (i32.const {PAGE}))
            (data (i32.const {TEXTS}) "{}")
            (data (i32.const {RECORDS}) "{}")
        )"#,
        describe.0,
        describe.1,
        PAGE + 4,
        PAGE + 8,
        escaped(&texts),
        escaped(&bytes)
    )
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(3 * bytes.len());
    for byte in bytes {
        // Writing into a text cannot fail.
        let _ = write!(text, "\\{byte:02x}");
    }
    text
}
