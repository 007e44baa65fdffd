//! Who the connector is to the server: a token from a file, or a client certificate.

use std::fs;
use std::time::Duration;

use portcullis_plugin_host::{CommandSource, Connector, Grants, Limits, Network, SecretSource};
use serde_json::json;

use super::{MINUTE, shared};
use crate::support::Folder;

fn connector(folder: &Folder, url: &str, grants: Grants, authority: &[u8]) -> Connector {
    let network = Network::default().root(authority.to_vec());
    let plugin = folder.workspace_plugin("kubernetes-connector");
    let host = folder.host_with(Limits::default(), network);
    host.connector(&plugin, json!({"url": url}), grants)
}

#[tokio::test]
async fn a_client_certificate_signs_in_to_its_server_alone() {
    let Some(cluster) = shared() else { return };
    let (folder, url) = (Folder::new(), cluster.url());
    let (certificate, key) = cluster.client_certificate();
    let read = |file| fs::read_to_string(file).unwrap();
    let (certificate, key) = (read(certificate), read(key));
    let host = || Grants::none().host(&url).unwrap();
    let granted = host().client_certificate(&url, &certificate, &key).unwrap();
    let known = connector(&folder, &url, granted, cluster.authority());
    known.list_inventory(MINUTE).await.unwrap();
    let other = "https://127.0.0.2:6443";
    let granted = host()
        .client_certificate(other, &certificate, &key)
        .unwrap();
    for grants in [host(), granted] {
        let stranger = connector(&folder, &url, grants, cluster.authority());
        let error = stranger
            .list_inventory(MINUTE)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("does not let this connector")
                || error.contains("does not know who asks"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_credential_plugin_and_a_renewed_file_sign_in() {
    let Some(cluster) = shared() else { return };
    let (folder, url) = (Folder::new(), cluster.url());
    let file = folder.path("token");
    fs::write(&file, format!("{}\n", cluster.admin_token())).unwrap();
    let line = format!(
        "printf '{{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":\
         {{\"token\":\"%s\"}}}}' \"$(cat {})\"",
        file.display()
    );
    let command = CommandSource {
        words: vec!["sh".to_owned(), "-c".to_owned(), line],
        environment: [].into(),
        inherit: Vec::new(),
        limit: Duration::from_secs(20),
        exec_info: CommandSource::exec_info("client.authentication.k8s.io/v1beta1", None),
    };
    for source in [
        SecretSource::File(file.clone()),
        SecretSource::Command(command),
    ] {
        let grants = Grants::none().host(&url).unwrap();
        let grants = grants
            .fetched("KUBERNETES_TOKEN", source, Some(&url))
            .unwrap();
        let connector = connector(&folder, &url, grants, cluster.authority());
        connector.list_inventory(MINUTE).await.unwrap();
    }
}
