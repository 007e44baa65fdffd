//! Plugins as OCI artifacts: `application/wasm` in one layer, as the CNCF's guidance for WebAssembly artifacts has it.
//!
//! The signature is an annotation of the manifest, so that other tools, which expect exactly one layer, can pull the plugin
//! too. The digest of the layer is the digest of the component's file; that of the manifest changes with the signature.

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::client::{Ask, Client};
use crate::credentials::Credentials;
use crate::error::RegistryError;
use crate::login::Session;
use crate::reference::{Reference, is_sha256};
use crate::url::Url;
use crate::{Artifact, Pushed};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
const SIGNATURE: &str = "dev.portcullis.minisig";
/// A manifest with one layer and a signature has 1 KiB.
const MANIFEST_BYTES: u64 = 64 * 1024;

/// Fetches the one layer of an artifact.
pub(crate) async fn pull(
    client: &Client,
    credentials: &Credentials,
    reference: &Reference,
    max_bytes: u64,
) -> Result<Artifact, RegistryError> {
    let login = credentials.for_registry(&reference.registry);
    let mut session = Session::new(client, login);
    let url = address(reference, &format!("manifests/{}", reference.version))?;
    let mut ask = Ask {
        max_bytes: MANIFEST_BYTES,
        ..Ask::new(Method::GET, url.clone())
    };
    ask.headers
        .insert(ACCEPT, HeaderValue::from_static(MANIFEST));
    let answer = session.send(ask).await?.expect(&url, StatusCode::OK)?;
    if reference.is_digest() {
        same_digest(&url, &reference.version, &answer.body)?;
    }
    let malformed = |reason: &str| RegistryError::Malformed {
        url: url.to_string(),
        reason: reason.to_owned(),
    };
    let manifest: Value =
        serde_json::from_slice(&answer.body).map_err(|_| malformed("its manifest is no JSON"))?;
    let layers = manifest.get("layers").and_then(Value::as_array);
    let Some([layer]) = layers.map(Vec::as_slice) else {
        return Err(malformed("its manifest has not exactly one layer"));
    };
    if layer.get("mediaType").and_then(Value::as_str) != Some(LAYER) {
        return Err(malformed("its layer is not of type `application/wasm`"));
    }
    let digest = layer
        .get("digest")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !is_sha256(digest) {
        return Err(malformed("its layer has no sha256 digest"));
    }
    let blob = address(reference, &format!("blobs/{digest}"))?;
    let size = layer.get("size").and_then(Value::as_u64);
    if let Some(size) = size.filter(|size| *size > max_bytes) {
        return Err(RegistryError::TooLarge {
            url: blob.to_string(),
            found: format!("{size} bytes"),
            max_bytes,
        });
    }
    let ask = Ask {
        max_bytes,
        ..Ask::new(Method::GET, blob.clone())
    };
    let answer = session.send(ask).await?.expect(&blob, StatusCode::OK)?;
    same_digest(&blob, digest, &answer.body)?;
    let annotation = manifest
        .get("annotations")
        .and_then(|all| all.get(SIGNATURE));
    Ok(Artifact {
        component: answer.body.to_vec(),
        signature: annotation.and_then(Value::as_str).map(str::to_owned),
    })
}

/// Publishes a component. What the registry has already is not sent again, and the same component and signature make the
/// same manifest: no time is in it.
pub(crate) async fn push(
    client: &Client,
    credentials: &Credentials,
    reference: &Reference,
    artifact: &Artifact,
) -> Result<Pushed, RegistryError> {
    let login = credentials.for_registry(&reference.registry);
    let mut session = Session::new(client, login);
    let component = Bytes::from(artifact.component.clone());
    let layer = digest(&component);
    let config = json!({"architecture": "wasm", "os": "portcullis", "layerDigests": [&layer]});
    let config = Bytes::from(config.to_string());
    let config_digest = digest(&config);
    for (digest, bytes) in [(&layer, &component), (&config_digest, &config)] {
        upload(&mut session, reference, digest, bytes).await?;
    }
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "digest": config_digest, "size": config.len()},
        "layers": [{"mediaType": LAYER, "digest": layer, "size": component.len()}],
    });
    if let (Some(signature), Some(fields)) = (&artifact.signature, manifest.as_object_mut()) {
        fields.insert("annotations".to_owned(), json!({SIGNATURE: signature}));
    }
    let manifest = Bytes::from(manifest.to_string());
    let url = address(reference, &format!("manifests/{}", reference.version))?;
    let mut ask = Ask {
        body: manifest.clone(),
        ..Ask::new(Method::PUT, url.clone())
    };
    ask.headers
        .insert(CONTENT_TYPE, HeaderValue::from_static(MANIFEST));
    session.send(ask).await?.expect(&url, StatusCode::CREATED)?;
    Ok(Pushed {
        layer,
        manifest: digest(&manifest),
    })
}

/// Sends a blob that the registry does not have yet: one request to begin, one with the bytes.
async fn upload(
    session: &mut Session<'_>,
    reference: &Reference,
    digest: &str,
    bytes: &Bytes,
) -> Result<(), RegistryError> {
    let blob = address(reference, &format!("blobs/{digest}"))?;
    let known = session.send(Ask::new(Method::HEAD, blob)).await?;
    if known.status == StatusCode::OK {
        return Ok(());
    }
    let begin = address(reference, "blobs/uploads/")?;
    let mut ask = Ask::new(Method::POST, begin.clone());
    ask.headers
        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    let answer = session
        .send(ask)
        .await?
        .expect(&begin, StatusCode::ACCEPTED)?;
    let malformed = |reason: String| RegistryError::Malformed {
        url: begin.to_string(),
        reason,
    };
    let location = answer
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    let location =
        location.ok_or_else(|| malformed("it named no place for the upload".to_owned()))?;
    let place = begin.leads_to(location).map_err(malformed)?;
    if place.origin() != begin.origin() {
        return Err(malformed(format!(
            "it wants the upload at `{}`, and credentials go to one host only",
            place.origin()
        )));
    }
    let mark = if place.target().contains('?') {
        '&'
    } else {
        '?'
    };
    let place = place
        .with(&format!("{mark}digest={digest}"))
        .map_err(malformed)?;
    let mut ask = Ask {
        body: bytes.clone(),
        ..Ask::new(Method::PUT, place.clone())
    };
    let kind = HeaderValue::from_static("application/octet-stream");
    ask.headers.insert(CONTENT_TYPE, kind);
    session
        .send(ask)
        .await?
        .expect(&place, StatusCode::CREATED)?;
    Ok(())
}

fn address(reference: &Reference, what: &str) -> Result<Url, RegistryError> {
    let text = format!("{}/v2/{}/{what}", reference.origin(), reference.repository);
    Url::parse(&text).map_err(|reason| RegistryError::Source {
        text: reference.to_string(),
        reason,
    })
}

fn same_digest(url: &Url, expected: &str, bytes: &[u8]) -> Result<(), RegistryError> {
    let found = digest(bytes);
    if found == expected {
        return Ok(());
    }
    Err(RegistryError::Digest {
        url: url.to_string(),
        expected: expected.to_owned(),
        found,
    })
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}
