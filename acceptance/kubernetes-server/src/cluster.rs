//! A running cluster, as far as an API server makes one.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::certificates::Certificates;
use crate::client::Client;
use crate::etcd::{Etcd, free_port};
use crate::front::{Front, Passing};
use crate::program::{INSTALL, api_server};

/// How long a start may take before it counts as failed: a machine that compiles meanwhile is slow.
const PATIENCE: Duration = Duration::from_secs(120);
/// Times that a start is tried: a port that was free may be somebody's before the program listens on it that it was for.
const STARTS: u32 = 3;
/// The token of the user `admin`, a member of `system:masters`.
const ADMIN: &str = "admin-of-this-test-cluster";

/// A kube-apiserver and its etcd; ended when dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Child,
    etcd: Etcd,
    address: SocketAddr,
    certificates: Certificates,
    folder: TempDir,
}

impl Cluster {
    /// Starts both and waits until the server is ready, with the roles and bindings that Kubernetes brings.
    ///
    /// # Errors
    /// When a program is missing or does not come up.
    pub fn start() -> Result<Self> {
        let program =
            api_server().with_context(|| format!("there is no kube-apiserver: run `{INSTALL}`"))?;
        let mut tried = 0;
        loop {
            tried += 1;
            let mut cluster = Self::launch(&program)?;
            match cluster.wait() {
                Ok(()) => return Ok(cluster),
                Err(error) if tried == STARTS || !cluster.has_ended()? => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn launch(program: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("kubernetes-").tempdir()?;
        let certificates = Certificates::make(folder.path())?;
        let tokens = folder.path().join("tokens.csv");
        fs::write(&tokens, format!("{ADMIN},admin,1,system:masters\n"))?;
        let etcd = Etcd::start(folder.path())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let server = Command::new(program)
            .args(flags(&etcd, address, &certificates, &tokens))
            .arg(format!("--cert-dir={}", folder.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("server.log"))?)
            .spawn()
            .context("cannot start kube-apiserver")?;
        Ok(Self {
            server,
            etcd,
            address,
            certificates,
            folder,
        })
    }

    /// Where the server answers, over TLS.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The certificate authority that signed the server's certificate, DER.
    #[must_use]
    pub fn authority(&self) -> &[u8] {
        &self.certificates.authority
    }

    /// The same as a PEM file.
    #[must_use]
    pub fn authority_file(&self) -> &Path {
        &self.certificates.authority_file
    }

    /// The token of a user who may do everything.
    #[must_use]
    pub fn admin_token(&self) -> &'static str {
        ADMIN
    }

    /// Certificate and key of another such user, PEM files.
    #[must_use]
    pub fn client_certificate(&self) -> (&Path, &Path) {
        (&self.certificates.client, &self.certificates.client_key)
    }

    /// A user who may do everything.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn admin(&self) -> Result<Client> {
        Client::new(self.address, self.authority(), Some(ADMIN))
    }

    /// The key that verifies the tokens of service accounts, as a PEM file.
    #[must_use]
    pub fn accounts_public_key_file(&self) -> &Path {
        &self.certificates.accounts_public_key
    }

    /// A token of a service account that exists, issued by the server for ten minutes.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn account_token(&self, namespace: &str, account: &str) -> Result<String> {
        self.account_token_for(namespace, account, &[])
    }

    /// The same to be shown to these audiences; to the server itself without any.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn account_token_for(
        &self,
        namespace: &str,
        account: &str,
        audiences: &[&str],
    ) -> Result<String> {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
        let spec = json!({"expirationSeconds": 600, "audiences": audiences});
        let ask =
            json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec});
        let issued = self.admin()?.post(&path, &ask)?;
        let token = issued.pointer("/status/token").and_then(Value::as_str);
        Ok(token.context("the server issued no token")?.to_owned())
    }

    /// Makes every continue token that the server gave so far an expired one.
    ///
    /// # Errors
    /// When etcd refuses, as when nothing changed since the last time.
    pub fn expire_continue_tokens(&self) -> Result<()> {
        self.etcd.compact()
    }

    /// The server behind plain HTTP; whoever asks it brings a token.
    ///
    /// # Errors
    /// When no port is free.
    pub fn front(&self) -> Result<Front> {
        self.front_with(Arc::new(|_, _| {}))
    }

    /// As [`Cluster::front`], and somebody sees each request before it is passed on.
    ///
    /// # Errors
    /// When no port is free.
    pub fn front_with(&self, passing: Arc<Passing>) -> Result<Front> {
        Front::start(self.admin()?.with_token(None), passing)
    }

    fn wait(&mut self) -> Result<()> {
        let admin = self.admin()?;
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if self.has_ended()? {
                bail!("kube-apiserver or its etcd ended:\n{}", self.log());
            }
            let ready = admin.send("GET", "/readyz", &[], b"");
            if ready.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!(
            "kube-apiserver was not ready within {} s:\n{}",
            PATIENCE.as_secs(),
            self.log()
        )
    }

    /// Whether one of the two programs is no longer there.
    fn has_ended(&mut self) -> Result<bool> {
        Ok(self.server.try_wait()?.is_some() || self.etcd.has_ended()?)
    }

    /// The end of what the server wrote.
    fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines
            .get(lines.len().saturating_sub(20)..)
            .unwrap_or_default();
        last.join("\n")
    }
}

/// Admission of service accounts and of new nodes waits for controllers that do not run here.
fn flags(
    etcd: &Etcd,
    address: SocketAddr,
    certificates: &Certificates,
    tokens: &Path,
) -> Vec<String> {
    let file = |flag: &str, path: &Path| format!("--{flag}={}", path.display());
    vec![
        format!("--etcd-servers={}", etcd.url()),
        format!("--bind-address={}", address.ip()),
        format!("--advertise-address={}", address.ip()),
        format!("--secure-port={}", address.port()),
        "--endpoint-reconciler-type=none".to_owned(),
        "--service-cluster-ip-range=10.96.0.0/24".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition".to_owned(),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        file("token-auth-file", tokens),
        file("client-ca-file", &certificates.authority_file),
        file("tls-cert-file", &certificates.server),
        file("tls-private-key-file", &certificates.server_key),
        file(
            "service-account-signing-key-file",
            &certificates.accounts_key,
        ),
        file(
            "service-account-key-file",
            &certificates.accounts_public_key,
        ),
    ]
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Cluster, Etcd, PATIENCE, api_server};

    /// As when somebody took its port.
    #[test]
    fn a_cluster_whose_etcd_is_gone_is_not_waited_for() {
        let Some(program) = api_server() else {
            println!("not run: a cluster without etcd (needs {})", crate::INSTALL);
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"));
            return;
        };
        let mut cluster = Cluster::launch(&program).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // It finds a file where its data would be, and ends.
        std::fs::write(folder.path().join("etcd"), "").unwrap();
        cluster.etcd = Etcd::start(folder.path()).unwrap();
        let began = Instant::now();
        let error = cluster.wait().unwrap_err().to_string();
        assert!(error.contains("or its etcd ended"), "{error}");
        assert!(began.elapsed() < PATIENCE / 2);
    }
}
