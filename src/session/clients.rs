//! CLIENT KILL and CLIENT UNBLOCK in a session: the clients of all servers, and the sessions of this process.

use crate::crossnode::broadcast::client_ids::of_server;
use crate::crossnode::broadcast::with_client_ids;
use crate::error::Error;
use crate::resp::{Reply, Value, pack};
use crate::session::registry::{register, registered_on};
use crate::session::session::{Outcome, Session};

impl Session {
    /// Returns the server whose connection identifies the session, after it has been opened and its id is known.
    pub(super) fn identify(&mut self) -> Result<usize, Error> {
        let server = self.identifying_server();
        let may_reconnect = self.binding.as_ref().is_none_or(|binding| binding.server != server);
        let learned = self.own_connection(server, may_reconnect).and_then(|connection| {
            connection.learn_id()?;
            Ok(connection.id())
        });
        let id = learned.map_err(|error| self.lose_connection(server, error, b"CLIENT", false))?;
        if let Some(id) = id.filter(|id| self.registration.as_ref().is_none_or(|known| known.id != *id)) {
            let address = &self.configured.config().servers[server].address;
            self.registration = Some(register(address, id, self.interrupter.clone(), self.inbox.0.clone()));
        }
        Ok(server)
    }

    /// CLIENT KILL over the session's own connections, because a server spares the connection that a command came from unless SKIPME is no.
    /// A session of this process that a server has disconnected is closed; this one after the reply.
    pub(super) fn kill_clients(&mut self, args: &[&[u8]]) -> Outcome {
        let own = self.identify()?;
        let servers = self.connections.len();
        let mut replies = Vec::new();
        // The session's own server is the last one, because it may close the session.
        for server in (0..servers).filter(|&server| server != own).chain([own]) {
            if let Some(words) = with_client_ids(args, server, servers) {
                let words: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
                replies.push(self.ask(server, args[0], &pack(&words))?);
                self.close_disconnected(server, own)?;
            }
        }
        Ok(merged(replies, args.len() == 3))
    }

    /// Closes the sessions of this process whose connection a server has closed.
    fn close_disconnected(&mut self, server: usize, own: usize) -> Result<(), Error> {
        const PING: &[&[u8]] = &[b"PING"];
        if server == own && self.connections[server].as_mut().is_none_or(|connection| connection.ask(&pack(PING), 1, &mut 0).is_err()) {
            self.quit();
            return Ok(());
        }
        let sessions = registered_on(&self.configured.config().servers[server].address);
        if sessions.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = sessions.iter().map(|session| session.id.to_string()).collect();
        let words: Vec<&[u8]> = [&b"CLIENT"[..], b"LIST", b"ID"].into_iter().chain(ids.iter().map(String::as_bytes)).collect();
        let list = self.ask(server, b"CLIENT", &pack(&words))?;
        let (Value::String(list) | Value::Verbatim { text: list, .. }) = list.root() else { return Ok(()) };
        let list = String::from_utf8_lossy(list);
        let is_connected = |id: i64| list.lines().any(|line| line.starts_with(&format!("id={id} ")));
        sessions.iter().filter(|session| !is_connected(session.id)).for_each(|session| session.interrupter.close());
        Ok(())
    }

    /// CLIENT UNBLOCK. A session of this process may wait on several servers, or across nodes on none, so it ends its command itself.
    pub(super) fn unblock_client(&mut self, args: &[&[u8]]) -> Outcome {
        let with_error = match args[3..] {
            [] => Some(false),
            [word] if word.eq_ignore_ascii_case(b"TIMEOUT") => Some(false),
            [word] if word.eq_ignore_ascii_case(b"ERROR") => Some(true),
            _ => None,
        };
        let id = std::str::from_utf8(args[2]).ok().and_then(|id| id.parse::<i64>().ok());
        if let (Some(id), Some(with_error)) = (id, with_error) {
            let (server, id) = of_server(id, self.connections.len());
            let sessions = registered_on(&self.configured.config().servers[server].address);
            if sessions.iter().any(|session| session.id == id && session.interrupter.unblock(with_error)) {
                return Ok(Reply::integer(1));
            }
        }
        self.selected.command(args)
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
