//! How a server is reached through TLS: the settings, and the files that they name.

use crate::config::document::fault;
use crate::config::values::{boolean, string};
use crate::error::Error;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The TLS settings of a server. The files are read when a connection is opened, and again after they have changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Tls {
    /// A PEM file with the certificates of the authorities that are trusted. `None`: those of the system.
    pub ca: Option<String>,
    /// A PEM file with the client's certificate, followed by those of intermediate authorities.
    pub cert: Option<String>,
    /// A PEM file with the private key of [`Tls::cert`].
    pub key: Option<String>,
    /// The name that the certificate of the server must have. `None`: the host.
    pub server_name: Option<String>,
    /// Any certificate is accepted, so anyone between client and server can read and change everything.
    pub insecure: bool,
}

/// What `tls` is: `true`, `false`, or an object.
pub(crate) enum TlsDocument {
    Switch(bool),
    Settings(SettingsDocument),
}

/// The keys of `tls`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsDocument {
    #[serde(default, deserialize_with = "string")]
    ca: Option<String>,
    #[serde(default, deserialize_with = "string")]
    cert: Option<String>,
    #[serde(default, deserialize_with = "string")]
    key: Option<String>,
    #[serde(default, deserialize_with = "string")]
    server_name: Option<String>,
    #[serde(default, deserialize_with = "boolean")]
    insecure: Option<bool>,
}

pub(crate) fn tls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TlsDocument>, D::Error> {
    deserializer.deserialize_any(TlsVisitor)
}

struct TlsVisitor;

impl<'de> Visitor<'de> for TlsVisitor {
    type Value = Option<TlsDocument>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true, false or an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(TlsDocument::Switch(value)))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Err(E::custom("a string is not true, false or an object"))
    }

    /// PHP writes an empty map so.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            Some(_) => Err(A::Error::custom("a list is not true, false or an object")),
            None => Ok(Some(TlsDocument::Settings(SettingsDocument::default()))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        SettingsDocument::deserialize(MapAccessDeserializer::new(map)).map(|settings| Some(TlsDocument::Settings(settings)))
    }
}

impl TlsDocument {
    /// The settings of this `tls`, checked. `path` is its place in the document; `common` are the settings of the document, if it is that of a node.
    /// `None`: it is off.
    pub(crate) fn resolve(self, path: &str, common: Option<&Tls>) -> Result<Option<Tls>, Error> {
        let settings = match self {
            TlsDocument::Switch(false) => return Ok(None),
            TlsDocument::Switch(true) => SettingsDocument::default(),
            TlsDocument::Settings(settings) => settings,
        };
        let common = common.cloned().unwrap_or_default();
        let own_pair = settings.cert.is_some() || settings.key.is_some();
        let (cert, key) = if own_pair { (settings.cert, settings.key) } else { (common.cert, common.key) };
        let insecure = settings.insecure.unwrap_or(common.insecure && settings.ca.is_none());
        let tls = Tls {
            // A node that accepts any certificate has no use for the authorities of the document.
            ca: settings.ca.or(common.ca.filter(|_| !insecure)),
            cert,
            key,
            server_name: settings.server_name.or(common.server_name),
            insecure,
        };
        match check::check(&tls) {
            Ok(()) => Ok(Some(tls)),
            Err((Some(key), what)) => Err(fault(&format!("{path}.{key}"), what)),
            Err((None, what)) => Err(fault(path, what)),
        }
    }
}

#[cfg(feature = "tls")]
pub(crate) use crate::config::tls::check::{certificates, private_key, server_name};

#[cfg(feature = "tls")]
mod check {
    use crate::config::tls::Tls;
    use rustls::pki_types::pem::{Error as PemError, PemObject};
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
    use std::fmt::Display;

    /// What is wrong with which key.
    pub(super) fn check(tls: &Tls) -> Result<(), (Option<&'static str>, String)> {
        found(tls).map_err(|(key, what)| (Some(key), what))
    }

    fn found(tls: &Tls) -> Result<(), (&'static str, String)> {
        let missing = |other: &str| format!("missing; {other} requires it");
        match (&tls.cert, &tls.key) {
            (Some(_), None) => return Err(("key", missing("cert"))),
            (None, Some(_)) => return Err(("cert", missing("key"))),
            _ => {}
        }
        if tls.insecure && tls.ca.is_some() {
            return Err(("insecure", "true contradicts ca: no certificate is checked".into()));
        }
        if let Some(name) = &tls.server_name {
            server_name(name).map_err(|what| ("server_name", what))?;
        }
        for (key, path) in [("ca", &tls.ca), ("cert", &tls.cert)] {
            if let Some(path) = path {
                certificates(path).map_err(|what| (key, what))?;
            }
        }
        if let Some(path) = &tls.key {
            private_key(path).map_err(|what| ("key", what))?;
        }
        Ok(())
    }

    /// The certificates in a PEM file, at least one.
    pub(crate) fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, String> {
        let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let found = found.map_err(|error| unreadable(path, &error))?;
        if found.is_empty() { Err(format!("{path} has no certificate in PEM format")) } else { Ok(found) }
    }

    /// The first private key in a PEM file.
    pub(crate) fn private_key(path: &str) -> Result<PrivateKeyDer<'static>, String> {
        PrivateKeyDer::from_pem_file(path).map_err(|error| match error {
            PemError::NoItemsFound => format!("{path} has no private key in PEM format (a key with a passphrase is not supported)"),
            error => unreadable(path, &error),
        })
    }

    fn unreadable(path: &str, error: &PemError) -> String {
        let reason: &dyn Display = if let PemError::Io(error) = error { error } else { error };
        format!("cannot read {path}: {reason}")
    }

    /// A name that a certificate can have.
    pub(crate) fn server_name(name: &str) -> Result<ServerName<'static>, String> {
        ServerName::try_from(name.to_owned()).map_err(|_| format!("{name:?} is not a host name or address"))
    }
}

#[cfg(not(feature = "tls"))]
mod check {
    use crate::config::tls::Tls;

    pub(super) fn check(_: &Tls) -> Result<(), (Option<&'static str>, String)> {
        Err((None, "this build of the library has no TLS (its cargo feature tls is off)".into()))
    }
}
