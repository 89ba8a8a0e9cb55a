//! HELLO: the protocol of the session, its name and its credentials.

use crate::config::Protocol;
use crate::error::printable;
use crate::resp::{Reply, Value};
use crate::session::hello_options::Hello;
use crate::session::identity::{invalid_name, is_valid_name};
use crate::session::select::parse_number;
use crate::session::session::{Outcome, Session};

/// The error of HELLO without AUTH, by Redis 7.0.
const NOT_AUTHENTICATED: &[u8] =
    b"NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> \
    option can be used to authenticate the client and select the RESP protocol version at the same time";

impl Session {
    /// HELLO: sets the protocol and the name. The reply is that of one server.
    pub(super) fn hello(&mut self, args: &[&[u8]]) -> Outcome {
        let Hello { protocol, name, .. } = match self.parse_hello(args) {
            Ok(hello) => hello,
            Err(refusal) => return Ok(refusal),
        };
        let server = self.identifying_server();
        let may_reconnect = self.binding.as_ref().is_none_or(|binding| binding.server != server);
        let mut sent = 0;
        let outcome =
            self.own_connection(server, may_reconnect).and_then(|connection| connection.hello(protocol, name.as_deref(), &mut sent));
        let reply = outcome.map_err(|error| self.lose_connection(server, error, b"HELLO", sent > 0))?;
        if !matches!(reply.root(), Value::Error(_)) {
            name.into_iter().for_each(|name| self.settings.name = name);
            self.set_protocol(protocol);
            // A proxy may not say the id.
            self.identify()?;
        }
        Ok(reply)
    }

    /// Reads the arguments of HELLO and checks the credentials; else the error reply.
    pub(super) fn parse_hello(&mut self, args: &[&[u8]]) -> Result<Hello, Reply> {
        let mut rest = &args[1..];
        let mut hello = Hello { protocol: self.settings.protocol, name: None, has_version: !rest.is_empty() };
        if let [version, after @ ..] = rest {
            hello.protocol = match parse_number(version) {
                Some(2) => Protocol::Resp2,
                Some(3) => Protocol::Resp3,
                Some(_) => return Err(Reply::error(b"NOPROTO unsupported protocol version")),
                None => return Err(Reply::error(b"ERR Protocol version is not an integer or out of range")),
            };
            rest = after;
        }
        let mut credentials = None;
        while let [option, after @ ..] = rest {
            rest = match after {
                [name, after @ ..] if option.eq_ignore_ascii_case(b"SETNAME") => {
                    hello.name = Some(name.to_vec());
                    after
                }
                [user, password, after @ ..] if option.eq_ignore_ascii_case(b"AUTH") => {
                    credentials = Some((*user, *password));
                    after
                }
                _ => return Err(Reply::error(format!("ERR Syntax error in HELLO option '{}'", printable(option)).as_bytes())),
            };
        }
        if let Some(rejected) = credentials.and_then(|(user, password)| self.authenticate(user, password)) {
            return Err(rejected);
        }
        if !self.is_authenticated {
            return Err(Reply::error(NOT_AUTHENTICATED));
        }
        if !hello.name.as_ref().is_none_or(|name| is_valid_name(name)) {
            return Err(invalid_name("Client names"));
        }
        Ok(hello)
    }

    pub(super) fn set_protocol(&mut self, protocol: Protocol) {
        if let Some(selected) = self.handle(self.settings.db, protocol) {
            self.selected = selected;
        }
        self.settings.protocol = protocol;
        self.pubsub_connections.values_mut().for_each(|connection| connection.sends_pushes = protocol == Protocol::Resp3);
    }
}
