//! What functions return.

use crate::error::Code;
use libc::c_char;

/// What a function returns: success, or the kind of the error. Values never change; a later release may add some at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Success. An error reply of a server, such as WRONGTYPE, is a reply and thus a success.
    REDISCLUSTER_OK = 0,
    /// A NULL where a value is required, an index that the reply does not have, or an accessor for another type.
    REDISCLUSTER_ERROR_ARGUMENT = 1,
    /// The configuration is invalid. The message gives the path of the bad value.
    REDISCLUSTER_ERROR_CONFIG = 2,
    /// The request is not valid RESP, or the command cannot be routed. Nothing was sent.
    REDISCLUSTER_ERROR_REQUEST = 3,
    /// The keys of the command are on several nodes, and the command is not supported across nodes. Nothing was sent. The message begins with
    /// CROSSNODE and names the keys and nodes.
    REDISCLUSTER_ERROR_CROSSNODE = 4,
    /// No connection could be made: the server refused it, is unreachable, or rejected AUTH or SELECT. The command was not sent.
    REDISCLUSTER_ERROR_CONNECT = 5,
    /// All connections that the node may have (`pool_size`) are in use. The command was not sent.
    REDISCLUSTER_ERROR_POOL = 6,
    /// The server did not reply, or did not accept the request, in time.
    REDISCLUSTER_ERROR_TIMEOUT = 7,
    /// The connection broke.
    REDISCLUSTER_ERROR_IO = 8,
    /// The server sent data that is not RESP.
    REDISCLUSTER_ERROR_PROTOCOL = 9,
    /// There is not enough memory for a reply.
    REDISCLUSTER_ERROR_MEMORY = 10,
    /// Internal error (a bug in this library).
    REDISCLUSTER_ERROR_INTERNAL = 11,
}

impl From<Code> for Status {
    fn from(code: Code) -> Status {
        match code {
            // An error reply, for which a call of the ABI does not fail.
            Code::Server => Status::REDISCLUSTER_OK,
            Code::Argument => Status::REDISCLUSTER_ERROR_ARGUMENT,
            Code::Config => Status::REDISCLUSTER_ERROR_CONFIG,
            Code::Request => Status::REDISCLUSTER_ERROR_REQUEST,
            Code::CrossNode => Status::REDISCLUSTER_ERROR_CROSSNODE,
            Code::Connect => Status::REDISCLUSTER_ERROR_CONNECT,
            Code::Pool => Status::REDISCLUSTER_ERROR_POOL,
            Code::Timeout => Status::REDISCLUSTER_ERROR_TIMEOUT,
            Code::Io => Status::REDISCLUSTER_ERROR_IO,
            Code::Protocol => Status::REDISCLUSTER_ERROR_PROTOCOL,
            Code::Memory => Status::REDISCLUSTER_ERROR_MEMORY,
            Code::Internal => Status::REDISCLUSTER_ERROR_INTERNAL,
        }
    }
}

/// The names, each with the number of its status and a NUL at its end.
const NAMES: [(Status, &str); 12] = {
    use Status::*;
    [
        (REDISCLUSTER_OK, "REDISCLUSTER_OK\0"),
        (REDISCLUSTER_ERROR_ARGUMENT, "REDISCLUSTER_ERROR_ARGUMENT\0"),
        (REDISCLUSTER_ERROR_CONFIG, "REDISCLUSTER_ERROR_CONFIG\0"),
        (REDISCLUSTER_ERROR_REQUEST, "REDISCLUSTER_ERROR_REQUEST\0"),
        (REDISCLUSTER_ERROR_CROSSNODE, "REDISCLUSTER_ERROR_CROSSNODE\0"),
        (REDISCLUSTER_ERROR_CONNECT, "REDISCLUSTER_ERROR_CONNECT\0"),
        (REDISCLUSTER_ERROR_POOL, "REDISCLUSTER_ERROR_POOL\0"),
        (REDISCLUSTER_ERROR_TIMEOUT, "REDISCLUSTER_ERROR_TIMEOUT\0"),
        (REDISCLUSTER_ERROR_IO, "REDISCLUSTER_ERROR_IO\0"),
        (REDISCLUSTER_ERROR_PROTOCOL, "REDISCLUSTER_ERROR_PROTOCOL\0"),
        (REDISCLUSTER_ERROR_MEMORY, "REDISCLUSTER_ERROR_MEMORY\0"),
        (REDISCLUSTER_ERROR_INTERNAL, "REDISCLUSTER_ERROR_INTERNAL\0"),
    ]
};

/// Returns the name of a status, such as `REDISCLUSTER_ERROR_TIMEOUT`: a constant NUL-terminated string, never NULL and never to be freed.
/// A number that is no status gives `REDISCLUSTER_ERROR_UNKNOWN`. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_status_name(status: i32) -> *const c_char {
    let name = NAMES.iter().find(|(known, _)| *known as i32 == status).map_or("REDISCLUSTER_ERROR_UNKNOWN\0", |(_, name)| name);
    name.as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_own_name() {
        for (status, name) in NAMES {
            assert_eq!(format!("{status:?}\0"), name);
        }
    }
}
