//! The certificates of a local cluster with TLS.

use crate::dev::servers::quoted;
use crate::failure::Failure;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::path::{Path, PathBuf};

/// The files of an authority and of a certificate for all servers.
pub struct Certificates {
    pub ca: PathBuf,
    cert: PathBuf,
    key: PathBuf,
}

impl Certificates {
    pub fn make(folder: &Path) -> Result<Certificates, Failure> {
        let files = Certificates { ca: folder.join("ca.pem"), cert: folder.join("server.pem"), key: folder.join("server.key") };
        let (ca, cert, key) = generate().map_err(|error| Failure::failed(format!("cannot make certificates: {error}")))?;
        for (path, content) in [(&files.ca, ca), (&files.cert, cert), (&files.key, key)] {
            std::fs::write(path, content).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        }
        Ok(files)
    }

    /// The options of a server, by name and value.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        vec![
            ("tls-cert-file", quoted(&self.cert)),
            ("tls-key-file", quoted(&self.key)),
            ("tls-ca-cert-file", quoted(&self.ca)),
            ("tls-auth-clients", "no".to_owned()),
            ("tls-replication", "yes".to_owned()),
        ]
    }
}

/// The certificates of the authority and of the servers, and the key of these.
fn generate() -> Result<(String, String, String), rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "rediscluster dev");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    let certificate = params.signed_by(&key, &authority)?;
    Ok((authority.pem(), certificate.pem(), key.serialize_pem()))
}
