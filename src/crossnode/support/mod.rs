//! What the strategies share: requests to several servers in rounds, retries, waiting for keys, replacing a destination.

pub(crate) mod ask_server;
pub(crate) mod block_timeout;
pub(crate) mod conversation;
pub(crate) mod destination;
pub(crate) mod documentation;
pub(crate) mod explanation;
pub(crate) mod internal_keys;
pub(crate) mod job;
pub(crate) mod key_watch;
pub(crate) mod missing_command;
pub(crate) mod outcome;
pub(crate) mod partial_write;
pub(crate) mod queries;
pub(crate) mod retry;
pub(crate) mod visibility;
pub(crate) mod wait_limit;
pub(crate) mod waiting_line;
