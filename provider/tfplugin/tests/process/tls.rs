//! AutoMTLS: one client may drive the provider, and nobody else.

use std::io;

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ClientConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;

use crate::client_key::{ClientKey, pem};
use crate::connect::{Clients, config, handshake};
use crate::host::{Plugin, command};

#[tokio::test]
async fn the_client_of_the_certificate_is_served() {
    let key = ClientKey::new(1);
    let plugin = Plugin::with_client(&key).await;
    let mut clients = Clients::secure(&plugin, &key).await;
    clients.ask().await.unwrap();
}

#[tokio::test]
async fn a_client_whose_key_is_on_p_256_is_served_too() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let mut command = command();
    command.env("PLUGIN_CLIENT_CERT", pem(&certificate));
    let plugin = Plugin::start(command).await;
    let private = PrivatePkcs8KeyDer::from(key.serialize_der());
    let signing = rustls::crypto::ring::sign::any_ecdsa_type(&private.into()).unwrap();
    let client = CertifiedKey::new(vec![certificate], signing);
    handshake(&plugin, config(&plugin.certificate(), Some(client.into())))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    refuses(
        "CertificateRequired",
        "peer sent no certificates",
        |server, _| config(server, None),
    )
    .await;
}

#[tokio::test]
async fn a_client_with_a_foreign_p_521_certificate_is_refused() {
    refuses(
        "AccessDenied",
        "ApplicationVerificationFailure",
        |server, _| {
            let foreign = ClientKey::new(2);
            config(server, Some(foreign.shown_with(foreign.certificate())))
        },
    )
    .await;
}

#[tokio::test]
async fn the_right_certificate_with_the_signature_of_another_key_is_refused() {
    refuses("DecryptError", "BadSignature", |server, key| {
        config(
            server,
            Some(ClientKey::new(2).shown_with(key.certificate())),
        )
    })
    .await;
}

#[tokio::test]
async fn a_client_that_speaks_plaintext_to_tls_is_refused() {
    let key = ClientKey::new(1);
    let mut plugin = Plugin::with_client(&key).await;
    let clients = Clients::plain(&plugin.socket()).await;
    if let Ok(mut clients) = clients {
        assert!(clients.ask().await.is_err());
    }
    plugin.stderr_with("a client was refused").await;
    Clients::secure(&plugin, &key).await;
}

#[tokio::test]
async fn with_tls_off_there_is_no_certificate_and_plaintext_works() {
    let mut command = command();
    command
        .env("TF_DISABLE_PLUGIN_TLS", "1")
        .env("PLUGIN_CLIENT_CERT", "");
    let plugin = Plugin::start(command).await;
    assert_eq!(plugin.handshake[5], "");
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    clients.ask().await.unwrap();
}

#[tokio::test]
async fn alpn_h2_is_always_offered() {
    let key = ClientKey::new(1);
    let plugin = Plugin::with_client(&key).await;
    let client = || Some(key.shown_with(key.certificate()));
    let stream = handshake(&plugin, config(&plugin.certificate(), client()))
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    // Older clients offer nothing, and go on.
    let mut silent = config(&plugin.certificate(), client());
    silent.alpn_protocols.clear();
    handshake(&plugin, silent).await.unwrap();
    let mut other = config(&plugin.certificate(), client());
    other.alpn_protocols = vec![b"http/1.1".to_vec()];
    let error = handshake(&plugin, other)
        .await
        .expect_err("no common protocol");
    assert!(
        error.to_string().contains("NoApplicationProtocol"),
        "{error}"
    );
}

/// The client gets `alert`, the log says `reason`, and the provider still waits for the right client.
async fn refuses(
    alert: &str,
    reason: &str,
    client: impl FnOnce(&rustls::pki_types::CertificateDer<'static>, &ClientKey) -> ClientConfig,
) {
    let key = ClientKey::new(1);
    let mut plugin = Plugin::with_client(&key).await;
    let config = client(&plugin.certificate(), &key);
    let error: io::Error = handshake(&plugin, config).await.expect_err("a refusal");
    assert!(error.to_string().contains(alert), "{error}");
    let log = plugin.stderr_with("a client was refused").await;
    assert!(log.contains(reason), "{log}");
    let mut clients = Clients::secure(&plugin, &key).await;
    clients.ask().await.unwrap();
}
