//! CLIENT KILL and CLIENT UNBLOCK also concern the sessions of this process, of which a server knows only some connections.

use crate::config::Config;
use crate::crossnode::broadcast::client_ids::{number, of_server};
use crate::error::Error;
use crate::resp::{Reply, Value};
use crate::topology::RegisteredSession;
use std::time::Duration;

/// CLIENT UNBLOCK of a session. It may wait on several servers, or across nodes on none, so it ends its command itself. Returns whether it does.
pub(crate) fn unblock_session(config: &Config, args: &[&[u8]]) -> bool {
    let is = |word: &[u8], other: &str| word.eq_ignore_ascii_case(other.as_bytes());
    let with_error = match args {
        [_, _, _] => false,
        [_, _, _, word] if is(word, "TIMEOUT") => false,
        [_, _, _, word] if is(word, "ERROR") => true,
        _ => return false,
    };
    let Some(id) = number(args[2]) else { return false };
    let (server, id) = of_server(id, config.servers.len());
    let is_meant = |session: &RegisteredSession| {
        session.identity().is_some_and(|identity| identity.0 == config.servers[server].address && identity.1 == id)
    };
    RegisteredSession::on_servers(config).iter().any(|session| is_meant(session) && session.control().unblock(with_error))
}

/// After CLIENT KILL: closes the sessions of this process that it is about. `own` is the session that has sent it, which closes itself. `ask` sends
/// a command to a server.
pub(crate) fn close_killed(
    config: &Config,
    args: &[&[u8]],
    own: Option<&RegisteredSession>,
    mut ask: impl FnMut(usize, &[&[u8]]) -> Result<Reply, Error>,
) -> Result<(), Error> {
    let is_own = |session: &RegisteredSession| own.is_some_and(|own| std::ptr::eq(own, session));
    let mut sessions = RegisteredSession::on_servers(config);
    sessions.retain(|session| !is_own(session));
    let filter = Filter { args, servers: config.servers.len(), config };
    // A server does not know all connections of these as those of one client.
    let (by_filter, by_connection): (Vec<_>, Vec<_>) =
        sessions.into_iter().partition(|session| session.identity().is_none() || (session.is_subscribed() && filter.names("TYPE")));
    by_filter.iter().filter(|session| filter.matches(session)).for_each(|session| session.control().close());
    for (server, known) in config.servers.iter().enumerate() {
        let identified = by_connection.iter().filter_map(|session| Some((session, session.identity()?)));
        let identified: Vec<_> = identified.filter(|(_, identity)| identity.0 == known.address).collect();
        if identified.is_empty() {
            continue;
        }
        let ids: Vec<String> = identified.iter().map(|(_, identity)| identity.1.to_string()).collect();
        let words: Vec<&[u8]> = [&b"CLIENT"[..], b"LIST", b"ID"].into_iter().chain(ids.iter().map(String::as_bytes)).collect();
        let list = ask(server, &words)?;
        let (Value::String(list) | Value::Verbatim { text: list, .. }) = list.root() else { continue };
        let list = String::from_utf8_lossy(list);
        let is_connected = |id: i64| list.lines().any(|line| line.starts_with(&format!("id={id} ")));
        identified.iter().filter(|(_, identity)| !is_connected(identity.1)).for_each(|(session, _)| session.control().close());
    }
    Ok(())
}

/// The filters of CLIENT KILL.
struct Filter<'c> {
    args: &'c [&'c [u8]],
    servers: usize,
    config: &'c Config,
}

impl Filter<'_> {
    fn names(&self, filter: &str) -> bool {
        self.args[2..].iter().any(|word| word.eq_ignore_ascii_case(filter.as_bytes()))
    }

    /// Whether a session meets all filters. One that is about a connection is not met by a session that has none. The old form, an address, is met
    /// by none.
    fn matches(&self, session: &RegisteredSession) -> bool {
        let mut rest = &self.args[2..];
        while let [name, value, after @ ..] = rest {
            rest = after;
            let name = name.to_ascii_uppercase();
            let is_kind = |value: &[u8]| value.eq_ignore_ascii_case(if session.is_subscribed() { b"pubsub" } else { b"normal" });
            let mut is_id = || {
                let listed = [*value].into_iter().chain(rest.iter().copied()).map_while(number).collect::<Vec<i64>>();
                rest = &rest[listed.len().saturating_sub(1)..];
                listed.iter().any(|&id| self.is_id_of(id, session))
            };
            let is_met = match name.as_slice() {
                b"SKIPME" => true,
                b"TYPE" => is_kind(value),
                b"NOT-TYPE" => !is_kind(value),
                b"USER" => *value == session.user().as_bytes(),
                b"NOT-USER" => *value != session.user().as_bytes(),
                b"MAXAGE" => number(value).is_some_and(|age| session.age() >= Duration::from_secs(age.unsigned_abs())),
                b"ID" => is_id(),
                b"NOT-ID" => !is_id(),
                b"NOT-ADDR" | b"NOT-LADDR" => true,
                _ => false,
            };
            if !is_met {
                return false;
            }
        }
        self.args.len() > 3
    }

    fn is_id_of(&self, id: i64, session: &RegisteredSession) -> bool {
        let (server, id) = of_server(id, self.servers);
        session.identity().is_some_and(|identity| identity.0 == self.config.servers[server].address && identity.1 == id)
    }
}
