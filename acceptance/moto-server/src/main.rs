//! `cargo run -p moto-server [account.json]`: an account to try things on, until its input ends.

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::{env, fs};

use moto_server::Moto;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let moto = Moto::start()?;
    for file in env::args().skip(1) {
        let steps: Vec<Value> = serde_json::from_str(&fs::read_to_string(file)?)?;
        for step in &steps {
            moto.carry_out(step)?;
        }
    }
    let mut out = io::stdout();
    writeln!(out, "export AWS_ENDPOINT={}", moto.url())?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
