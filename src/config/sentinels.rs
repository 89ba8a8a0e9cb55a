//! The Sentinels, and the nodes whose masters they know.

use crate::config::document::{Document, NodeDocument, fault};
use crate::config::node::{Defaults, server};
use crate::config::tls::Tls;
use crate::config::values::StringOrObject;
use crate::config::{Address, Server};
use crate::error::Error;
use std::time::Duration;

const DEFAULT_PORT: u16 = 26379;

/// The Sentinels of the document, which has these settings of TLS for its nodes. Credentials of nodes are not sent to Sentinels.
pub(super) fn sentinels(document: &mut Document, tls: Option<&Tls>) -> Result<Vec<Server>, Error> {
    let tls = match document.sentinel_tls.take() {
        None => tls.cloned(),
        Some(own) => own.resolve("sentinel_tls", tls).map_err(|(path, what)| fault(&path, what))?,
    };
    let defaults = Defaults {
        username: document.sentinel_username.take(),
        password: document.sentinel_password.take(),
        db: 0,
        tls,
        port: DEFAULT_PORT,
    };
    let all = document.sentinels.take().unwrap_or_default();
    all.into_iter().enumerate().map(|(at, sentinel)| one(at, sentinel, &defaults)).collect()
}

fn one(at: usize, sentinel: StringOrObject<NodeDocument>, defaults: &Defaults) -> Result<Server, Error> {
    let (alias, path) = (format!("sentinel_{}", at + 1), format!("sentinels[{at}]"));
    let sentinel = match sentinel {
        StringOrObject::String(text) if !text.contains("://") => StringOrObject::Object(host_and_port(&path, &text)?),
        StringOrObject::String(text) if !has_port(&text) => return Err(fault(&path, "a URL of a Sentinel must have a port")),
        other => other,
    };
    let server = server(&alias, &path, sentinel, defaults)?;
    match server.address {
        Address::Service { .. } => Err(fault(&format!("{path}.service_name"), "a Sentinel has an address")),
        _ => Ok(Server { db: 0, ..server }),
    }
}

/// Whether a URL has a port: that of a Redis server, which it would have otherwise, is never right.
fn has_port(url: &str) -> bool {
    let authority = url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let address = authority.rsplit('@').next().unwrap_or_default();
    url.contains("unix") || address.rsplit(']').next().unwrap_or_default().contains(':')
}

/// From `host`, `host:port` or `[address]:port`.
fn host_and_port(path: &str, text: &str) -> Result<NodeDocument, Error> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        None => None,
        Some(port) => {
            Some(port.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| fault(path, format!("{port:?} is not a port")))?)
        }
    };
    Ok(NodeDocument { host: Some(host.to_owned()), port, ..NodeDocument::default() })
}

/// Checks that nodes with a service name and Sentinels belong together.
pub(super) fn check(servers: &[Server], sentinels: &[Server], refresh_interval: Option<Duration>) -> Result<(), Error> {
    let service = servers.iter().find(|server| matches!(server.address, Address::Service { .. }));
    match service {
        None if !sentinels.is_empty() => Err(fault("sentinels", "no node has a service_name")),
        None => Ok(()),
        Some(node) if sentinels.is_empty() => Err(fault(&format!("nodes.{}.service_name", node.alias), "requires sentinels")),
        Some(_) if refresh_interval.is_none() => Err(fault("refresh_interval", "0 contradicts service_name: roles have to be checked")),
        Some(_) => Ok(()),
    }
}
