//! `cargo run -p openbao-server [requests.json]`: a server to try things on, until its input ends.

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::{env, fs};

use openbao_server::Server;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start()?;
    for file in env::args().skip(1) {
        let requests: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        server.root().all(&requests)?;
    }
    let mut out = io::stdout();
    writeln!(out, "export BAO_ADDR={}", server.url())?;
    writeln!(out, "export BAO_TOKEN={}", server.root_token())?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
