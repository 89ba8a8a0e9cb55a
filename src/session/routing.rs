//! Which server a command of a transaction belongs to.

use crate::command::{Key, PlacedKeys, Strategy};
use crate::error::{Code, Error, printable};
use crate::routing::{CommandResolver, Located, crossnode_error, sort_reads_other_servers, upper};
use crate::session::Session;

pub(crate) enum Route<'a> {
    /// All of its keys are there.
    On(usize, PlacedKeys<'a>),
    /// It has no keys, and is the same everywhere.
    Anywhere,
    /// The server would refuse it, with this error.
    Answer(String),
    /// No server knows it.
    Unknown,
}

impl Session {
    /// Finds the one server that a command needs; an error where it needs several.
    pub(crate) fn place<'a>(&self, args: &[&'a [u8]]) -> Result<Route<'a>, Error> {
        let (config, topology) = (self.view.config(), self.view.topology());
        let (keys, strategy) = match CommandResolver::new(config, &topology).locate(args)? {
            Located::Keys { keys, strategy } => (keys, strategy),
            Located::ServerError(text) => return Ok(Route::Answer(text)),
            Located::Unknown => return Ok(Route::Unknown),
        };
        let server_of = |key: &Key| config.masters[key.master()].server;
        let server = match keys.first() {
            Some(key) => server_of(key),
            None if config.servers.len() == 1 => self.first_server(),
            None if strategy == Strategy::AnyMaster || is_harmless(args[0]) => return Ok(Route::Anywhere),
            None => return Err(everywhere(args[0])),
        };
        let is_apart = keys.iter().any(|key| server_of(key) != server);
        if is_apart || (strategy == Strategy::Sort && sort_reads_other_servers(config, args)) {
            return Err(crossnode_error(config, args, &keys));
        }
        Ok(Route::On(server, keys))
    }

    /// The error of a command whose keys are not where the transaction, or what it watches, is.
    pub(crate) fn elsewhere(&self, args: &[&[u8]], keys: &[Key]) -> Error {
        let config = self.view.config();
        let pinned = self.pin.as_ref().map_or("another node", |pin| &config.servers[pin.server].alias);
        let what = if self.transaction.is_some() { "the transaction is" } else { "the watched keys are" };
        let place = keys
            .first()
            .map_or_else(String::new, |key| format!("\"{}\" lives on {}, and ", printable(key.name), config.masters[key.master()].alias));
        Error::new(Code::CrossNode, format!("CROSSNODE {}: {place}{what} on {pinned}", upper(args[0])))
    }
}

/// What all masters are asked otherwise, for no better reason than to hear from all; and what speaks of the transaction itself.
fn is_harmless(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"PING") || name.eq_ignore_ascii_case(b"UNWATCH")
}

fn everywhere(name: &[u8]) -> Error {
    let text = format!("CROSSNODE {}: it has no key and concerns all nodes, and a transaction is on one", upper(name));
    Error::new(Code::CrossNode, text)
}
