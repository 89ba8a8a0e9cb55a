//! Why a connection failed.

use crate::config::{EmptyMaster, Protocol};
use crate::error::{Code, Error};

#[cold]
pub(crate) fn connect_failed(reason: &str) -> Error {
    Error::new(Code::Connect, format!("cannot connect: {reason}"))
}

/// A server refuses one of the first commands on a connection. One that runs a script would refuse the command in the same way.
#[cold]
pub(crate) fn refused(text: &[u8], protocol: Protocol) -> Error {
    let reason = String::from_utf8_lossy(text);
    let error = match protocol == Protocol::Resp3 && (reason.starts_with("ERR unknown command") || reason.starts_with("NOPROTO")) {
        true => connect_failed(&format!(
            "the server does not support RESP3, which \"protocol\": 3 requires (Redis 6 or newer has it): {reason}"
        )),
        false => connect_failed(&reason),
    };
    if text.starts_with(b"BUSY ") { error.refused_with(text) } else { error }
}

#[cold]
pub(crate) fn closed() -> Error {
    Error::new(Code::Io, "connection lost: closed by the server")
}

#[cold]
pub(crate) fn timed_out() -> Error {
    Error::new(Code::Timeout, "no reply in time")
}

#[cold]
pub(crate) fn too_slow() -> Error {
    Error::new(Code::Timeout, "the reply arrives too slowly (min_reply_rate)")
}

#[cold]
pub(crate) fn not_accepted() -> Error {
    Error::new(Code::Timeout, "the server accepted no data in time (write_timeout)")
}

/// The server was restarted without its data.
#[cold]
pub(super) fn lost_its_data(before: u64, offset: u64, empty_master: EmptyMaster) -> Error {
    let consequence = match empty_master {
        EmptyMaster::Refuse => "it is refused until it has data again or a replica is promoted (empty_master)",
        _ => "this is reported once, the next calls use it as it is (empty_master)",
    };
    let text = format!(
        "the server was restarted without its data: it has no keys, and its replication offset was {before} and is {offset}; {consequence}"
    );
    Error::new(Code::Config, text)
}
