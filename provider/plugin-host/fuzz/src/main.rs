//! Writes that many generated modules (`<n>.module`) and as many components (`<n>.component`); the same seed gives the
//! same bytes.

use std::error::Error;
use std::fs;
use std::path::Path;

use arbitrary::Unstructured;
use wasm_smith::{Component, Config, Module};

/// Bytes of randomness for one module.
const ENTROPY: usize = 2048;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seed, count, folder] = arguments.as_slice() else {
        return Err("expected <seed> <count> <folder>".into());
    };
    let (seed, count): (u64, u64) = (seed.parse()?, count.parse()?);
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    for index in 0..count {
        let bytes = random(seed ^ (index << 20));
        // Nothing to import, so that what is made can be instantiated.
        let config = Config {
            max_imports: 0,
            max_memories: 4,
            max_tables: 4,
            min_funcs: 1,
            ..Config::default()
        };
        let module = Module::new(config, &mut Unstructured::new(&bytes))?;
        fs::write(folder.join(format!("{index}.module")), module.to_bytes())?;
        let component = Component::new(Config::default(), &mut Unstructured::new(&bytes))?;
        fs::write(folder.join(format!("{index}.component")), component.to_bytes())?;
    }
    Ok(())
}

/// SplitMix64.
fn random(mut state: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ENTROPY);
    while bytes.len() < ENTROPY {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend((word ^ (word >> 31)).to_le_bytes());
    }
    bytes
}
