//! The files with a listener's certificate, read again after they have changed.

use crate::config::{FileVersion, certificates, file_versions, private_key};
use crate::error::{Code, Error};
use crate::log::{LogKind, log};
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;

/// The certificate that a listener shows to its clients. See [`Listener::set_tls`](crate::Listener::set_tls).
#[derive(Clone)]
pub struct ListenerTls {
    files: Files,
    /// Those that were read last, also if they could not be used.
    versions: Vec<Option<FileVersion>>,
    config: Arc<ServerConfig>,
}

#[derive(Clone)]
struct Files {
    cert: String,
    key: String,
    client_ca: Option<String>,
}

impl ListenerTls {
    /// Reads PEM files: the certificate, followed by those of intermediate authorities, its private key, and, if clients need a certificate, the
    /// authorities that may have issued it.
    ///
    /// Fails with [`Code::Config`] if a file cannot be used. Files that have changed are read again when a client connects. While they cannot be
    /// used, clients get the certificate that they had before; both are events of the log (`tls_reloaded`, `tls_reload_failed`).
    pub fn from_files(cert: &str, key: &str, client_ca: Option<&str>) -> Result<ListenerTls, Error> {
        let files = Files { cert: cert.to_owned(), key: key.to_owned(), client_ca: client_ca.map(str::to_owned) };
        // Before they are read: what changes meanwhile is read again.
        let versions = files.versions();
        let config = files.server_config().map_err(|what| Error::new(Code::Config, what))?;
        Ok(ListenerTls { files, versions, config: Arc::new(config) })
    }

    pub(crate) fn server_config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// Reads the files again if they have changed.
    pub(crate) fn refresh(&mut self) {
        let versions = self.files.versions();
        if versions == self.versions {
            return;
        }
        self.versions = versions;
        match self.files.server_config() {
            Ok(config) => {
                self.config = Arc::new(config);
                log(LogKind::TlsReloaded, "", || format!("{} changed; new clients get what they have now", self.files.names()));
            }
            Err(what) => log(LogKind::TlsReloadFailed, "", || format!("{what}; new clients get what the files had before")),
        }
    }
}

impl Files {
    fn paths(&self) -> impl Iterator<Item = &String> {
        [Some(&self.cert), Some(&self.key), self.client_ca.as_ref()].into_iter().flatten()
    }

    fn versions(&self) -> Vec<Option<FileVersion>> {
        file_versions(self.paths())
    }

    fn names(&self) -> String {
        self.paths().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    fn server_config(&self) -> Result<ServerConfig, String> {
        // The provider is passed on, and never installed for the process: the program may have another one.
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| error.to_string())?;
        let builder = match &self.client_ca {
            Some(path) => {
                let mut authorities = RootCertStore::empty();
                for certificate in certificates(path)? {
                    authorities.add(certificate).map_err(|error| format!("{path} has a certificate that cannot be used: {error}"))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|error| format!("{path}: {error}"))?)
            }
            None => builder.with_no_client_auth(),
        };
        let Files { cert, key, .. } = self;
        let config = builder.with_single_cert(certificates(cert)?, private_key(key)?);
        let mut config = config.map_err(|error| format!("{cert} and {key} cannot be used together: {error}"))?;
        // A client that connects again resumes its session: no signature, and no memory here until then.
        config.ticketer = ring::Ticketer::new().map_err(|error| error.to_string())?;
        Ok(config)
    }
}
