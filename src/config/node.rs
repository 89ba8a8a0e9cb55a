//! One node of the configuration: an object, or a URL.

use crate::config::fields::{Fields, fault};
use crate::config::json::Json;
use crate::config::{Address, Server};
use crate::error::Error;
use redis::{ConnectionAddr, IntoConnectionInfo};

/// What a node takes from the configuration around it when it says nothing itself.
pub(crate) struct Defaults {
    pub username: Option<String>,
    pub password: Option<String>,
    pub db: u32,
}

/// The largest database number we let through; servers have 16 by default and refuse what they lack.
pub(crate) const LAST_DB: u32 = i32::MAX as u32;
const DEFAULT_PORT: u16 = 6379;

pub(crate) fn server(alias: &str, value: Json, defaults: &Defaults) -> Result<Server, Error> {
    let path = format!("nodes.{alias}");
    match value {
        Json::Text(url) => from_url(alias, &path, &url, defaults),
        object => from_object(alias, Fields::of(&path, object)?, defaults),
    }
}

fn from_object(alias: &str, mut fields: Fields, defaults: &Defaults) -> Result<Server, Error> {
    let host = fields.text("host")?;
    let port = fields.whole("port", 1..=65535, "a port")?;
    let unix = fields.text("unix")?;
    let username = fields.text("username")?;
    let password = fields.text("password")?;
    let db = fields.whole("db", 0..=LAST_DB, "a database number")?.unwrap_or(defaults.db);
    if fields.flag("tls")? == Some(true) {
        return Err(fields.fault("tls", "TLS is not supported yet"));
    }
    let address = match (host, unix) {
        (Some(_), Some(_)) => return Err(fields.fault("unix", "a node has either host and port or unix")),
        (None, Some(_)) if port.is_some() => return Err(fields.fault("port", "a node has either host and port or unix")),
        (None, None) => return Err(fields.fault("host", "missing")),
        (Some(host), None) if host.is_empty() || host.contains('\0') => return Err(fields.fault("host", "not a host name or address")),
        (None, Some(path)) if path.is_empty() || path.contains('\0') => return Err(fields.fault("unix", "not a path")),
        (Some(host), None) => Address::Tcp { host, port: port.map_or(DEFAULT_PORT, |port| port as u16) },
        (None, Some(path)) => Address::Unix { path },
    };
    fields.finish()?;
    Ok(assemble(alias, address, username, password, db, defaults))
}

fn from_url(alias: &str, path: &str, text: &str, defaults: &Defaults) -> Result<Server, Error> {
    let url = redis::parse_redis_url(text).ok_or_else(|| fault(path, "not a redis://, rediss:// or unix:// URL"))?;
    if matches!(url.scheme(), "rediss" | "valkeys") {
        return Err(fault(path, "rediss:// is not supported yet"));
    }
    let is_unix = url.scheme().ends_with("unix");
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
    Ok(assemble(alias, address, settings.username().map(Into::into), settings.password().map(Into::into), db, defaults))
}

/// A node that names a user or a password of its own takes neither from its surroundings.
fn assemble(alias: &str, address: Address, username: Option<String>, password: Option<String>, db: u32, defaults: &Defaults) -> Server {
    let (username, password) = match (username, password) {
        (None, None) => (defaults.username.clone(), defaults.password.clone()),
        own => own,
    };
    // An empty password is how configurations say "none".
    let password = password.filter(|password| !password.is_empty());
    Server { alias: alias.to_owned(), address, username, password, db }
}
