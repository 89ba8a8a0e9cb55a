//! What the strategies share: conversations with several servers, retries, waiting for keys, destinations.

pub(crate) mod ask_server;
pub(crate) mod block_timeout;
pub(crate) mod conversation;
pub(crate) mod destination;
pub(crate) mod explanation;
pub(crate) mod internal_keys;
pub(crate) mod invalidations;
pub(crate) mod key_watch;
pub(crate) mod outcome;
pub(crate) mod queries;
pub(crate) mod retry;
