//! A running server.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::answer::Answer;
use crate::program::{INSTALL, program};

/// How long a start may take before it counts as failed: a machine that compiles meanwhile is slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// moto; ended when dropped.
#[derive(Debug)]
pub struct Moto {
    server: Child,
    address: SocketAddr,
    folder: TempDir,
}

/// Keys of a user.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Id of the access key.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

impl Moto {
    /// Starts the server and waits until it answers, with an account that has nothing in it.
    ///
    /// # Errors
    /// When the program is missing or does not come up.
    pub fn start() -> Result<Self> {
        let program =
            program().with_context(|| format!("there is no moto_server: run `{INSTALL}`"))?;
        let folder = tempfile::Builder::new().prefix("moto-").tempdir()?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let log = File::create(folder.path().join("log"))?;
        let server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start moto_server")?;
        let mut moto = Self {
            server,
            address,
            folder,
        };
        moto.wait()?;
        Ok(moto)
    }

    /// Where the server answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks for an operation of a service, without a signature that anybody checks.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn ask(
        &self,
        service: &str,
        operation: &str,
        fields: &[(String, String)],
    ) -> Result<Answer> {
        self.form(service, operation, fields, None)
    }

    fn form(
        &self,
        service: &str,
        operation: &str,
        fields: &[(String, String)],
        further: Option<(&str, String)>,
    ) -> Result<Answer> {
        let version = match service {
            "ec2" => "2016-11-15",
            _ => "2010-05-08",
        };
        let mut body = format!("Action={operation}&Version={version}");
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encoded(name), encoded(value)));
        }
        let headers = [
            ("authorization", unsigned(service)),
            (
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ];
        let headers: Vec<(&str, String)> = headers.into_iter().chain(further).collect();
        Answer::to(self.address, "POST", "/", &headers, &body)
    }

    /// Passes a `GET` on that somebody else was sent, with the service that its signature would name.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn get(&self, service: &str, target: &str) -> Result<Answer> {
        let headers = [("authorization", unsigned(service))];
        Answer::to(self.address, "GET", target, &headers, "")
    }

    /// Carries out an operation written as `{"service": "iam", "operation": "CreateUser", "UserName": "ana"}`; members that
    /// are objects, as policies are, travel as JSON text. `account` is the number of another account than the first one,
    /// and `interface` that of a service which speaks JSON, `AWSOrganizationsV20161128` for example.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn carry_out(&self, step: &Value) -> Result<Answer> {
        let members = step.as_object().context("a step is an object")?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let (service, operation) = (
            text("service").unwrap_or("iam"),
            text("operation").context("a step names its operation")?,
        );
        let members = members.iter().filter(|(name, _)| {
            !matches!(
                name.as_str(),
                "service" | "interface" | "account" | "operation"
            )
        });
        let account = text("account").map(|account| ("x-moto-account-id", account.to_owned()));
        let answer = match text("interface") {
            Some(interface) => {
                let members: serde_json::Map<String, Value> = members
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                let headers = [
                    ("authorization", unsigned(service)),
                    ("content-type", "application/x-amz-json-1.1".to_owned()),
                    ("x-amz-target", format!("{interface}.{operation}")),
                ];
                let headers: Vec<(&str, String)> = headers.into_iter().chain(account).collect();
                let body = Value::Object(members).to_string();
                Answer::to(self.address, "POST", "/", &headers, &body)?
            }
            None => {
                let fields: Vec<(String, String)> = members
                    .map(|(name, value)| {
                        let value = value
                            .as_str()
                            .map_or_else(|| value.to_string(), str::to_owned);
                        (name.clone(), value)
                    })
                    .collect();
                self.form(service, operation, &fields, account)?
            }
        };
        ensure!(
            answer.status == 200,
            "{operation} was answered with status {}: {}",
            answer.status,
            answer.body
        );
        Ok(answer)
    }

    /// New keys of a user that exists.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn keys(&self, user: &str) -> Result<Keys> {
        let fields = [("UserName".to_owned(), user.to_owned())];
        let answer = self.ask("iam", "CreateAccessKey", &fields)?;
        let text = |name: &str| answer.element(name).map(str::to_owned);
        Ok(Keys {
            id: text("AccessKeyId").context("no key was made")?,
            secret: text("SecretAccessKey").context("no key was made")?,
        })
    }

    /// From now on the server checks the signature of every request, and what its principal may do.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn demand_signatures(&self) -> Result<()> {
        let headers = [("content-type", "text/plain".to_owned())];
        let answer = Answer::to(self.address, "POST", "/moto-api/reset-auth", &headers, "0")?;
        ensure!(answer.status == 200, "status {}", answer.status);
        Ok(())
    }

    fn wait(&mut self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let answer = Answer::to(self.address, "GET", "/moto-api/data.json", &[], "");
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if let Some(status) = self.server.try_wait()? {
                bail!("moto ended with {status}:\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!(
            "moto did not answer within {} s:\n{}",
            PATIENCE.as_secs(),
            self.log()
        )
    }

    /// The end of what the server wrote.
    fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines
            .get(lines.len().saturating_sub(20)..)
            .unwrap_or_default();
        last.join("\n")
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What names the service, without a signature that anybody checks.
fn unsigned(service: &str) -> String {
    let scope = format!("admin/20261123/us-east-1/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none")
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
