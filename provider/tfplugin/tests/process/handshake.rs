//! Cookie, protocol version, the first line, the socket.

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};

use crate::client_key::ClientKey;
use crate::connect::Clients;
use crate::host::{Plugin, command, refused};

#[tokio::test]
async fn without_the_cookie_it_says_what_it_is_and_exits_with_1() {
    for cookie in [None, Some("wrong")] {
        let mut command = command();
        command.env_remove("TF_PLUGIN_MAGIC_COOKIE");
        if let Some(cookie) = cookie {
            command.env("TF_PLUGIN_MAGIC_COOKIE", cookie);
        }
        let (status, stdout, stderr) = refused(command).await;
        assert_eq!(status.code(), Some(1));
        assert_eq!(stdout, "");
        assert!(stderr.contains("Terraform provider `wire`"), "{stderr}");
        assert!(
            stderr.contains("source = \"registry.terraform.io/example/wire\""),
            "{stderr}"
        );
        assert!(stderr.contains("not meant to be installed"), "{stderr}");
    }
}

#[tokio::test]
async fn a_host_of_another_protocol_is_told_so() {
    let mut command = command();
    command.env("PLUGIN_PROTOCOL_VERSIONS", "4,5");
    let (status, stdout, stderr) = refused(command).await;
    assert_eq!(status.code(), Some(1));
    assert_eq!(stdout, "");
    assert!(stderr.contains("offers plugin protocol `4,5`"), "{stderr}");
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_never_means_plaintext() {
    let mut command = command();
    command.env("PLUGIN_CLIENT_CERT", "-----BEGIN GARBAGE-----");
    let (status, stdout, stderr) = refused(command).await;
    assert_eq!(status.code(), Some(1));
    assert_eq!(stdout, "");
    assert!(
        stderr.contains("PLUGIN_CLIENT_CERT cannot be read"),
        "{stderr}"
    );
}

#[tokio::test]
async fn the_first_line_is_all_that_is_ever_on_stdout() {
    let key = ClientKey::new(1);
    let mut plugin = Plugin::with_client(&key).await;
    let fields = plugin.handshake.clone();
    assert_eq!(
        [&fields[0], &fields[1], &fields[2], &fields[4]],
        ["1", "6", "unix", "grpc"]
    );
    assert_eq!(fields.len(), 6);
    assert!(!fields[5].is_empty() && !fields[5].ends_with('='));
    let mut clients = Clients::secure(&plugin, &key).await;
    clients.ask().await.unwrap();
    assert_eq!(plugin.rest_of_stdout().await, "");
    assert!(plugin.is_running());
}

#[tokio::test]
async fn the_socket_is_open_to_its_owner_alone() {
    let plugin = Plugin::start(command()).await;
    let socket = std::fs::metadata(plugin.socket()).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn the_socket_is_in_the_folder_for_temporary_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command();
    command.env("TMPDIR", folder.path());
    let plugin = Plugin::start(command).await;
    assert!(plugin.socket().starts_with(folder.path()));
}

#[tokio::test]
async fn a_long_tmpdir_falls_back_to_tmp() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("x".repeat(120));
    std::fs::create_dir(&long).unwrap();
    let mut command = command();
    command.env("TMPDIR", long);
    let plugin = Plugin::start(command).await;
    assert!(plugin.socket().starts_with("/tmp"));
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    clients.ask().await.unwrap();
}

#[tokio::test]
async fn the_hosts_folder_for_sockets_is_used() {
    let (temporary, sockets) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = command();
    command
        .env("TMPDIR", temporary.path())
        .env("PLUGIN_UNIX_SOCKET_DIR", sockets.path());
    let plugin = Plugin::start(command).await;
    assert!(plugin.socket().starts_with(sockets.path()));
}
