//! Ways to an address, a host or a message that was not granted: the class `net` of the hostile cases.

use portcullis_plugin_host::{Grants, Limits, Network};
use serde_json::json;

use crate::names::Names;
use crate::peer::{Peer, ok, with_headers};
use crate::stage::{SECRET, Stage, applied, failed, granted, results};

/// A stage on which `name` leads to these addresses, one list a question.
fn stage_with(name: &str, answers: &[&[&str]]) -> Stage {
    let network = Network::default().resolver(Names::of(name, answers));
    Stage::with(Limits::default(), network)
}

#[tokio::test]
async fn net_01_ssrf_imds() {
    for address in [
        "169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "fe80::a9fe:a9fe",
        "0.0.0.0",
        "::",
    ] {
        let stage = stage_with("api.example", &[&["93.184.216.34", address]]);
        let url = "http://api.example";
        let act = json!({"send": {"url": "http://api.example/latest/meta-data/"}});
        let result = stage.act(url, act).await;
        let message = failed(&result, "refused");
        assert!(message.contains("not a public address"), "{message}");
        let literal = match address.contains(':') {
            true => format!("http://[{address}]"),
            false => format!("http://{address}"),
        };
        let act = json!({"send": {"url": format!("{literal}/latest/meta-data/")}});
        let result = stage.act(url, act).await;
        let message = failed(&result, "refused");
        assert!(message.contains("does not ask for"), "{message}");
    }
}

#[tokio::test]
async fn net_04_rebind() {
    let server = Peer::saying(ok("inside")).await;
    let url = format!("http://api.example:{}", server.port());
    let stage = stage_with(
        "api.example",
        &[
            &["127.0.0.1"],
            &["169.254.169.254"],
            &["127.0.0.1", "10.0.0.1"],
        ],
    );
    let grants = granted(&url).host(&server.url()).unwrap();
    let acts = json!([{"send": {"url": url}}, {"send": {"url": url}}, {"send": {"url": url}}]);
    let results = results(&stage.connector(&url, grants, &acts)).await;
    assert_eq!(
        results[0]["body"], "inside",
        "its address is granted: {results:?}"
    );
    for result in &results[1..] {
        let message = failed(result, "refused");
        assert!(message.contains("not a public address"), "{message}");
    }
    assert_eq!(
        server.heard().len(),
        1,
        "every request is checked by itself"
    );
}

#[tokio::test]
async fn net_05_redirect_host() {
    let other = Peer::saying(ok("other")).await;
    let to = format!("{}/secret", other.url());
    let server = Peer::saying(
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes(),
    )
    .await;
    let url = server.url();
    let stage = Stage::new();
    let first = stage.act(&url, json!({"send": {"url": url}})).await;
    assert_eq!(first["status"], 302, "the host follows nothing by itself");
    let second = stage.act(&url, json!({"follow": {"url": url}})).await;
    let message = failed(&second, "refused");
    assert!(message.contains("does not ask for"), "{message}");
    assert_eq!(other.heard().len(), 0);
}

#[tokio::test]
async fn net_07_redirect_auth() {
    let other = Peer::saying(ok("other")).await;
    let to = other.url();
    let server = Peer::saying(
        format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}/\r\ncontent-length: 0\r\n\r\n")
            .into_bytes(),
    )
    .await;
    let url = server.url();
    let stage = Stage::new();
    let request = json!({"url": url, "secret_headers": [["authorization", "Bearer ", "TOKEN"]]});
    let config = json!({"url": url, "other": to, "acts": [{"follow": request}]});
    let grants = granted(&url)
        .host(&to)
        .unwrap()
        .secret("TOKEN", SECRET)
        .unwrap();
    let connector = stage.host.connector(&stage.plugin, config, grants);
    let result = results(&connector).await.remove(0);
    let message = failed(&result, "refused");
    assert!(
        message.contains("is for `http"),
        "both hosts are granted, the secret is for one: {message}"
    );
    assert_eq!((server.heard().len(), other.heard().len()), (1, 0));
    assert!(
        server.heard()[0]
            .head
            .contains(&format!("authorization: Bearer {SECRET}"))
    );
}

#[tokio::test]
async fn net_08_userinfo() {
    let server = Peer::saying(ok("evil")).await;
    let url = "https://allowed.example";
    let stage = stage_with("allowed.example", &[&["93.184.216.34"]]);
    for call in [
        format!("https://allowed.example@127.0.0.1:{}/", server.port()),
        format!("http://allowed.example:443@127.0.0.1:{}/", server.port()),
        "https://user:password@allowed.example/".to_owned(),
        format!("https://allowed.example\\@127.0.0.1:{}/", server.port()),
        format!("https://allowed.example%40127.0.0.1:{}/", server.port()),
    ] {
        failed(
            &stage.act(url, json!({"send": {"url": call}})).await,
            "refused",
        );
    }
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn net_09_idn() {
    let server = Peer::saying(ok("here")).await;
    let port = server.port();
    let granted_url = format!("http://api.example:{port}");
    let names: Vec<&[&str]> = vec![&["127.0.0.1"]; 3];
    let stage = stage_with("api.example", &names);
    let grants = || granted(&granted_url).host(&server.url()).unwrap();
    for same in ["API.Example", "api.example.", "api.example"] {
        let acts = json!([{"send": {"url": format!("http://{same}:{port}/")}}]);
        let result = results(&stage.connector(&granted_url, grants(), &acts))
            .await
            .remove(0);
        assert_eq!(result["body"], "here", "{same} is the same name: {result}");
    }
    for heard in server.heard() {
        assert!(
            heard.head.contains(&format!("host: api.example:{port}")),
            "{heard:?}"
        );
    }
    for other in [
        "аpi.example",
        "api.exаmple",
        "xn--pi-6kc.example",
        "%61pi.example",
        "api.example..",
        "api。example",
        "api.example%00.evil.example",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.1",
    ] {
        let acts = json!([{"send": {"url": format!("http://{other}:{port}/")}}]);
        let result = results(&stage.connector(&granted_url, grants(), &acts))
            .await
            .remove(0);
        failed(&result, "refused");
    }
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn net_10_port() {
    let server = Peer::saying(ok("x")).await;
    let url = server.url();
    let stage = Stage::new();
    for port in [22, 25, 6379] {
        let act = json!({"send": {"url": format!("http://127.0.0.1:{port}/")}});
        let message = stage.act(&url, act).await;
        assert!(failed(&message, "refused").contains("does not ask for"));
    }
    let act = json!({"send": {"url": url.replace("http:", "https:")}});
    failed(&stage.act(&url, act).await, "refused");
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn net_12_crlf() {
    let server = Peer::saying(ok("x")).await;
    let url = server.url();
    let stage = Stage::new();
    for bad in ["\r\nx: y", "\n", "\r", "\0"] {
        for request in [
            json!({"url": url, "headers": [[format!("x{bad}"), "v"]]}),
            json!({"url": url, "headers": [["x", format!("v{bad}")]]}),
            json!({"url": format!("{url}/a{bad}")}),
            json!({"url": format!("{url}/?q={bad}")}),
            json!({"url": url, "method": format!("GET{bad}")}),
            json!({"url": url, "method": format!("GET / HTTP/1.1{bad}")}),
            json!({"url": url, "secret_headers": [["authorization", format!("Bearer{bad}"), "TOKEN"]]}),
        ] {
            let grants = granted(&url).secret("TOKEN", SECRET).unwrap();
            let acts = json!([{"send": request}]);
            let result = results(&stage.connector(&url, grants, &acts))
                .await
                .remove(0);
            failed(&result, "refused");
        }
    }
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn net_13_smuggle() {
    let server = Peer::saying(ok("x")).await;
    let url = server.url();
    let stage = Stage::new();
    for (name, value) in [
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "5"),
        ("Connection", "keep-alive"),
        ("Keep-Alive", "timeout=5"),
        ("Host", "internal.example"),
        ("Proxy-Authenticate", "Basic"),
        ("Proxy-Authorization", "Basic x"),
        ("Proxy-Connection", "keep-alive"),
        ("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA"),
        ("Upgrade", "h2c"),
        ("TE", "trailers"),
        ("Trailer", "x"),
        ("Expect", "100-continue"),
        ("Accept-Encoding", "gzip"),
    ] {
        let result = stage
            .act(
                &url,
                json!({"send": {"url": url, "headers": [[name, value]]}}),
            )
            .await;
        let message = failed(&result, "refused");
        assert!(message.contains("belongs to the host"), "{name}: {message}");
    }
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn net_14_host_override() {
    let server = Peer::saying(ok("x")).await;
    let url = server.url();
    let stage = Stage::new();
    let host = json!({"send": {"url": url, "headers": [["host", "internal.example"]]}});
    failed(&stage.act(&url, host).await, "refused");
    let forwarded = json!({"send": {"url": format!("{url}/a"), "headers": [["x-own", "1"]]}});
    assert_eq!(stage.act(&url, forwarded).await["status"], 200);
    let [heard] = server.heard().try_into().unwrap();
    let hosts: Vec<&str> = heard
        .head
        .lines()
        .filter(|line| line.to_lowercase().starts_with("host:"))
        .collect();
    assert_eq!(hosts, [format!("host: 127.0.0.1:{}", server.port())]);
    assert!(
        heard.head.starts_with("GET /a HTTP/1.1\r\n"),
        "{}",
        heard.head
    );
}

/// Runs itself once more with a proxy in the environment, since a process must not change its own.
#[tokio::test]
async fn net_15_proxy_env() {
    const SERVER: &str = "PORTCULLIS_TEST_SERVER";
    if let Ok(url) = std::env::var(SERVER) {
        let result = Stage::new().act(&url, json!({"send": {"url": url}})).await;
        assert_eq!(result["body"], "direct", "{result}");
        return;
    }
    let (server, proxy) = (
        Peer::saying(ok("direct")).await,
        Peer::saying(ok("diverted")).await,
    );
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "net::net_15_proxy_env"])
        .env(SERVER, server.url());
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env(name, proxy.url());
    }
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = command.output().await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!((server.heard().len(), proxy.heard().len()), (1, 0));
}

#[tokio::test]
async fn net_20_dns_exfil() {
    let names = Names::of("api.example", &[&["93.184.216.34"]]);
    let network = Network::default().resolver(names.clone());
    let stage = Stage::with(Limits::default(), network);
    let url = "https://api.example";
    let error = Grants::none()
        .host("https://*.api.example")
        .unwrap_err()
        .to_string();
    assert!(error.contains("there are no wildcards"), "{error}");
    let act = json!({"send": {"url": "https://73656372657421.api.example/"}});
    failed(&stage.act(url, act).await, "refused");
    assert_eq!(names.asked(), 0, "no name was looked up");
}

#[tokio::test]
async fn net_21_ws_upgrade() {
    let server = Peer::saying(
        &b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n\x81\x01x"[..],
    )
    .await;
    let url = server.url();
    let stage = Stage::new();
    for (name, value) in [("Upgrade", "websocket"), ("Connection", "Upgrade")] {
        let act = json!({"send": {"url": url, "headers": [[name, value]]}});
        failed(&stage.act(&url, act).await, "refused");
    }
    for method in ["CONNECT", "TRACE"] {
        let acts = json!([{"send": {"url": url, "method": method}}]);
        let result = applied(&stage.connector(&url, granted(&url), &acts))
            .await
            .remove(0);
        let message = failed(&result, "refused").to_owned();
        assert!(message.contains("does not ask for"), "{message}");
    }
    assert_eq!(server.heard().len(), 0);
    let key = json!({"send": {"url": url, "headers": [["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="]]}});
    let result = stage.act(&url, key).await;
    let message = failed(&result, "malformed");
    assert!(message.contains("another protocol"), "{message}");
    let alternative = Peer::saying(with_headers("alt-svc: h3=\":443\"\r\n", "x")).await;
    let url = alternative.url();
    let twice = json!([{"send": {"url": url}}, {"send": {"url": url}}]);
    assert_eq!(stage.acts(&url, twice).await.len(), 2);
    assert_eq!(
        alternative.heard().len(),
        2,
        "the same server was asked again over HTTP/1.1"
    );
}
