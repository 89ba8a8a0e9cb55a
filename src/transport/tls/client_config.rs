//! The settings of a TLS client as rustls takes them, made once for all connections of a process and again after a file has changed.

use crate::config::{FileVersion, Tls, certificates, file_versions, private_key};
use crate::log::{LogKind, log};
use arc_swap::ArcSwapOption;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// More are not kept. A process has one per configuration.
const MAX_KEPT: usize = 64;

/// No lock: a fork may happen at any moment.
static KEPT: ArcSwapOption<Vec<Arc<Kept>>> = ArcSwapOption::const_empty();

struct Kept {
    tls: Tls,
    /// The process that made it: its locks may be held in another one.
    owner: u32,
    files: Vec<Option<FileVersion>>,
    config: Arc<ClientConfig>,
    /// Later versions of the files that could not be used. They were reported.
    rejected: ArcSwapOption<Vec<Option<FileVersion>>>,
}

/// The settings with the current files. If these have changed and are not valid now, as while they are being replaced, it returns the former ones.
pub(super) fn client_config(tls: &Tls) -> Result<Arc<ClientConfig>, String> {
    let (owner, files) = (std::process::id(), file_versions(files(tls)));
    let kept = KEPT.load();
    let known = kept.iter().flat_map(|kept| kept.iter()).find(|kept| kept.owner == owner && same_files(&kept.tls, tls));
    if let Some(known) = known.filter(|known| known.files == files) {
        return Ok(known.config.clone());
    }
    match (build(tls), known) {
        (Ok(config), known) => {
            keep(Kept { tls: tls.clone(), owner, files, config: config.clone(), rejected: ArcSwapOption::empty() });
            if known.is_some() {
                log(LogKind::TlsReloaded, "", || format!("{} changed; new connections use what they have now", paths(tls)));
            }
            Ok(config)
        }
        (Err(what), Some(known)) => {
            if known.rejected.load().as_deref() != Some(&files) {
                known.rejected.store(Some(Arc::new(files)));
                log(LogKind::TlsReloadFailed, "", || format!("{what}; new connections use what the files had before"));
            }
            Ok(known.config.clone())
        }
        (Err(what), None) => Err(what),
    }
}

fn keep(new: Kept) {
    let new = Arc::new(new);
    KEPT.rcu(|kept| {
        let others = kept.iter().flat_map(|kept| kept.iter()).filter(|known| known.owner == new.owner && !same_files(&known.tls, &new.tls));
        let mut all: Vec<Arc<Kept>> = others.cloned().collect();
        all.drain(..all.len().saturating_sub(MAX_KEPT - 1));
        all.push(new.clone());
        Some(Arc::new(all))
    });
}

/// The name of the server is not a part of the settings.
fn same_files(one: &Tls, other: &Tls) -> bool {
    one.ca == other.ca && one.cert == other.cert && one.key == other.key && one.insecure == other.insecure
}

fn files(tls: &Tls) -> impl Iterator<Item = &String> {
    [&tls.ca, &tls.cert, &tls.key].into_iter().flatten()
}

fn paths(tls: &Tls) -> String {
    files(tls).map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn build(tls: &Tls) -> Result<Arc<ClientConfig>, String> {
    // The provider is passed on, and never installed for the process: the program that uses this library may have another one.
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    let builder = if tls.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
    } else {
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(authorities(tls)?), provider);
        builder.with_webpki_verifier(verifier.build().map_err(|error| error.to_string())?)
    };
    let config = match (&tls.cert, &tls.key) {
        (Some(cert), Some(key)) => builder
            .with_client_auth_cert(certificates(cert)?, private_key(key)?)
            .map_err(|error| format!("tls.cert {cert} and tls.key {key} cannot be used together: {error}"))?,
        _ => builder.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

/// The authorities of `tls.ca`, or those of the system: SSL_CERT_FILE and SSL_CERT_DIR, or the files of the distribution.
fn authorities(tls: &Tls) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    if let Some(path) = &tls.ca {
        for certificate in certificates(path)? {
            store.add(certificate).map_err(|error| format!("tls.ca: {path} has a certificate that cannot be used: {error}"))?;
        }
        return Ok(store);
    }
    let found = rustls_native_certs::load_native_certs();
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        let reason = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(format!("the system has no certificates of authorities{reason}; install ca-certificates, or set tls.ca"));
    }
    Ok(store)
}

/// Accepts the certificate of any server (`"insecure": true`). The server must still have its private key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
