//! With servers that mean no good, each a script of raw answers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use portcullis_registry::{Credentials, Registry, RegistryError, Source};

/// Answers every request by its head, and keeps the heads.
struct Server {
    host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let head = read_head(&stream);
                let bytes = answer(&head);
                log.lock().unwrap().push(head);
                let mut stream = stream;
                let _ = stream.write_all(&bytes);
            }
        });
        Self { host, asked }
    }
}

fn read_head(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while reader.read_line(&mut head).is_ok_and(|len| len > 2) {}
    head
}

fn ok(body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend(body);
    answer
}

fn manifest(digest: &str, size: u64) -> Vec<u8> {
    let text = format!(
        r#"{{"schemaVersion": 2, "layers": [{{"mediaType": "application/wasm", "digest": "{digest}", "size": {size}}}]}}"#
    );
    ok(text.as_bytes())
}

/// Digest of the text `component`.
const COMPONENT: &str = "sha256:6985ca1f4daa5a584a28eae043a239cb96689af1337ea13afb63e00c2bf512fa";

fn client() -> Registry {
    let login = |text: &str| Some(text.to_owned());
    let credentials = Credentials::find(login("ann"), login("s3cret"), None).unwrap();
    Registry::new(credentials, 1000, None).unwrap()
}

async fn fetch(source: &str) -> Result<Vec<u8>, RegistryError> {
    let source: Source = source.parse().unwrap();
    client()
        .fetch(&source)
        .await
        .map(|artifact| artifact.component)
}

#[tokio::test]
async fn a_redirect_to_another_host_carries_no_password() {
    let other = Server::start(|_| ok(b"component"));
    let there = other.host.clone();
    let first = Server::start(move |head| {
        if !head.contains("authorization: Basic ") {
            return b"HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=\"x\"\r\ncontent-length: 0\r\n\r\n".to_vec();
        }
        if head.contains("/manifests/") {
            return manifest(COMPONENT, 9);
        }
        format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{there}/cdn\r\ncontent-length: 0\r\n\r\n")
            .into_bytes()
    });
    assert_eq!(
        fetch(&format!("oci://{}/vault:1", first.host))
            .await
            .unwrap(),
        b"component"
    );
    let asked = other.asked.lock().unwrap().join("\n").to_lowercase();
    assert!(
        asked.contains("get /cdn") && !asked.contains("authorization"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_redirect_without_end_ends() {
    let server = Server::start(|_| {
        b"HTTP/1.1 302 Found\r\nlocation: /again.wasm\r\ncontent-length: 0\r\n\r\n".to_vec()
    });
    let error = fetch(&format!("http://{}/a.wasm", server.host))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("more than 5 redirects"),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_to_a_host_that_is_not_this_machine_needs_https() {
    let server = Server::start(|_| {
        b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n".to_vec()
    });
    let error = fetch(&format!("http://{}/a.wasm", server.host))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("only https is spoken"),
        "{error}"
    );
}

#[tokio::test]
async fn oversized_blobs_are_refused_however_they_announce_themselves() {
    let said_in_manifest = Server::start(|_| manifest(COMPONENT, 1001));
    let said_in_header = Server::start(|head| match head.contains("/manifests/") {
        true => manifest(COMPONENT, 9),
        false => b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec(),
    });
    let not_said = Server::start(|head| match head.contains("/manifests/") {
        true => manifest(COMPONENT, 9),
        false => [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 100_000]].concat(),
    });
    for server in [said_in_manifest, said_in_header, not_said] {
        let error = fetch(&format!("oci://{}/vault:1", server.host))
            .await
            .unwrap_err();
        assert!(matches!(error, RegistryError::TooLarge { .. }), "{error}");
    }
}

#[tokio::test]
async fn wrong_bytes_and_strange_manifests_are_refused() {
    let wrong = Server::start(|head| match head.contains("/manifests/") {
        true => manifest(COMPONENT, 9),
        false => ok(b"component!"),
    });
    let error = fetch(&format!("oci://{}/vault:1", wrong.host))
        .await
        .unwrap_err();
    assert!(matches!(error, RegistryError::Digest { .. }), "{error}");
    for (body, found) in [
        (&b"not JSON"[..], "no JSON"),
        (b"{}", "exactly one layer"),
        (br#"{"layers": [{}, {}]}"#, "exactly one layer"),
        (
            br#"{"layers": [{"mediaType": "application/tar"}]}"#,
            "application/wasm",
        ),
        (
            br#"{"layers": [{"mediaType": "application/wasm", "digest": "sha256:../../x"}]}"#,
            "no sha256",
        ),
    ] {
        let server = Server::start(move |_| ok(body));
        let error = fetch(&format!("oci://{}/vault:1", server.host))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(found), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_breaks_off_is_told() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        b"\x16\x03\x01\x00",
    ] {
        let server = Server::start(move |_| bytes.to_vec());
        let error = fetch(&format!("http://{}/a.wasm", server.host))
            .await
            .unwrap_err();
        assert!(
            matches!(error, RegistryError::Unreachable { .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_web_server_gives_the_signature_beside_the_file() {
    let server = Server::start(|head| match head.split(' ').nth(1) {
        Some("/a.wasm") => ok(b"component"),
        Some("/a.wasm.minisig") => ok(b"signature"),
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    });
    let source: Source = format!("http://{}/a.wasm", server.host).parse().unwrap();
    let artifact = client().fetch(&source).await.unwrap();
    assert_eq!(artifact.component, b"component");
    assert_eq!(artifact.signature.as_deref(), Some("signature"));
    let asked = server.asked.lock().unwrap().join("\n").to_lowercase();
    assert!(!asked.contains("authorization"), "{asked}");
}
