//! CLIENT: how the session identifies itself to the servers.

use crate::config::Protocol;
use crate::crossnode::broadcast::client_ids::{line_with_id, over_all_servers};
use crate::error::printable;
use crate::resp::{Reply, Value, pack};
use crate::session::connection::Settings;
use crate::session::session::{Outcome, Session};

impl Session {
    /// CLIENT ID and CLIENT INFO of one of the session's own connections, with the id that it has over all servers.
    pub(super) fn describe_connection(&mut self, args: &[&[u8]]) -> Outcome {
        let server = self.identify()?;
        self.has_told_id |= args[1].eq_ignore_ascii_case(b"ID");
        let reply = self.ask(server, args[0], &pack(args))?;
        Ok(self.with_own_id(reply, server))
    }

    /// The reply to CLIENT ID or CLIENT INFO with the id over all servers.
    pub(super) fn with_own_id(&self, reply: Reply, server: usize) -> Reply {
        let servers = self.configured.config().servers.len();
        match reply.root() {
            Value::Integer(id) => Reply::integer(over_all_servers(id, server, servers)),
            Value::String(line) => Reply::string(&self.line_with_redirect(line_with_id(line, server, servers))),
            Value::Verbatim { text, .. } => Reply::verbatim(&self.line_with_redirect(line_with_id(text, server, servers))),
            _ => reply,
        }
    }

    /// A line of CLIENT INFO with the id that REDIRECT names. The server knows only the receiver of the messages.
    fn line_with_redirect(&self, line: Vec<u8>) -> Vec<u8> {
        let Some(tracking) = &self.tracking else { return line };
        let field = |field: &str| match field.split_once('=') {
            // The last field of Redis 6.2, which ends the line.
            Some(("redir", id)) => format!("redir={}{}", self.redirect(), if id.ends_with('\n') { "\n" } else { "" }),
            Some(("flags", flags)) if tracking.is_redirect_broken => format!("flags={}", flags.replacen('t', "tR", 1)),
            _ => field.to_owned(),
        };
        String::from_utf8_lossy(&line).split(' ').map(field).collect::<Vec<_>>().join(" ").into_bytes()
    }

    /// Returns the server whose connection identifies the session. At the first call that is a server that the session is bound to, or else
    /// has a connection to, or else the first server. It stays the same, so that CLIENT ID does.
    pub(super) fn identifying_server(&mut self) -> usize {
        let bound = self.binding.as_ref().filter(|binding| binding.lost.is_none()).map(|binding| binding.server);
        let connected = || self.connections.iter().position(Option::is_some);
        let server = self.identifying_server.or(bound).or_else(connected).unwrap_or_else(|| self.first_server());
        *self.identifying_server.insert(server)
    }

    pub(super) fn set_name(&mut self, name: &[u8]) -> Reply {
        if !is_valid_name(name) {
            return invalid_name("Client names");
        }
        self.settings.name = name.to_vec();
        if !name.is_empty() {
            // Opens the connection that CLIENT LIST shows under this name. If the server does not reply, a later command reports that.
            let _ = self.identify();
        }
        Reply::status(b"OK")
    }

    pub(super) fn name(&self) -> Reply {
        match (self.settings.name.as_slice(), self.settings.protocol) {
            (b"", Protocol::Resp3) => Reply::nil().with_null_of_resp3(),
            (b"", Protocol::Resp2) => Reply::nil(),
            (name, _) => Reply::string(name),
        }
    }

    /// CLIENT NO-EVICT and CLIENT NO-TOUCH: a server decides whether they exist. All own connections then have the setting.
    pub(super) fn switch(&mut self, args: &[&[u8]], setting: fn(&mut Settings) -> &mut bool) -> Outcome {
        let server = self.identify()?;
        let reply = self.ask(server, args[0], &pack(args))?;
        if !matches!(reply.root(), Value::Error(_)) {
            *setting(&mut self.settings) = args[2].eq_ignore_ascii_case(b"ON");
        }
        Ok(reply)
    }

    /// CLIENT SETINFO. Servers before 7.2 do not have it; a session accepts it and ignores their errors.
    pub(super) fn set_info(&mut self, args: &[&[u8]]) -> Reply {
        let [_, _, given, value] = args else { return Reply::error(b"ERR wrong number of arguments for 'client|setinfo' command") };
        let known = ["lib-name", "lib-ver"].into_iter().find(|known| given.eq_ignore_ascii_case(known.as_bytes()));
        let Some(attribute) = known else {
            return Reply::error(format!("ERR Unrecognized option '{}'", printable(given)).as_bytes());
        };
        if !is_valid_name(value) {
            return invalid_name(attribute);
        }
        self.settings.info.retain(|(other, _)| other != attribute.as_bytes());
        self.settings.info.push((attribute.into(), value.to_vec()));
        Reply::status(b"OK")
    }
}

pub(super) fn is_valid_name(name: &[u8]) -> bool {
    name.iter().all(|byte| (b'!'..=b'~').contains(byte))
}

pub(super) fn invalid_name(what: &str) -> Reply {
    Reply::error(format!("ERR {what} cannot contain spaces, newlines or special characters.").as_bytes())
}
