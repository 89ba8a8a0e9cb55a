//! Finds the server for a command of a transaction.

use crate::command::{Key, PlacedKeys, Strategy};
use crate::error::{Code, Error, printable};
use crate::routing::{CommandResolver, Located, crossnode_error, rule_of_braces, sort_reads_other_servers, upper};
use crate::session::session::Session;

pub(crate) enum Route<'a> {
    /// The server that has all keys of the command.
    Server(usize, PlacedKeys<'a>),
    /// The command has no keys and the same effect on every server.
    AnyServer,
    /// A server certainly rejects the command.
    Rejected,
}

impl Session {
    /// Finds the server for a command. Fails if the command needs several.
    pub(super) fn route<'a>(&self, args: &[&'a [u8]]) -> Result<Route<'a>, Error> {
        let (config, topology) = (self.selected.config(), self.selected.topology());
        let (keys, strategy) = match CommandResolver::new(config, &topology).locate(args)? {
            Located::Keys { keys, strategy } => (keys, strategy),
            Located::Rejected => return Ok(Route::Rejected),
        };
        let server_of = |key: &Key| config.masters[key.master()].server;
        let server = match keys.first() {
            Some(key) => server_of(key),
            None if config.servers.len() == 1 => self.first_server(),
            // A script without keys runs on the node of the transaction. The command table sends UNWATCH to all masters, but in a transaction
            // any server can run it.
            None if matches!(strategy, Strategy::AnyMaster | Strategy::Script) || args[0].eq_ignore_ascii_case(b"UNWATCH") => {
                return Ok(Route::AnyServer);
            }
            None => return Err(needs_all_nodes(args[0])),
        };
        let needs_several = keys.iter().any(|key| server_of(key) != server);
        if needs_several || (strategy == Strategy::Sort && sort_reads_other_servers(config, args)?) {
            return Err(crossnode_error(config, args, &keys));
        }
        Ok(Route::Server(server, keys))
    }

    /// The error of a command whose keys are not on the server of the transaction or of the watched keys.
    pub(super) fn bound_elsewhere(&self, args: &[&[u8]], keys: &[Key]) -> Error {
        let config = self.selected.config();
        let node = self.binding.as_ref().map_or("another node", |binding| &config.servers[binding.server].alias);
        let what = if self.transaction.is_some() { "the transaction is" } else { "the watched keys are" };
        let key = keys
            .first()
            .map_or_else(String::new, |key| format!("\"{}\" lives on {}, and ", printable(key.name), config.masters[key.master()].alias));
        let rule = rule_of_braces(config, keys.first().map(|first| args[first.position()]));
        Error::new(Code::CrossNode, format!("CROSSNODE {}: {key}{what} on {node}{rule}", upper(args[0])))
    }
}

fn needs_all_nodes(name: &[u8]) -> Error {
    let text = format!("CROSSNODE {}: it has no key and concerns all nodes, but a transaction runs on one node", upper(name));
    Error::new(Code::CrossNode, text)
}
