//! A blocking command that has begun: what a session keeps while it waits and while the wait is suspended.

use crate::resp::{Reader, Reply, pack};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// A blocking command that has begun and not ended.
pub(crate) struct Blocked {
    /// The command as the caller gave it.
    pub request: Vec<u8>,
    pub place: Place,
    /// `None`: it waits without limit.
    pub deadline: Option<Instant>,
    /// Its server has become a replica, and it was sent to the new master.
    pub was_repeated: bool,
}

pub(crate) enum Place {
    /// It was sent to these servers, of WAIT to all masters. They must have replied at the deadline. After the command was unblocked, the replies
    /// are on their way.
    Servers { pending: Vec<PendingReply>, is_unblocked: bool },
    /// Its keys are on several servers. At the deadline it has the reply of a timeout. Of XREAD: where to read from, after the first attempt.
    Several { stream_ids: RefCell<Option<Vec<Vec<u8>>>>, is_suspended: bool },
}

/// The reply of a server that runs a blocking command.
pub(crate) struct PendingReply {
    pub server: usize,
    pub reader: Reader,
    /// Once it has arrived.
    pub reply: Option<Reply>,
}

impl PendingReply {
    pub(crate) fn new(server: usize, reader: Reader) -> PendingReply {
        PendingReply { server, reader, reply: None }
    }
}

impl Blocked {
    pub(crate) fn new(args: &[&[u8]], place: Place, limit: Option<Duration>) -> Blocked {
        Blocked { request: pack(args), place, deadline: limit.and_then(|limit| Instant::now().checked_add(limit)), was_repeated: false }
    }
}
