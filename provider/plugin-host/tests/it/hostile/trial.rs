//! One hostile component on trial: its verdict, the memory and time that it took, and an honest call afterwards.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portcullis_plugin_host::{Finding, Host, Limits, Network, PluginError};
use serde_json::json;
use tokio::sync::Mutex;

use crate::guests::{Core, section};
use crate::support::Folder;

/// What no call may add to the memory of the process, in which other tests run meanwhile.
const MAX_RISE: u64 = 384 << 20;
/// How late a limit on time may be noticed.
pub(crate) const GRACE: Duration = Duration::from_millis(250);

/// One trial at a time, so that each sees its own memory only.
static ALONE: Mutex<()> = Mutex::const_new(());

/// How a trial ended.
pub(crate) struct Verdict {
    pub(crate) result: Result<Vec<Finding>, PluginError>,
    pub(crate) took: Duration,
    /// Bytes by which the process grew at most.
    pub(crate) rise: u64,
}

impl Verdict {
    /// The text of the refusal.
    pub(crate) fn error(&self) -> String {
        match &self.result {
            Err(error) => error.to_string(),
            Ok(findings) => panic!("{} findings and no error", findings.len()),
        }
    }

    /// The limit that was reached and its value.
    pub(crate) fn limit(&self) -> String {
        match &self.result {
            Err(PluginError::Limit { limit, allowed, .. }) => format!("{limit} {allowed}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Runs a check of the name `strange` and an honest one before and after it.
pub(crate) async fn trial(component: &[u8], limits: Limits) -> Verdict {
    let _alone = ALONE.lock().await;
    let folder = Folder::new();
    let honest = folder.plugin(
        "honest",
        &section(Core::default().bare(), "honest", "check"),
    );
    let strange = folder.plugin("strange", component);
    let host = folder.host_with(limits, Network::default());
    let serves = async |host: &Host| {
        let found = host.check(&honest, json!({})).run("{}").await;
        assert_eq!(found.unwrap(), [], "an honest call works");
    };
    serves(&host).await;
    let check = host.check(&strange, json!({}));
    let watch = Watch::start();
    // Compiled beforehand where it can be, so that the time is that of the call.
    let prepared = host.prepare(&strange).await;
    let start = Instant::now();
    let result = match prepared {
        Ok(()) => check.run("{}").await,
        Err(error) => Err(error),
    };
    let took = start.elapsed();
    let rise = watch.stop();
    assert!(rise < MAX_RISE, "the process grew by {} MiB", rise >> 20);
    serves(&host).await;
    if let Err(error) = &result {
        let text = error.to_string();
        assert!(text.contains("`strange`"), "the plugin is named: {text}");
    }
    Verdict { result, took, rise }
}

/// The text of the refusal of a check whose `run` has that body, with default limits.
pub(crate) async fn refusal(core: &Core<'_>) -> String {
    trial(&core.component(), Limits::default()).await.error()
}

/// Watches the memory of this process.
pub(crate) struct Watch {
    before: u64,
    most: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watch {
    pub(crate) fn start() -> Self {
        let before = resident();
        let (most, done) = (Arc::new(AtomicU64::new(before)), Arc::default());
        let (seen, end) = (Arc::clone(&most), Arc::<AtomicBool>::clone(&done));
        let thread = thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                seen.fetch_max(resident(), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(2));
            }
        });
        Self {
            before,
            most,
            done,
            thread,
        }
    }

    /// Bytes by which the process grew at most.
    pub(crate) fn stop(self) -> u64 {
        self.done.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        self.most
            .load(Ordering::Relaxed)
            .saturating_sub(self.before)
    }
}

/// Bytes of memory that this process has.
fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}
