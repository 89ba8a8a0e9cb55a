//! One node of the configuration: an object, or a URL.

use crate::config::document::{NodeDocument, fault};
use crate::config::tls::{Tls, TlsDocument};
use crate::config::values::{LAST_DB, StringOrObject};
use crate::config::{Address, Server};
use crate::error::Error;
use redis::{ConnectionAddr, IntoConnectionInfo};

/// What a node takes from the document when it does not have it itself.
pub(crate) struct Defaults {
    pub username: Option<String>,
    pub password: Option<String>,
    pub db: u32,
    pub tls: Option<Tls>,
    pub port: u16,
}

pub(crate) const DEFAULT_PORT: u16 = 6379;

/// The server that is at this path of the document.
pub(crate) fn server(alias: &str, path: &str, node: StringOrObject<NodeDocument>, defaults: &Defaults) -> Result<Server, Error> {
    match node {
        StringOrObject::String(url) => from_url(alias, path, &url, defaults),
        StringOrObject::Object(node) => from_object(alias, path, node, defaults),
        StringOrObject::Null => Err(fault(path, "null is not an object")),
    }
}

fn from_object(alias: &str, path: &str, node: NodeDocument, defaults: &Defaults) -> Result<Server, Error> {
    let fault = |key: &str, what: &str| fault(&format!("{path}.{key}"), what);
    let has_address = node.host.is_some() || node.unix.is_some() || node.port.is_some();
    let address = match (node.host, node.unix) {
        _ if node.service_name.is_some() && has_address => {
            return Err(fault("service_name", "a node has either an address or a service_name"));
        }
        _ if node.service_name.as_deref() == Some("") => return Err(fault("service_name", "empty")),
        (Some(_), Some(_)) => return Err(fault("unix", "a node has either host and port or unix")),
        (None, Some(_)) if node.port.is_some() => return Err(fault("port", "a node has either host and port or unix")),
        (None, None) => match node.service_name {
            Some(name) => Address::Service { name },
            None => return Err(fault("host", "missing")),
        },
        (Some(host), None) if host.is_empty() || host.contains('\0') => return Err(fault("host", "not a host name or address")),
        (None, Some(path)) if path.is_empty() || path.contains('\0') => return Err(fault("unix", "not a path")),
        (Some(host), None) => Address::Tcp { host, port: node.port.unwrap_or(defaults.port) },
        (None, Some(path)) => Address::Unix { path },
    };
    let tls = match (node.tls, &address) {
        (None, Address::Unix { .. }) => None,
        (None, _) => defaults.tls.clone(),
        (Some(own), _) => own
            .resolve(&format!("{path}.tls"), defaults.tls.as_ref())
            .map_err(|(path, what)| crate::config::document::fault(&path, what))?,
    };
    if tls.is_some() && matches!(address, Address::Unix { .. }) {
        return Err(fault("tls", "a Unix socket has no TLS"));
    }
    Ok(Server { tls, ..assemble(alias, address, node.username, node.password, node.db.unwrap_or(defaults.db), defaults) })
}

const NOT_A_URL: &str = "not a redis://, rediss:// or unix:// URL";

/// What is wrong with a text that cannot be parsed as a URL of a server. It must not repeat a password.
fn url_fault(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        let is_address = text.rsplit_once(':').is_some_and(|(host, port)| !host.contains(['@', '/', ':']) && port.parse::<u16>().is_ok());
        return if is_address { format!("not a URL: write redis://{text}") } else { NOT_A_URL.to_owned() };
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let address = authority.rsplit('@').next().unwrap_or_default();
    // With a later @, a password contains one of the delimiters, and this is a part of it.
    let has_port = matches!(scheme, "redis" | "rediss") && rest.rfind('@') <= authority.rfind('@');
    match address.rsplit_once(':') {
        Some((_, port)) if has_port && !port.contains(']') && port.parse::<u16>().is_err() => {
            if port.parse::<u64>().is_ok() {
                format!("{port} is not a port")
            } else {
                format!("{port:?} is not a port")
            }
        }
        _ => NOT_A_URL.to_owned(),
    }
}

fn from_url(alias: &str, path: &str, text: &str, defaults: &Defaults) -> Result<Server, Error> {
    let mut url = redis::parse_redis_url(text).ok_or_else(|| fault(path, url_fault(text)))?;
    let is_unix = url.scheme().ends_with("unix");
    let tls = tls_of_url(path, url.scheme(), is_unix, defaults)?;
    if tls.is_some() && url.set_scheme("redis").is_err() {
        return Err(fault(path, "this kind of URL is not supported"));
    }
    let known: &[&str] = if is_unix { &["db", "user", "pass"] } else { &[] };
    if let Some((name, _)) = url.query_pairs().find(|(name, _)| !known.contains(&name.as_ref())) {
        return Err(fault(path, format!("{name:?} is not supported in a URL")));
    }
    if url.fragment().is_some() {
        return Err(fault(path, "a fragment (#…) is not supported in a URL"));
    }
    let says_db = if is_unix { url.query_pairs().any(|(name, _)| name == "db") } else { !url.path().trim_matches('/').is_empty() };
    let info = url.into_connection_info().map_err(|error| fault(path, error))?;
    let address = match info.addr() {
        ConnectionAddr::Tcp(host, port) => Address::Tcp { host: host.clone(), port: *port },
        ConnectionAddr::Unix(socket) => Address::Unix { path: socket.to_string_lossy().into_owned() },
        _ => return Err(fault(path, "this kind of URL is not supported")),
    };
    let settings = info.redis_settings();
    let db = match u32::try_from(settings.db()) {
        _ if !says_db => defaults.db,
        Ok(db) if db <= LAST_DB => db,
        _ => return Err(fault(path, format!("{} is not a database number", settings.db()))),
    };
    let (username, password) = (settings.username().map(Into::into), settings.password().map(Into::into));
    Ok(Server { tls, ..assemble(alias, address, username, password, db, defaults) })
}

/// A URL says itself whether it means TLS. If the document wants TLS, a URL without would send everything in clear text without a word.
fn tls_of_url(path: &str, scheme: &str, is_unix: bool, defaults: &Defaults) -> Result<Option<Tls>, Error> {
    match scheme {
        "rediss" | "valkeys" => TlsDocument::Switch(true).resolve(path, defaults.tls.as_ref()).map_err(|(path, what)| fault(&path, what)),
        _ if is_unix || defaults.tls.is_none() => Ok(None),
        _ => Err(fault(path, format!("{scheme}:// is without TLS, and tls is configured; use rediss://"))),
    }
}

/// A node that has a user or a password of its own takes neither from the document.
fn assemble(alias: &str, address: Address, username: Option<String>, password: Option<String>, db: u32, defaults: &Defaults) -> Server {
    let (username, password) = match (username, password) {
        (None, None) => (defaults.username.clone(), defaults.password.clone()),
        own => own,
    };
    // Configurations write "no password" as an empty string.
    let password = password.filter(|password| !password.is_empty());
    Server { alias: alias.to_owned(), address, username, password, db, tls: None }
}
