//! A server that lists nodes on two pages, and answers wrongly elsewhere.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::NOW;

pub(crate) struct Nodes {
    address: SocketAddr,
}

impl Nodes {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn serve(mut stream: TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let (status, body) = match head.split(' ').nth(1).unwrap_or_default() {
        "/nodes" => ("200 OK", first_page()),
        "/nodes?cursor=gpu%20b" => ("200 OK", second_page()),
        "/broken" => ("500 Internal Server Error", String::new()),
        "/forbidden" => ("403 Forbidden", String::new()),
        "/text" => ("200 OK", "<html>nodes</html>".to_owned()),
        _ => ("404 Not Found", String::new()),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    // A client that gave up closes the connection; that is its right.
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn first_page() -> String {
    let gpus = json!([
        {"uuid": "GPU-a-0", "free": true, "memory_mib": 143_771},
        {"uuid": "GPU-a-1", "free": false},
    ]);
    let node = json!({"name": "gpu-a", "model": "NVIDIA H200", "observed_at": NOW, "gpus": gpus});
    json!({"nodes": [node], "next": "gpu b"}).to_string()
}

fn second_page() -> String {
    let gpus = json!([{"uuid": "GPU-b-0"}]);
    let node = json!({"name": "gpu-b", "model": "NVIDIA H200", "observed_at": NOW, "gpus": gpus});
    json!({"nodes": [node], "next": null}).to_string()
}
