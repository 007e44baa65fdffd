//! Requests of a guest that tries the gate, against a server of the test's own.

use std::time::{Duration, Instant};

use portcullis_plugin_host::{
    DeviceRecord, Grants, Host, Limits, Network, Phase, PluginError, PluginRef,
};
use serde_json::{Value, json};

use crate::server::Server;
use crate::support::{Folder, NOW};

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) struct Guest {
    _folder: Folder,
    host: Host,
    plugin: PluginRef,
}

impl Guest {
    fn new() -> Self {
        Self::with(Limits::default(), Network::default())
    }

    pub(crate) fn with(limits: Limits, network: Network) -> Self {
        let folder = Folder::new();
        let plugin = folder.workspace_plugin("hostile-connector");
        let host = folder.host_with(limits, network);
        Self {
            _folder: folder,
            host,
            plugin,
        }
    }

    pub(crate) async fn call(
        &self,
        config: Value,
        grants: Grants,
    ) -> Result<Vec<DeviceRecord>, PluginError> {
        self.host
            .connector(&self.plugin, config, grants)
            .list_inventory(MINUTE)
            .await
    }

    /// The text of the refusal.
    pub(crate) async fn refused(&self, config: Value, grants: Grants) -> String {
        match self.call(config, grants).await {
            Err(PluginError::Failed { kind, message, .. }) if kind == "refused" => message,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn granted(url: &str) -> Grants {
    Grants::none().host(url).unwrap()
}

#[tokio::test]
async fn a_granted_host_is_reached_and_told_its_own_name() {
    let server = Server::start().await;
    let url = server.url();
    let devices = Guest::new()
        .call(
            json!({"url": url, "call": format!("{url}/echo?a=b"), "headers": [["X-Own", "1"]]}),
            granted(&url),
        )
        .await
        .unwrap();
    let [device] = devices.as_slice() else {
        panic!("{devices:?}")
    };
    assert_eq!(device.model, "200");
    assert!(
        device.uuid.starts_with("GET /echo?a=b HTTP/1.1"),
        "{}",
        device.uuid
    );
    assert!(
        device
            .uuid
            .contains(&format!("host: {}", url.trim_start_matches("http://"))),
        "{}",
        device.uuid
    );
    assert!(device.uuid.contains("x-own: 1"), "{}", device.uuid);
    assert_eq!(
        device.node,
        NOW.to_string(),
        "the guest sees the host's clock"
    );
    assert_eq!(
        (device.allocation.as_str(), device.grade.as_str()),
        ("unknown", "listed"),
        "unknown words fall back"
    );
}

#[tokio::test]
async fn what_is_not_asked_or_not_granted_is_not_sent() {
    let (server, other) = (Server::start().await, Server::start().await);
    let (url, elsewhere) = (server.url(), other.url());
    let guest = Guest::new();
    let own = json!({"url": url, "call": format!("{url}/echo")});
    let found = guest.refused(own, Grants::none()).await;
    assert!(found.contains("is not granted"), "{found}");
    let foreign = json!({"url": url, "call": format!("{elsewhere}/echo")});
    let grants = granted(&url).host(&elsewhere).unwrap();
    let found = guest.refused(foreign, grants).await;
    assert!(found.contains("does not ask for"), "{found}");
    let narrow = json!({"url": url, "call": format!("{url}/other")});
    let found = guest.refused(narrow, granted(&format!("{url}/echo"))).await;
    assert!(found.contains("does not cover the path"), "{found}");
    assert_eq!((server.requests(), other.requests()), (0, 0));
}

#[tokio::test]
async fn a_redirect_is_a_new_request_and_checked_again() {
    let (server, other) = (Server::start().await, Server::start().await);
    let url = server.url();
    let guest = Guest::new();
    let call = format!("{url}/redirect?{}/echo", other.url());
    let config = json!({"url": url, "call": call, "secret": true});
    let grants = || granted(&url).secret("TOKEN", "s3cr3t-value").unwrap();
    let answer = guest.call(config.clone(), grants()).await.unwrap();
    assert_eq!(answer[0].model, "302", "the host follows nothing by itself");
    let mut follow = config;
    follow["follow"] = json!(true);
    let found = guest.refused(follow, grants()).await;
    assert!(found.contains("does not ask for"), "{found}");
    assert_eq!(
        other.requests(),
        0,
        "no request and no secret reached the other host"
    );
}

#[tokio::test]
async fn planning_may_only_read() {
    let server = Server::start().await;
    let url = server.url();
    let guest = Guest::new();
    let config = json!({"url": url, "call": format!("{url}/echo"), "post": true});
    let found = guest.refused(config.clone(), granted(&url)).await;
    assert!(found.contains("`POST` may change"), "{found}");
    assert_eq!(server.requests(), 0);
    let every_phase = Grants::none()
        .request(&url, &["POST"], &[Phase::Plan, Phase::Apply])
        .and_then(|grants| grants.reads(&url))
        .unwrap();
    let found = guest.refused(config, every_phase).await;
    assert!(
        found.contains("`POST` may change"),
        "no grant makes a read of what the manifest calls no read: {found}"
    );
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn headers_that_frame_a_message_are_the_hosts() {
    let server = Server::start().await;
    let url = server.url();
    let guest = Guest::new();
    for (name, value) in [
        ("Host", "internal.example"),
        ("Transfer-Encoding", "chunked"),
        ("x", "a\r\nb: c"),
    ] {
        let config = json!({"url": url, "call": format!("{url}/echo"), "headers": [[name, value]]});
        guest.refused(config, granted(&url)).await;
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn bodies_and_requests_have_an_end() {
    let server = Server::start().await;
    let url = server.url();
    let guest = Guest::new();
    let config = json!({"url": url, "call": format!("{url}/large")});
    let error = guest
        .call(config, granted(&url))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("more than 8388608 bytes"), "{error}");
    let config = json!({"url": url, "call": format!("{url}/echo"), "times": 65});
    let error = guest
        .call(config, granted(&url))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("More than 64 requests"), "{error}");
    let config = json!({"url": url, "call": format!("{url}/packed")});
    let error = guest
        .call(config, granted(&url))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a content coding that was not asked for"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_never_ends_is_left_at_the_deadline() {
    let server = Server::start().await;
    let url = server.url();
    let guest = Guest::new();
    guest.host.prepare(&guest.plugin).await.unwrap();
    let config = json!({"url": url, "call": format!("{url}/drip"), "deadline_milliseconds": 300});
    let start = Instant::now();
    let error = guest
        .call(config, granted(&url))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("no whole answer within 300 ms"), "{error}");
    assert!(
        start.elapsed() < Duration::from_millis(300 + 250),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn waiting_for_a_slow_server_is_not_computing() {
    let server = Server::start().await;
    let url = server.url();
    let limits = Limits {
        connector_cpu: Duration::from_millis(50),
        ..Limits::default()
    };
    let guest = Guest::with(limits, Network::default());
    let config = json!({"url": url, "call": format!("{url}/late"), "times": 2});
    assert_eq!(guest.call(config, granted(&url)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn pages_may_not_go_round_in_a_circle() {
    let server = Server::start().await;
    let url = server.url();
    let config = json!({"url": url, "call": format!("{url}/echo"), "endless": true});
    let error = Guest::new()
        .call(config, granted(&url))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("the same cursor twice"), "{error}");
}

#[tokio::test]
async fn a_secret_reaches_its_host_and_never_the_guest() {
    let server = Server::start().await;
    let url = server.url();
    let guest = Guest::new();
    let config = json!({"url": url, "call": format!("{url}/echo"), "secret": true});
    let found = guest.refused(config.clone(), granted(&url)).await;
    assert!(
        found.contains("the secret `TOKEN` is not granted"),
        "{found}"
    );
    let grants = granted(&url).secret("TOKEN", "s3cr3t-value").unwrap();
    assert!(!format!("{grants:?}").contains("s3cr3t"), "{grants:?}");
    let devices = guest.call(config, grants).await.unwrap();
    assert!(server.saw("authorization: Bearer s3cr3t-value"));
    assert!(
        devices[0].uuid.contains("authorization: Bearer [secret]"),
        "{}",
        devices[0].uuid
    );
}
