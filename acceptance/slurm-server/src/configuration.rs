//! The files that Slurm reads.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::description::Node;

/// CPUs of every node.
const CPUS: u32 = 8;

/// Writes `slurm.conf` and `gres.conf` into `folder`, and a file for every device. `user` runs everything, and
/// `controller` and `nodes` are the ports on which it listens and its nodes do.
pub(crate) fn write(
    folder: &Path,
    user: &str,
    controller: u16,
    nodes: &[(Node, u16)],
) -> Result<()> {
    let at = |name: &str| folder.join(name).display().to_string();
    for name in ["state", "devices"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let mut slurm = format!(
        "ClusterName=test\nSlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort={controller}\nSlurmUser={user}\n\
         SlurmdUser={user}\nAuthType=auth/none\nCredType=cred/none\nAuthAltTypes=auth/jwt\n\
         AuthAltParameters=jwt_key={}\nStateSaveLocation={}\nSlurmctldPidFile={}\nSlurmctldLogFile={}\n\
         SlurmdSpoolDir={}\nSlurmdPidFile={}\nSlurmdLogFile={}\nSlurmdParameters=config_overrides\n\
         MpiDefault=none\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nSwitchType=switch/none\n\
         JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none\n\
         JobCompType=jobcomp/none\nSelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nGresTypes=gpu\n\
         ReturnToService=2\nSlurmdTimeout=0\nMailProg=/bin/true\n",
        at("jwt.key"),
        at("state"),
        at("slurmctld.pid"),
        at("slurmctld.log"),
        at("spool-%n"),
        at("slurmd-%n.pid"),
        at("slurmd-%n.log"),
    );
    let mut gres = "AutoDetect=off\n".to_owned();
    for (node, port) in nodes {
        let Node { name, gres: of, .. } = node;
        write!(
            slurm,
            "NodeName={name} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs={CPUS} RealMemory=1000"
        )?;
        if !of.is_empty() {
            write!(slurm, " Gres={of}")?;
            devices(&mut gres, &folder.join("devices"), node)?;
        }
        writeln!(slurm)?;
    }
    slurm.push_str("PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n");
    fs::write(folder.join("gres.conf"), gres)?;
    Ok(fs::write(folder.join("slurm.conf"), slurm)?)
}

/// A line for each kind of GPUs of the node: `gpu:h200:8` or `gpu:8`. Slurm counts devices that are there as files.
fn devices(gres: &mut String, folder: &Path, node: &Node) -> Result<()> {
    let mut begin = 0;
    for kind in node.gres.split(',') {
        let words: Vec<&str> = kind.split(':').collect();
        let (model, count) = match words.as_slice() {
            ["gpu", model, count] => (format!(" Type={model}"), count),
            ["gpu", count] => (String::new(), count),
            _ => anyhow::bail!("`{kind}` of node `{}` is no amount of GPUs", node.name),
        };
        let count: u32 = count.parse().with_context(|| format!("`{kind}`"))?;
        let prefix = folder.join(format!("{}-", node.name)).display().to_string();
        let end = begin + count;
        for index in begin..end {
            fs::write(format!("{prefix}{index}"), "")?;
        }
        writeln!(
            gres,
            "NodeName={} Name=gpu{model} File={prefix}[{begin}-{}]",
            node.name,
            end.saturating_sub(1)
        )?;
        begin = end;
    }
    Ok(())
}
