//! The commands that every connection begins with.

use crate::config::{Protocol, Server};
use crate::error::Error;
use crate::resp::{Value, pack};
use crate::transport::connection_errors::refused;

/// HELLO or AUTH, and SELECT, as far as the configuration requires them.
pub(super) fn first_commands(server: &Server, protocol: Protocol) -> Vec<Vec<u8>> {
    let db = server.db.to_string();
    let mut requests: Vec<Vec<u8>> = Vec::new();
    let password = server.password.as_deref().unwrap_or_default().as_bytes();
    match (protocol, &server.username, &server.password) {
        (Protocol::Resp2, Some(username), _) => requests.push(pack(&[b"AUTH", username.as_bytes(), password])),
        (Protocol::Resp2, None, Some(_)) => requests.push(pack(&[b"AUTH", password])),
        (Protocol::Resp2, None, None) => {}
        (Protocol::Resp3, None, None) => requests.push(pack(&[b"HELLO", b"3"])),
        (Protocol::Resp3, username, _) => {
            requests.push(pack(&[b"HELLO", b"3", b"AUTH", username.as_deref().unwrap_or("default").as_bytes(), password]))
        }
    }
    if server.db != 0 {
        requests.push(pack(&[b"SELECT", db.as_bytes()]));
    }
    requests
}

/// Fails if a server refuses one of the [`first_commands`].
pub(super) fn check_first_reply(reply: &Value, protocol: Protocol) -> Result<(), Error> {
    if let Value::Error(text) = reply { Err(refused(text, protocol)) } else { Ok(()) }
}
