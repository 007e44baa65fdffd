//! With a real docker-registry.

use std::fs;

use portcullis_registry::{Artifact, Credentials, Reference, Registry, RegistryError, Source};

use crate::docker_registry::DockerRegistry;

/// `ann` with the password `s3cret`, as `htpasswd -B` writes it.
const HTPASSWD: &str = "ann:$2y$05$ndfbZYZNrkvjmq69EVrsK.A/VSA7QVQ2qgs0NWun.rm5XWavTrCoC\n";

fn client(credentials: Credentials) -> Registry {
    Registry::new(credentials, 1024 * 1024, None).unwrap()
}

fn artifact() -> Artifact {
    Artifact {
        component: b"\0asm\x0d\0\x01\0 and so on".to_vec(),
        signature: Some("untrusted comment: x\nRWQ\ntrusted comment: y\nAAA=\n".to_owned()),
    }
}

#[tokio::test]
async fn what_was_pushed_is_pulled_with_its_signature() {
    let Some(server) = DockerRegistry::start(None) else {
        return;
    };
    let client = client(Credentials::default());
    let text = format!("oci://{}/team/vault:1.0.0", server.host);
    let reference: Reference = text.parse().unwrap();
    let pushed = client.push(&reference, &artifact()).await.unwrap();
    let again = client.push(&reference, &artifact()).await.unwrap();
    assert_eq!(pushed, again, "the same artifact makes the same manifest");
    let by_tag = client.fetch(&text.parse().unwrap()).await.unwrap();
    assert_eq!(by_tag, artifact());
    let by_digest = format!("oci://{}/team/vault@{}", server.host, pushed.manifest);
    assert_eq!(
        client.fetch(&by_digest.parse().unwrap()).await.unwrap(),
        artifact()
    );
    let unsigned = Artifact {
        signature: None,
        ..artifact()
    };
    let other = client.push(&reference, &unsigned).await.unwrap();
    assert_eq!(
        other.layer, pushed.layer,
        "the layer is the component and nothing else"
    );
    assert_eq!(
        client.fetch(&text.parse().unwrap()).await.unwrap(),
        unsigned
    );
}

#[tokio::test]
async fn a_blob_that_was_altered_in_the_registry_is_refused() {
    let Some(server) = DockerRegistry::start(None) else {
        return;
    };
    let client = client(Credentials::default());
    let source = format!("oci://{}/vault:1", server.host);
    let pushed = client
        .push(&source.parse().unwrap(), &artifact())
        .await
        .unwrap();
    let blob = server.blob(&pushed.layer);
    let mut bytes = fs::read(&blob).unwrap();
    bytes[12] ^= 1;
    fs::write(&blob, bytes).unwrap();
    let error = client.fetch(&source.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, RegistryError::Digest { .. }), "{error}");
    assert!(error.to_string().contains(&pushed.layer), "{error}");

    let by_digest: Source = format!("oci://{}/vault@{}", server.host, pushed.manifest)
        .parse()
        .unwrap();
    let manifest = server.blob(&pushed.manifest);
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("RWQ", "RWX")).unwrap();
    let error = client.fetch(&by_digest).await.unwrap_err();
    let refused = matches!(
        error,
        RegistryError::Digest { .. }
            | RegistryError::Malformed { .. }
            | RegistryError::Missing { .. }
    );
    assert!(refused, "{error}");
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let Some(server) = DockerRegistry::start(None) else {
        return;
    };
    let client = client(Credentials::default());
    let source: Source = format!("oci://{}/vault:1", server.host).parse().unwrap();
    let error = client.fetch(&source).await.unwrap_err();
    assert!(matches!(error, RegistryError::Missing { .. }), "{error}");
    drop(server);
    let error = client.fetch(&source).await.unwrap_err();
    assert!(
        matches!(error, RegistryError::Unreachable { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_registry_with_a_password_wants_it() {
    let Some(server) = DockerRegistry::start(Some(HTPASSWD)) else {
        return;
    };
    let text = format!("oci://{}/vault:1", server.host);
    let reference: Reference = text.parse().unwrap();
    let login = |user: &str, password: &str| {
        Credentials::find(Some(user.to_owned()), Some(password.to_owned()), None).unwrap()
    };
    for credentials in [Credentials::default(), login("ann", "wrong")] {
        let error = client(credentials)
            .push(&reference, &artifact())
            .await
            .unwrap_err();
        assert!(matches!(error, RegistryError::Refused { .. }), "{error}");
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
    client(login("ann", "s3cret"))
        .push(&reference, &artifact())
        .await
        .unwrap();

    // As `docker login` leaves it: base64 of `ann:s3cret`.
    let config = format!(
        r#"{{"auths": {{"{}": {{"auth": "YW5uOnMzY3JldA=="}}}}}}"#,
        server.host
    );
    let docker = tempfile::tempdir().unwrap();
    fs::write(docker.path().join("config.json"), config).unwrap();
    let found = Credentials::find(None, None, Some(docker.path())).unwrap();
    assert_eq!(
        client(found).fetch(&text.parse().unwrap()).await.unwrap(),
        artifact()
    );
}
