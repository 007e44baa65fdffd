//! `cargo run -p slurm-server <description.toml>`: a cluster to try things on, until its input ends.

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::{env, fs};

use slurm_server::{Cluster, Description, User};

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("name a file with the nodes")?;
    let description: Description = toml::from_str(&fs::read_to_string(file)?)?;
    let cluster = Cluster::start(&description)?;
    let User { name, token } = cluster.admin()?;
    let mut out = io::stdout();
    writeln!(out, "export SLURM_URL={}", cluster.url())?;
    writeln!(out, "export SLURM_USER={name}")?;
    writeln!(out, "export SLURM_JWT={token}")?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
