//! Where names lead, and whose certificates are believed.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_plugin_host::{Limits, Network, Resolve, Resolving};
use serde_json::json;

use crate::network::{Guest, granted};
use crate::server::Server;

/// Answers with other addresses at every question.
#[derive(Default)]
pub(crate) struct Names {
    addresses: Mutex<BTreeMap<String, Vec<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl Names {
    pub(crate) fn of(name: &str, answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| {
            answer
                .iter()
                .map(|address| address.parse().unwrap())
                .collect()
        };
        let names = Self::default();
        names
            .addresses
            .lock()
            .unwrap()
            .insert(name.to_owned(), answers.iter().map(parse).collect());
        Arc::new(names)
    }

    /// How many names were looked up.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let found = self
            .addresses
            .lock()
            .unwrap()
            .get_mut(name)
            .filter(|left| !left.is_empty())
            .map(|left| left.remove(0));
        Box::pin(async move { found.ok_or_else(|| io::Error::other("no such name")) })
    }
}

#[tokio::test]
async fn a_name_may_not_lead_to_an_address_that_is_not_granted() {
    let server = Server::start().await;
    let named = server.url().replace("127.0.0.1", "prom.example");
    let config = json!({"url": named, "call": format!("{named}/echo")});
    for answer in [
        &["127.0.0.1"][..],
        &["8.8.8.8", "169.254.169.254"],
        &["::ffff:10.0.0.1"],
        &["fd00:ec2::254"],
    ] {
        let names = Names::of("prom.example", &[answer]);
        let guest = Guest::with(Limits::default(), Network::default().resolver(names));
        let found = guest.refused(config.clone(), granted(&named)).await;
        assert!(
            found.contains("which is not a public address"),
            "{answer:?}: {found}"
        );
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn the_checked_address_is_the_one_that_is_connected_to() {
    let server = Server::start().await;
    let named = server.url().replace("127.0.0.1", "prom.example");
    let names = Names::of("prom.example", &[&["127.0.0.1"], &["10.0.0.1"]]);
    let guest = Guest::with(
        Limits::default(),
        Network::default().resolver(Arc::clone(&names) as Arc<dyn Resolve>),
    );
    let grants = granted(&named).host(&server.url()).unwrap();
    let config = json!({"url": named, "call": format!("{named}/echo")});
    let devices = guest.call(config.clone(), grants.clone()).await.unwrap();
    assert!(
        devices[0].uuid.contains("host: prom.example"),
        "{}",
        devices[0].uuid
    );
    assert_eq!(names.asked(), 1, "a request resolves once");
    let found = guest.refused(config, grants).await;
    assert!(
        found.contains("10.0.0.1"),
        "the next request is checked by itself: {found}"
    );
}

/// `allow { ca_certificate }` puts one connector's authorities in the place of those of the host.
#[tokio::test]
async fn a_connector_trusts_the_authorities_of_its_grants_and_no_others() {
    let (server, authority) = Server::start_tls("prom.example").await;
    let (_, other) = Server::start_tls("prom.example").await;
    let url = server.url().replace("127.0.0.1", "prom.example");
    for (hosts, own, trusted) in [
        (None, Some(&authority), true),
        (Some(&authority), Some(&other), false),
        (Some(&authority), None, true),
    ] {
        let mut network = Network::default().resolver(Names::of("prom.example", &[&["127.0.0.1"]]));
        if let Some(authority) = hosts {
            network = network.root(authority.clone());
        }
        let guest = Guest::with(Limits::default(), network);
        let mut grants = granted(&url).host(&server.url()).unwrap();
        if let Some(own) = own {
            grants = grants.authorities(&pem(own)).unwrap();
        }
        let config = json!({"url": url, "call": format!("{url}/echo")});
        match guest.call(config, grants).await {
            Ok(devices) => assert!(trusted && devices[0].model == "200"),
            Err(error) => {
                let error = error.to_string();
                let of_another = error.contains("invalid peer certificate");
                assert!(!trusted && of_another, "{error}");
            }
        }
    }
}

/// Two certificates of the same authority, as bundles have them, with a comment before.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let one = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    format!("# Acme\n{one}{one}")
}

#[tokio::test]
async fn certificates_are_verified_against_name_and_authority() {
    let (server, authority) = Server::start_tls("prom.example").await;
    let good = server.url().replace("127.0.0.1", "prom.example");
    let other = server.url().replace("127.0.0.1", "other.example");
    for (url, trusted, expected) in [
        (&good, true, None),
        (&good, false, Some("UnknownIssuer")),
        (&other, true, Some("not valid for name")),
    ] {
        let name = url
            .trim_start_matches("https://")
            .split(':')
            .next()
            .unwrap();
        let mut network = Network::default().resolver(Names::of(name, &[&["127.0.0.1"]]));
        if trusted {
            network = network.root(authority.clone());
        }
        let guest = Guest::with(Limits::default(), network);
        let grants = granted(url).host(&server.url()).unwrap();
        let result = guest
            .call(json!({"url": url, "call": format!("{url}/echo")}), grants)
            .await;
        match expected {
            None => assert_eq!(result.unwrap()[0].model, "200"),
            Some(reason) => {
                let error = result.unwrap_err().to_string();
                assert!(error.contains(reason), "{error}");
            }
        }
    }
}
