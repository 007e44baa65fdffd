//! A real browser, used as a person uses one: a page is opened, written into and clicked on, and what it shows is read.
//!
//! Chromium, over the DevTools protocol on two pipes: messages of JSON, each ended by a zero byte.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::repository;

/// How long the browser may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);
const PROGRAM: &str = "chromium";

/// Something that a person does with a page.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Act {
    /// An expression of JavaScript has this value.
    See { see: String, is: Value },
    /// The middle of an element is clicked.
    Click { click: String },
    /// What an input holds is replaced, as by keys.
    Write { write: String, into: String },
}

/// A running browser with one page; ended when dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    child: Child,
    requests: File,
    messages: Receiver<Value>,
    session: Option<String>,
    sent: u64,
    /// Events that no page of ours may cause: errors of scripts, dialogs, requests.
    forbidden: Vec<String>,
    _folder: TempDir,
}

impl Browser {
    /// Whether the program is installed.
    pub(crate) fn is_installed() -> bool {
        repository::on_path(PROGRAM).is_some()
    }

    /// Opens a file, carries out what is to be done with it, and makes sure that it did nothing else.
    ///
    /// # Errors
    /// When the browser does not come up, something shown is another than expected, or the page caused what it must not.
    pub(crate) fn carry_out(page: &Path, acts: &[Act]) -> Result<()> {
        let mut browser = Self::start()?;
        browser.open(page)?;
        for act in acts {
            browser.act(act).with_context(|| format!("{act:?}"))?;
        }
        ensure!(browser.forbidden.is_empty(), "{:?}", browser.forbidden);
        Ok(())
    }

    fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("browser-").tempdir()?;
        let (into, out) = (folder.path().join("in"), folder.path().join("out"));
        let made = Command::new("mkfifo").args([&into, &out]).status()?;
        ensure!(made.success(), "mkfifo failed");
        let log = File::create(folder.path().join("log"))?;
        // The page is our own, and in a container the browser cannot set its sandbox up.
        let line = format!(
            "exec {PROGRAM} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
             --disable-background-networking --user-data-dir=\"$0/profile\" --remote-debugging-pipe 3<\"$0/in\" 4>\"$0/out\""
        );
        let child = Command::new("sh")
            .args(["-c", &line])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        // In the order in which the shell opens them: each waits for the other side.
        let requests = File::options().write(true).open(&into)?;
        let answers = File::open(&out)?;
        let (send, messages) = mpsc::channel();
        thread::spawn(move || {
            for message in BufReader::new(answers).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else {
                    return;
                };
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self {
            child,
            requests,
            messages,
            session: None,
            sent: 0,
            forbidden: Vec::new(),
            _folder: folder,
        };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}))?;
        let attached = browser.call(
            "Target.attachToTarget",
            &json!({"targetId": at(&target, "/targetId"), "flatten": true}),
        )?;
        browser.session = at(&attached, "/sessionId").as_str().map(str::to_owned);
        for domain in [
            "Page.enable",
            "Runtime.enable",
            "Network.enable",
            "Log.enable",
        ] {
            browser.call(domain, &json!({}))?;
        }
        Ok(browser)
    }

    fn open(&mut self, page: &Path) -> Result<()> {
        let page = fs::canonicalize(page).with_context(|| page.display().to_string())?;
        let url = format!("file://{}", page.display());
        self.call("Page.navigate", &json!({"url": url}))?;
        loop {
            let message = self.next()?;
            if at(&message, "/method") == "Page.loadEventFired" {
                return Ok(());
            }
        }
    }

    fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::See { see, is } => {
                let shown = self.evaluate(see)?;
                ensure!(shown == *is, "it is {shown}");
                Ok(())
            }
            Act::Click { click } => self.click(click, 1),
            Act::Write { write, into } => {
                // A triple click selects what is there, and what is written takes its place.
                self.click(into, 3)?;
                self.call("Input.insertText", &json!({"text": write}))
                    .map(drop)
            }
        }
    }

    fn click(&mut self, selector: &str, times: u32) -> Result<()> {
        let selector = json!(selector);
        let middle = self.evaluate(&format!(
            "(() => {{ const one = document.querySelector({selector}); one.scrollIntoView({{block: 'center', inline: \
             'center'}}); const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; \
             }})()"
        ))?;
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                &json!({"type": kind, "x": at(&middle, "/0"), "y": at(&middle, "/1"), "button": "left", "clickCount": times}),
            )?;
        }
        Ok(())
    }

    fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let answer = self.call(
            "Runtime.evaluate",
            &json!({"expression": expression, "returnByValue": true}),
        )?;
        let thrown = at(&answer, "/exceptionDetails");
        ensure!(thrown.is_null(), "{thrown}");
        Ok(at(&answer, "/result/value").clone())
    }

    fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.sent += 1;
        let id = self.sent;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let (Some(session), Some(message)) = (&self.session, message.as_object_mut()) {
            message.insert("sessionId".to_owned(), json!(session));
        }
        self.requests.write_all(message.to_string().as_bytes())?;
        self.requests.write_all(&[0])?;
        loop {
            let answer = self.next()?;
            if at(&answer, "/id") == id {
                if let Some(error) = answer.get("error") {
                    bail!("{method}: {error}");
                }
                return Ok(at(&answer, "/result").clone());
            }
        }
    }

    /// The next message; what a page of ours must not cause is remembered.
    fn next(&mut self) -> Result<Value> {
        let message = self
            .messages
            .recv_timeout(PATIENCE)
            .context("the browser does not answer")?;
        let is_forbidden = match at(&message, "/method").as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" | "Page.javascriptDialogOpening" => true,
            "Log.entryAdded" => at(&message, "/params/entry/level") == "error",
            "Network.requestWillBeSent" => at(&message, "/params/type") != "Document",
            _ => false,
        };
        if is_forbidden {
            self.forbidden.push(message.to_string());
        }
        Ok(message)
    }
}

/// A part of a message, null where there is none.
fn at<'v>(message: &'v Value, pointer: &str) -> &'v Value {
    message.pointer(pointer).unwrap_or(&Value::Null)
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
