//! What a call answers.

use crate::error::Code;

/// What a call answers. The values never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// The call succeeded. A server's own error, such as WRONGTYPE, is a reply and a success.
    REDISCLUSTER_OK = 0,
    /// NULL where a value is needed, a place that a reply does not have, or an accessor for another type.
    REDISCLUSTER_ERROR_ARGUMENT = 1,
    /// The configuration is bad; the message names the path of the value.
    REDISCLUSTER_ERROR_CONFIG = 2,
    /// The request is not RESP, or the command cannot be routed. Nothing was sent.
    REDISCLUSTER_ERROR_REQUEST = 3,
    /// The keys of the command live on several nodes, and it cannot be carried out over them. Nothing was sent. The message begins with
    /// CROSSNODE.
    REDISCLUSTER_ERROR_CROSSNODE = 4,
    /// No connection: refused, unreachable, or AUTH or SELECT were refused. The command was not sent.
    REDISCLUSTER_ERROR_CONNECT = 5,
    /// Every connection that the node may have (pool_size) is in use. The command was not sent.
    REDISCLUSTER_ERROR_POOL = 6,
    /// The server did not answer, or took no bytes, in time.
    REDISCLUSTER_ERROR_TIMEOUT = 7,
    /// The connection broke.
    REDISCLUSTER_ERROR_IO = 8,
    /// The server sent what is not RESP.
    REDISCLUSTER_ERROR_PROTOCOL = 9,
    /// Memory for a reply could not be had.
    REDISCLUSTER_ERROR_MEMORY = 10,
    /// A fault of this library.
    REDISCLUSTER_ERROR_INTERNAL = 11,
}

impl From<Code> for Status {
    fn from(code: Code) -> Status {
        match code {
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
