//! `cargo run -p kubernetes-server [objects.json]`: a cluster to try things on, until its input ends.

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::{env, fs};

use kubernetes_server::Cluster;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let cluster = Cluster::start()?;
    let admin = cluster.admin()?;
    for file in env::args().skip(1) {
        let objects: Vec<Value> = serde_json::from_str(&fs::read_to_string(file)?)?;
        for object in &objects {
            admin.create(object)?;
        }
    }
    let front = cluster.front()?;
    let mut out = io::stdout();
    writeln!(out, "export KUBERNETES_URL={}", cluster.url())?;
    writeln!(
        out,
        "export KUBERNETES_CA_FILE={}",
        cluster.authority_file().display()
    )?;
    writeln!(out, "export KUBERNETES_FRONT={}", front.url())?;
    writeln!(out, "export KUBERNETES_TOKEN={}", cluster.admin_token())?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
