//! A certificate authority of the test's own, and the server certificate that it signs.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};

/// Files that the server reads, and the authority that clients trust.
#[derive(Debug)]
pub(crate) struct Certificates {
    pub(crate) authority: Vec<u8>,
    pub(crate) authority_file: PathBuf,
    pub(crate) server: PathBuf,
    pub(crate) server_key: PathBuf,
    /// Of the user `operator`, a member of `system:masters`.
    pub(crate) client: PathBuf,
    pub(crate) client_key: PathBuf,
    /// Signs the tokens of service accounts.
    pub(crate) accounts_key: PathBuf,
    /// Verifies them.
    pub(crate) accounts_public_key: PathBuf,
}

impl Certificates {
    /// Makes keys and certificates for 127.0.0.1 in `folder`.
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        let authority_key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&authority_key)?;
        let issuer = Issuer::new(params, &authority_key);

        let server_key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        params.subject_alt_names.push(SanType::IpAddress(loopback));
        let server = params.signed_by(&server_key, &issuer)?;

        let client_key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        let name = &mut params.distinguished_name;
        name.push(DnType::OrganizationName, "system:masters");
        name.push(DnType::CommonName, "operator");
        let client = params.signed_by(&client_key, &issuer)?;

        let accounts = KeyPair::generate()?;
        let write = |name: &str, text: String| -> Result<PathBuf> {
            let path = folder.join(name);
            fs::write(&path, text)?;
            Ok(path)
        };
        Ok(Self {
            authority_file: write("authority.pem", authority.pem())?,
            authority: authority.der().to_vec(),
            server: write("server.pem", server.pem())?,
            server_key: write("server.key", server_key.serialize_pem())?,
            client: write("client.pem", client.pem())?,
            client_key: write("client.key", client_key.serialize_pem())?,
            accounts_key: write("accounts.key", accounts.serialize_pem())?,
            accounts_public_key: write("accounts.pub", accounts.public_key_pem())?,
        })
    }
}
