//! Finds the servers for a command of a transaction.

use crate::command::{Key, PlacedKeys, SplitKind, Strategy};
use crate::config::{CrossNode, KeylessScripts, Transactions};
use crate::error::{Code, Error, printable};
use crate::routing::{CommandResolver, Located, crossnode_error, keyless_error, rule_of_braces, sort_reads_other_servers, upper};
use crate::session::session::Session;

pub(crate) enum Route<'a> {
    /// The server that has all keys of the command.
    Server(usize, PlacedKeys<'a>),
    /// The command has no keys and the same effect on every server.
    AnyServer,
    /// A script or function without keys, and the server that the configuration names for it.
    Script(Option<usize>),
    /// Each server gets its keys.
    Split(SplitKind, PlacedKeys<'a>),
    /// The command has no keys and concerns all servers.
    AllServers(Strategy),
    /// A server certainly rejects the command.
    Rejected,
}

impl Session {
    /// Finds the servers for a command.
    pub(super) fn route<'a>(&self, args: &[&'a [u8]]) -> Result<Route<'a>, Error> {
        let (config, topology) = (self.selected.config(), self.selected.topology());
        let (keys, strategy) = match CommandResolver::new(config, &topology).locate(args)? {
            Located::Keys { keys, strategy } => (keys, strategy),
            Located::Rejected => return Ok(Route::Rejected),
        };
        let server_of = |key: &Key| config.masters[key.master()].server;
        let server = match (keys.first(), strategy) {
            (Some(key), _) => server_of(key),
            (None, _) if config.servers.len() == 1 => self.first_server(),
            (None, Strategy::Script) => {
                let is_named = matches!(config.keyless_scripts, KeylessScripts::Node(_));
                return Ok(Route::Script(is_named.then(|| config.keyless_server())));
            }
            (None, Strategy::AnyMaster) => return Ok(Route::AnyServer),
            (None, Strategy::Broadcast(_) | Strategy::Scan | Strategy::RandomKey) => return Ok(Route::AllServers(strategy)),
            (None, _) => return Err(keyless_error(args[0])),
        };
        let needs_several = keys.iter().any(|key| server_of(key) != server);
        match strategy {
            // The conditions of MSETEX are about all keys.
            Strategy::Split(SplitKind::StoredWithOptions) if needs_several => return Err(crossnode_error(config, args, &keys)),
            Strategy::Split(kind) if needs_several && self.may_use_several_nodes() && config.cross_node == CrossNode::Emulate => {
                // Otherwise the server rejects the number of arguments.
                let is_valid = kind != SplitKind::Stored || args.len() == 1 + 2 * keys.len();
                return Ok(if is_valid { Route::Split(kind, keys) } else { Route::Rejected });
            }
            _ if needs_several || (strategy == Strategy::Sort && sort_reads_other_servers(config, args)?) => {
                return Err(crossnode_error(config, args, &keys));
            }
            _ => {}
        }
        Ok(Route::Server(server, keys))
    }

    /// Whether the keys of a transaction may be on several nodes.
    pub(super) fn may_use_several_nodes(&self) -> bool {
        self.configured.config().transactions == Transactions::PerNode
    }

    /// Whether a key or a script on a server conflicts with the server of the transaction.
    pub(super) fn conflicts_with(&self, server: usize) -> bool {
        self.is_bound_elsewhere(server) && !self.may_use_several_nodes()
    }

    /// The error of a command whose keys are not on the server of the transaction or of the watched keys. Without keys it is a script.
    pub(super) fn bound_elsewhere(&self, args: &[&[u8]], keys: &[Key]) -> Error {
        let config = self.selected.config();
        let node = self.binding.as_ref().map_or("another node", |binding| &config.servers[binding.server].alias);
        let what = if self.transaction.is_some() { "the transaction is" } else { "the watched keys are" };
        let key = keys.first().map_or_else(
            || format!("keyless_scripts names {}, and ", config.servers[config.keyless_server()].alias),
            |key| format!("\"{}\" lives on {}, and ", printable(key.name), config.masters[key.master()].alias),
        );
        let rule = rule_of_braces(config, keys.first().map(|first| args[first.position()]));
        Error::new(Code::CrossNode, format!("CROSSNODE {}: {key}{what} on {node}{rule}", upper(args[0])))
    }
}
