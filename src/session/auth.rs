//! AUTH and HELLO AUTH. The connections to the servers use the credentials of the configuration; a client has to name the same.

use crate::config::Server;
use crate::resp::Reply;
use crate::session::credentials::{Credentials, DEFAULT_USER, is_secret};
use crate::session::session::Session;
use std::sync::Arc;

const WRONG: &[u8] = b"WRONGPASS invalid username-password pair or user is disabled.";
const NO_PASSWORD: &[u8] =
    b"ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?";

impl Session {
    /// Refuses all commands until AUTH or HELLO AUTH has succeeded, as a server does whose default user has a password: for clients that are
    /// not trusted, such as those of a network. RESET requires it again. Without credentials in the configuration it has no effect.
    pub fn require_authentication(&mut self) {
        let has_credentials = !self.configured.config().servers.iter().all(has_open_default_user);
        (self.requires_authentication, self.is_authenticated) = (has_credentials, !has_credentials);
    }

    /// As [`Session::require_authentication`], but AUTH and HELLO AUTH compare with these credentials instead of those of the configuration.
    pub fn require_credentials(&mut self, credentials: Arc<Credentials>) {
        self.credentials = Some(credentials);
        (self.requires_authentication, self.is_authenticated) = (true, false);
    }

    /// The error reply to a command of a client that must authenticate first; `None` if it may run.
    pub(super) fn check_authenticated(&self, args: &[&[u8]]) -> Option<Reply> {
        let is_allowed = || ["AUTH", "HELLO", "QUIT", "RESET"].iter().any(|name| args[0].eq_ignore_ascii_case(name.as_bytes()));
        (!self.is_authenticated && !is_allowed()).then(|| Reply::error(b"NOAUTH Authentication required."))
    }

    /// AUTH: the reply of one server whose users are those of the configuration.
    pub(super) fn auth(&mut self, args: &[&[u8]]) -> Reply {
        let mut servers = self.configured.config().servers.iter();
        let refusal = match args[1..] {
            [_] if self.credentials.is_none() && servers.all(has_open_default_user) => Some(Reply::error(NO_PASSWORD)),
            [password] => self.authenticate(DEFAULT_USER, password),
            [user, password] => self.authenticate(user, password),
            _ => Some(Reply::error(b"ERR syntax error")),
        };
        refusal.unwrap_or_else(|| Reply::status(b"OK"))
    }

    /// Checks credentials; `None` if they are those of the clients, or else of every master; otherwise the error reply.
    pub(super) fn authenticate(&mut self, user: &[u8], password: &[u8]) -> Option<Reply> {
        let is_accepted = match &self.credentials {
            Some(credentials) => credentials.accept(user, password),
            // All are compared, so that the time does not show which of them differs.
            None => {
                let servers = &self.configured.config().servers;
                servers.iter().filter(|server| accepts(server, user, password)).count() == servers.len()
            }
        };
        self.is_authenticated |= is_accepted;
        (!is_accepted).then(|| Reply::error(WRONG))
    }
}

fn user_of(server: &Server) -> &[u8] {
    server.username.as_deref().map_or(DEFAULT_USER, str::as_bytes)
}

/// Whether the configuration uses the default user without a password: a server then accepts any password for it.
fn has_open_default_user(server: &Server) -> bool {
    user_of(server) == DEFAULT_USER && server.password.is_none()
}

fn accepts(server: &Server, user: &[u8], password: &[u8]) -> bool {
    let is_password = is_secret(password, server.password.as_deref().unwrap_or_default().as_bytes());
    user_of(server) == user && (is_password || has_open_default_user(server))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Cluster;
    use crate::config::Config;
    use crate::resp::Value;

    fn session(nodes: &str) -> Session {
        Cluster::open(Config::from_json(format!("{{\"nodes\":{{{nodes}}}}}").as_bytes()).unwrap()).session()
    }

    fn reply(session: &mut Session, command: &str) -> String {
        let args: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        match session.auth(&args).root() {
            Value::Status(text) | Value::Error(text) => String::from_utf8_lossy(text).split(' ').next().unwrap_or_default().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn own_credentials_replace_those_of_the_nodes() {
        let mut session = session(r#""node_1":"redis://a","node_2":"redis://:one@b""#);
        session.require_credentials(Arc::new(Credentials::new(Some("bob"), "two")));
        for (command, expected) in [
            ("AUTH one", "WRONGPASS"),
            ("AUTH two", "WRONGPASS"),
            ("AUTH bob one", "WRONGPASS"),
            ("AUTH bob twoo", "WRONGPASS"),
            ("AUTH bob two", "OK"),
        ] {
            assert!(!session.is_authenticated, "{command}");
            assert_eq!(reply(&mut session, command), expected, "{command}");
        }
        session.require_credentials(Arc::new(Credentials::new(None, "two")));
        assert_eq!(["AUTH two", "AUTH default two", "AUTH bob two"].map(|command| reply(&mut session, command)), ["OK", "OK", "WRONGPASS"]);
    }

    #[test]
    fn the_credentials_of_every_node_are_required() {
        let mut same = session(r#""node_1":"redis://:one@a","node_2":"redis://:one@b""#);
        let mut different = session(r#""node_1":"redis://:one@a","node_2":"redis://:two@b""#);
        let mut partly = session(r#""node_1":"redis://:one@a","node_2":"redis://b""#);
        let mut user = session(r#""node_1":"redis://bob:one@a","node_2":"redis://bob:one@b""#);
        for (session, accepted) in [
            (&mut same, &["AUTH one", "AUTH default one"][..]),
            (&mut different, &[]),
            (&mut partly, &["AUTH one", "AUTH default one"]),
            (&mut user, &["AUTH bob one"]),
        ] {
            for command in ["AUTH one", "AUTH two", "AUTH on", "AUTH onee", "AUTH default one", "AUTH bob one", "AUTH Default one"] {
                let expected = if accepted.contains(&command) { "OK" } else { "WRONGPASS" };
                assert_eq!(reply(session, command), expected, "{command}");
            }
        }
    }
}
