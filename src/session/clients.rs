//! CLIENT KILL in a session: the clients of all servers, and the sessions of this process.

use crate::crossnode::broadcast::sessions::close_killed;
use crate::crossnode::broadcast::with_client_ids;
use crate::error::Error;
use crate::resp::{Reply, Value, pack};
use crate::session::interrupt::Interrupter;
use crate::session::session::{Outcome, Session};
use crate::topology::Controlled;

impl Controlled for Interrupter {
    fn unblock(&self, with_error: bool) -> bool {
        Interrupter::unblock(self, with_error)
    }

    fn close(&self) {
        Interrupter::close(self);
    }
}

impl Session {
    /// Returns the server whose connection identifies the session, after it has been opened and its id is known.
    pub(super) fn identify(&mut self) -> Result<usize, Error> {
        let server = self.identifying_server();
        let may_reconnect = self.binding.as_ref().is_none_or(|binding| binding.server != server);
        let learned = self.own_connection(server, may_reconnect).and_then(|connection| connection.learn_id());
        learned.map_err(|error| self.lose_connection(server, error, b"CLIENT", false))?;
        self.register_identity(server);
        Ok(server)
    }

    /// Makes the id of a connection that of the session, if it is known and the session has no other one.
    pub(super) fn register_identity(&mut self, server: usize) {
        let id = self.connections[server].as_ref().and_then(|connection| connection.id());
        if let Some(id) = id.filter(|_| self.identifying_server.is_none_or(|identifying| identifying == server)) {
            self.identifying_server = Some(server);
            let address = &self.configured.config().servers[server].address;
            if self.registration.identity().is_none_or(|known| *known != (address.clone(), id)) {
                self.registration.set_identity(Some((address, id)));
            }
        }
    }

    /// CLIENT KILL over the session's own connections, because a server spares the connection that a command came from unless SKIPME is no.
    /// A session of this process that it is about is closed; this one after the reply.
    pub(super) fn kill_clients(&mut self, args: &[&[u8]]) -> Outcome {
        let own = self.identify()?;
        let servers = self.connections.len();
        let mut replies = Vec::new();
        // The session's own server is the last one, because it may close the session.
        for server in (0..servers).filter(|&server| server != own).chain([own]) {
            if let Some(words) = with_client_ids(args, server, servers) {
                let words: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
                replies.push(self.ask(server, args[0], &pack(&words))?);
            }
        }
        let reply = merged(replies, args.len() == 3);
        if !matches!(reply.root(), Value::Error(_)) {
            let (config, registration) = (self.configured.clone(), self.registration.clone());
            const PING: &[&[u8]] = &[b"PING"];
            let is_killed = self.connections[own].as_mut().is_none_or(|connection| connection.ask(&pack(PING), 1, &mut 0).is_err());
            if is_killed {
                self.connections[own] = None;
            }
            close_killed(config.config(), args, Some(&registration), |server, words| self.ask(server, b"CLIENT", &pack(words)))?;
            if is_killed {
                self.quit();
            }
        }
        Ok(reply)
    }
}

/// The old form names one client, by its address: one server has it. The new form counts clients.
fn merged(replies: Vec<Reply>, is_old_form: bool) -> Reply {
    let is_error = |reply: &&Reply| matches!(reply.root(), Value::Error(_));
    let decisive = replies.iter().find(|reply| is_error(reply) != is_old_form);
    match decisive.or(replies.first().filter(|_| is_old_form)) {
        Some(reply) => reply.clone(),
        None => Reply::integer(replies.iter().map(|reply| if let Value::Integer(count) = reply.root() { count } else { 0 }).sum()),
    }
}
