//! The command that a strategy carries out, with all that it needs for that.

use crate::config::Config;
use crate::crossnode::support::conversation::Connections;
use crate::crossnode::support::wait_limit::WaitLimit;
use crate::error::{Error, printable};
use crate::routing::CrossNodeCommand;
use crate::topology::Topology;

/// A command for several servers.
pub(crate) struct Job<'c, 'a> {
    pub config: &'c Config,
    pub topology: &'c Topology,
    /// The arguments as the caller gave them, the command's name first.
    pub args: &'c [&'a [u8]],
    pub command: &'c CrossNodeCommand<'a>,
    /// What ends a wait before the deadline of the command.
    pub limit: Option<&'c WaitLimit<'c>>,
}

impl<'c, 'a> Job<'c, 'a> {
    /// The name of the command, in capital letters.
    pub(crate) fn name(&self) -> String {
        printable(&self.args[0].to_ascii_uppercase())
    }

    /// Whether a wait must end before the deadline of the command.
    pub(crate) fn ends_wait(&self) -> bool {
        self.limit.is_some_and(WaitLimit::ends_wait)
    }

    /// Whether the command began to wait before, and was suspended.
    pub(crate) fn is_continued(&self) -> bool {
        self.limit.is_some_and(|limit| limit.is_continued)
    }

    /// The server of the nth key of the command.
    pub(crate) fn server_of(&self, key: usize) -> usize {
        self.config.masters[self.command.keys[key].master()].server
    }

    /// The name of the nth key, as it is sent.
    pub(crate) fn key(&self, key: usize) -> &'a [u8] {
        self.command.keys[key].name
    }

    /// The server of each key; a server that has several keys occurs several times.
    pub(crate) fn servers(&self) -> impl Iterator<Item = usize> {
        (0..self.command.keys.len()).map(|key| self.server_of(key))
    }

    /// Each server that has keys of the command once, in order.
    pub(crate) fn distinct_servers(&self) -> Vec<usize> {
        let mut servers: Vec<usize> = self.servers().collect();
        servers.sort_unstable();
        servers.dedup();
        servers
    }

    /// Takes a connection to each of these servers.
    pub(crate) fn connections(&self, servers: impl IntoIterator<Item = usize>) -> Result<Connections<'c>, Error> {
        Connections::new(self.topology, self.args[0], servers)
    }

    /// [`Job::connections`], which calls `on_wait` before it waits for a connection or, for longer than a round trip, for replies.
    pub(crate) fn watched_connections<'w>(
        &self,
        servers: impl IntoIterator<Item = usize>,
        on_wait: &'w dyn Fn(),
    ) -> Result<Connections<'w>, Error>
    where
        'c: 'w,
    {
        Connections::watched(self.topology, self.args[0], servers, Some(on_wait))
    }
}
