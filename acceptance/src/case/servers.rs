//! The servers of a case, started before its first step and ended after its last.

use std::path::Path;

use anyhow::{Context, Result};

use super::{BaoRequest, Case};
use crate::servers::aws::Aws;
use crate::servers::kubernetes::Kubernetes;
use crate::servers::openbao::OpenBao;
use crate::servers::prometheus::Prometheus;
use crate::servers::slurm::Slurm;
use crate::workspace::Workspace;

/// The servers of a case that its steps speak to.
#[derive(Debug)]
pub(super) struct Servers {
    _prometheus: Option<Prometheus>,
    kubernetes: Option<Kubernetes>,
    slurm: Option<Slurm>,
    aws: Option<Aws>,
    openbao: Option<OpenBao>,
}

impl Servers {
    /// Starts what the case asks for, and tells its HCL and programs of it.
    ///
    /// # Errors
    /// When a server does not come up, or refuses what the case has for it.
    pub(super) fn start(case: &Case, workspace: &mut Workspace) -> Result<Self> {
        let kubernetes = start_kubernetes(case, workspace)?;
        Ok(Self {
            _prometheus: start_prometheus(case, workspace)?,
            slurm: start_slurm(case, workspace)?,
            aws: start_aws(case, workspace)?,
            openbao: start_openbao(case, kubernetes.as_ref(), workspace)?,
            kubernetes,
        })
    }

    pub(super) fn kubernetes(&self) -> Result<&Kubernetes> {
        let cluster = self.kubernetes.as_ref();
        cluster.context("the case starts no Kubernetes cluster")
    }

    pub(super) fn slurm(&self) -> Result<&Slurm> {
        let cluster = self.slurm.as_ref();
        cluster.context("the case starts no Slurm cluster")
    }

    pub(super) fn aws(&self) -> Result<&Aws> {
        let account = self.aws.as_ref();
        account.context("the case has no account of AWS")
    }

    /// Sends a request to the case's OpenBao, whose body is a file in `folder`.
    ///
    /// # Errors
    /// When there is no OpenBao, or its answer has another status.
    pub(super) fn send_openbao(&self, request: &BaoRequest, folder: &Path) -> Result<()> {
        let server = self.openbao.as_ref();
        let server = server.context("the case starts no OpenBao")?;
        server.send(request, self.kubernetes.as_ref(), folder)
    }
}

/// Starts the server that the case asks for, whose address the HCL takes as `var.prometheus_url`.
fn start_prometheus(case: &Case, workspace: &mut Workspace) -> Result<Option<Prometheus>> {
    let Some(metrics) = &case.description.prometheus else {
        return Ok(None);
    };
    let server = Prometheus::start(workspace.dir().join(metrics))?;
    workspace.set_env("TF_VAR_prometheus_url", server.url());
    Ok(Some(server))
}

/// Starts the cluster that the case asks for, which the HCL takes as `var.kubernetes_url` and `_ca_file`.
fn start_kubernetes(case: &Case, workspace: &mut Workspace) -> Result<Option<Kubernetes>> {
    let Some(objects) = &case.description.kubernetes else {
        return Ok(None);
    };
    let server = Kubernetes::start(&workspace.dir().join(objects))?;
    for (name, value) in server.environment() {
        workspace.set_env(name, value);
    }
    Ok(Some(server))
}

/// Starts the cluster that the case asks for, which the HCL takes as `var.slurm_url` and `var.slurm_user`.
fn start_slurm(case: &Case, workspace: &mut Workspace) -> Result<Option<Slurm>> {
    let Some(nodes) = &case.description.slurm else {
        return Ok(None);
    };
    let server = Slurm::start(&workspace.dir().join(nodes))?;
    for (name, value) in server.environment() {
        workspace.set_env(name, value);
    }
    Ok(Some(server))
}

/// Starts the account of AWS that the case asks for, which the HCL takes as `var.aws_url`.
fn start_aws(case: &Case, workspace: &mut Workspace) -> Result<Option<Aws>> {
    let Some(operations) = &case.description.aws else {
        return Ok(None);
    };
    let server = Aws::start(&workspace.dir().join(operations))?;
    for (name, value) in server.environment() {
        workspace.set_env(name, value);
    }
    Ok(Some(server))
}

/// Starts the OpenBao that the case asks for, which the HCL takes as `var.openbao_url`.
fn start_openbao(
    case: &Case,
    cluster: Option<&Kubernetes>,
    workspace: &mut Workspace,
) -> Result<Option<OpenBao>> {
    let Some(requests) = &case.description.openbao else {
        return Ok(None);
    };
    let server = OpenBao::start(&workspace.dir().join(requests), cluster)?;
    for (name, value) in server.environment() {
        workspace.set_env(name, value);
    }
    Ok(Some(server))
}
