//! Generated components, mutants of our own, and results that no honest guest gives. Seeded: a failure names its round.
//!
//! `PORTCULLIS_FUZZ_ROUNDS` says how many of each; `cargo verify --long` takes 10,000.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use portcullis_plugin_host::{Finding, Grants, Host, Limits, Network, PluginError, PluginRef};
use serde_json::json;
use wasm_encoder::{ComponentSectionId, InstanceSection, ModuleArg, RawSection};

use crate::guests::{Core, NO_FINDINGS, check, componentize, section, wit};
use crate::hostile::image::{Image, finding};
use crate::hostile::trial::Watch;
use crate::support::Folder;

const SEED: u64 = 20_261_123;
/// What no component may take, from its file to its refusal.
const PATIENCE: Duration = Duration::from_secs(5);

fn rounds() -> u64 {
    env::var("PORTCULLIS_FUZZ_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(100)
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn of_round(round: u64) -> Self {
        Self(SEED ^ (round << 20))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    /// Numbers at which programs go wrong, and any others.
    fn word(&mut self) -> u32 {
        let any = u32::try_from(self.next() >> 32).unwrap();
        let places = [
            0,
            1,
            4,
            1024,
            2048,
            65_535,
            1 << 20,
            (1 << 20) - 1,
            1 << 31,
            u32::MAX,
            any,
            any % 5000,
        ];
        places[self.below(places.len())]
    }
}

/// Pins, prepares and runs a check of the name `strange`; anything but a result or a refusal of the plugin fails.
async fn survive(folder: &Folder, round: u64, component: &[u8]) {
    let start = Instant::now();
    let path = folder.path("strange.wasm");
    fs::write(&path, component).unwrap();
    let mut lock = folder.lock();
    if lock.pin(&path, Limits::default().component_bytes).is_ok() {
        let name = lock.entries()[0].name.clone();
        let plugin = lock.plugin(&name).unwrap();
        let host = folder.host_with(Limits::default(), Network::default());
        let error = match host.prepare(&plugin).await {
            Ok(()) => host.check(&plugin, json!({})).run("{}").await.err(),
            Err(error) => Some(error),
        };
        if let Some(error) = error {
            let text = error.to_string();
            let ours = matches!(error, PluginError::Sandbox { .. })
                || text.contains("breaks the compiler");
            assert!(!ours, "round {round} of seed {SEED}: {text}");
        }
    }
    assert!(
        start.elapsed() < PATIENCE,
        "round {round} of seed {SEED}: {:?}",
        start.elapsed()
    );
}

async fn still_serves(folder: &Folder) {
    let honest = folder.plugin("strange", &check(NO_FINDINGS));
    let found = folder.host().check(&honest, json!({})).run("{}").await;
    assert_eq!(found.unwrap(), []);
}

fn mutant(good: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next().to_le_bytes()[0],
            2 => bytes.truncate(at.max(8)),
            3 => {
                let end = (at + random.below(64)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let end = (at + random.below(16)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
    bytes
}

#[tokio::test]
async fn load_13_mutants_of_our_components_are_run_or_refused() {
    let folder = Folder::new();
    let small = check(NO_FINDINGS);
    let own =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/contract-0.1.0/gpu-budget.wasm");
    let own = fs::read(own).unwrap();
    let watch = Watch::start();
    for round in 0..rounds() {
        let mut random = Random::of_round(round);
        // What is built without optimisation compiles the larger one in seconds.
        let good = if round % 10 == 0 { &own } else { &small };
        survive(&folder, round, &mutant(good, &mut random)).await;
    }
    assert!(watch.stop() < 256 << 20);
    still_serves(&folder).await;
}

/// The module inside of a check that is valid without it, instantiated when the check is.
fn inside(bare: &[u8], modules: u32, module: &[u8]) -> Vec<u8> {
    let mut component = bare.to_vec();
    let raw = RawSection {
        id: ComponentSectionId::CoreModule.into(),
        data: module,
    };
    wasm_encoder::ComponentSection::append_to_component(&raw, &mut component);
    let mut instances = InstanceSection::new();
    instances.instantiate(modules, Vec::<(&str, ModuleArg)>::new());
    wasm_encoder::ComponentSection::append_to_component(&instances, &mut component);
    section(component, "strange", "check")
}

#[tokio::test]
async fn load_13_generated_modules_and_components_are_run_or_refused() {
    let folder = Folder::new();
    let made = folder.path("made");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml");
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fuzz"))
        .args(["--", &SEED.to_string(), &rounds().to_string()])
        .arg(&made)
        .status()
        .unwrap();
    assert!(status.success());
    let bare = Core::default().bare();
    let text = wasmprinter::print_bytes(&bare).unwrap();
    let modules = text
        .lines()
        .filter(|line| line.starts_with("  (core module"))
        .count();
    let modules = u32::try_from(modules).unwrap();
    let watch = Watch::start();
    for round in 0..rounds() {
        let module = fs::read(made.join(format!("{round}.module"))).unwrap();
        survive(&folder, round, &inside(&bare, modules, &module)).await;
        let component = fs::read(made.join(format!("{round}.component"))).unwrap();
        survive(&folder, round, &section(component, "strange", "check")).await;
    }
    assert!(watch.stop() < 256 << 20);
    still_serves(&folder).await;
}

/// Two letters from `a` to `p` a byte, which any text may carry.
fn letters(bytes: &[u8]) -> String {
    let letter = |nibble: u8| char::from(b'a' + nibble);
    bytes
        .iter()
        .flat_map(|byte| [letter(byte >> 4), letter(byte & 15)])
        .collect()
}

/// Writes the bytes that letters from local `text` on stand for to 1024, until one that is no such letter.
fn unpack(text: &str) -> String {
    format!(
        "(local $i i32)
        (block $done (loop $next
            (br_if $done (i32.gt_u
                (i32.sub (i32.load8_u (i32.add {text} (local.get $i))) (i32.const 97)) (i32.const 15)))
            (i32.store8 (i32.add (i32.const 1024) (i32.shr_u (local.get $i) (i32.const 1)))
                (i32.or
                    (i32.shl (i32.sub (i32.load8_u (i32.add {text} (local.get $i))) (i32.const 97)) (i32.const 4))
                    (i32.sub (i32.load8_u offset=1 (i32.add {text} (local.get $i))) (i32.const 97))))
            (local.set $i (i32.add (local.get $i) (i32.const 2)))
            (br $next)))
        (i32.const 1024)"
    )
}

/// Bends words and bytes of an image in a few places, most of them near its beginning.
fn bend(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..random.below(5) {
        let reach = if random.below(2) == 0 {
            12.min(bytes.len())
        } else {
            bytes.len()
        };
        let at = random.below(reach);
        match random.below(3) {
            0 => bytes[at] = random.next().to_le_bytes()[0],
            _ => {
                let at = at & !3;
                if let Some(word) = bytes.get_mut(at..at + 4) {
                    word.copy_from_slice(&random.word().to_le_bytes());
                }
            }
        }
    }
    bytes
}

fn findings_image(random: &mut Random) -> Vec<u8> {
    let mut image = Image::default();
    for _ in 0..random.below(6) {
        let mut texts = finding(["error", "warning", "info", "?"][random.below(4)]);
        for text in &mut texts {
            let len = random.below(40);
            match random.below(40) {
                0 => *text = (0..len).map(|_| random.next().to_le_bytes()[0]).collect(),
                1..6 => *text = "\u{1b}[2J\u{202e}::x\n".repeat(len).into_bytes(),
                _ => {}
            }
        }
        image.findings.push(texts);
    }
    image.discriminant = u8::from(random.below(8) == 0);
    bend(image.bytes(), random)
}

fn is_plain(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| {
        let texts = [
            &finding.code,
            &finding.address,
            &finding.summary,
            &finding.detail,
            &finding.remedy,
        ];
        texts
            .iter()
            .all(|text| !text.contains(char::is_control) && text.len() < 4096)
    })
}

#[tokio::test]
async fn load_13_results_of_any_bytes_are_read_or_refused() {
    let folder = Folder::new();
    let run = unpack("(local.get 0)");
    let core = Core {
        run: &run,
        ..Core::default()
    };
    let plugin = folder.plugin("strange", &core.component());
    let check = folder.host().check(&plugin, json!({}));
    let watch = Watch::start();
    let mut read = 0;
    for round in 0..rounds() * 10 {
        let mut random = Random::of_round(round);
        let plan = letters(&findings_image(&mut random));
        match check.run(&format!("{plan}.")).await {
            Ok(findings) => {
                assert!(
                    is_plain(&findings),
                    "round {round} of seed {SEED}: {findings:?}"
                );
                read += 1;
            }
            Err(PluginError::Sandbox { .. }) => panic!("round {round} of seed {SEED}"),
            Err(_) => {}
        }
    }
    assert!(
        read > rounds(),
        "the results are not so bent that none is read: {read}"
    );
    assert!(watch.stop() < 256 << 20);
}

/// One page of device records, a few words of each bent.
fn devices_image(random: &mut Random) -> Vec<u8> {
    let count = random.below(6);
    let mut words = vec![0_u32, 2048, u32::try_from(count).unwrap(), 0, 0, 0, 0];
    words.resize(256, 0);
    for _ in 0..count {
        let text = [2000, 4];
        let record = [
            &text[..],
            &text,
            &text,
            &[1, 3],
            &[1, 2000, 4],
            &[1, 80_000],
            &[0, 0],
            &text,
            &text,
            &text,
            &text,
            &[1_795_392_000],
            &[4000, 0],
        ];
        words.extend(record.concat());
    }
    let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    bend(bend(bytes, random), random)
}

fn lister(folder: &Folder) -> PluginRef {
    // The letters begin behind `{"image":"`.
    let unpack = unpack("(i32.add (local.get 0) (i32.const 10))");
    let module = format!(
        r#"(module
            (memory (export "memory") 16)
            (global $top (mut i32) (i32.const 65536))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {})
            (func (export "portcullis:plugin/manifest@0.1.3#describe") (result i32) unreachable)
            (func (export "portcullis:plugin/inventory@0.1.3#list-inventory")
                (param i32 i32 i32 i32 i32) (result i32) {unpack})
        )"#,
        Core::default().realloc
    );
    let world =
        "export portcullis:plugin/manifest@0.1.3; export portcullis:plugin/inventory@0.1.3;";
    let component = componentize(&wat::parse_str(module).unwrap(), &wit(), world);
    folder.plugin("strange", &section(component, "strange", "connector"))
}

#[tokio::test]
async fn load_13_device_records_of_any_bytes_are_read_or_refused() {
    let folder = Folder::new();
    let plugin = lister(&folder);
    let host: Host = folder.host();
    let watch = Watch::start();
    let mut read = 0;
    for round in 0..rounds() * 10 {
        let mut random = Random::of_round(round);
        let config = json!({"image": letters(&devices_image(&mut random))});
        let connector = host.connector(&plugin, config, Grants::none());
        match connector.list_inventory(Duration::from_secs(5)).await {
            Ok(_) => read += 1,
            Err(PluginError::Sandbox { .. }) => panic!("round {round} of seed {SEED}"),
            Err(_) => {}
        }
    }
    assert!(
        read > rounds(),
        "the records are not so bent that none is read: {read}"
    );
    assert!(watch.stop() < 256 << 20);
}
