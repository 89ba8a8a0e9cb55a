//! Clients that have the replies to a part of their commands. These replies come from several servers, one server after the other; they are sent
//! together if the others come soon, because a call of the kernel, and a client that wakes up, cost more than a command.

use crate::transport::clock::{Time, exact_now};
use std::time::Duration;

/// Replies that take more bytes do not wait for others.
pub(super) const MAX_PARTIAL: usize = 16 << 10;
/// Replies wait at least so long for others, and at most twice as long.
const PATIENCE: Duration = Duration::from_millis(1);

/// The clients whose replies wait, by number.
#[derive(Default)]
pub(super) struct PartialReplies {
    recent: Vec<usize>,
    /// Those that were there when the time was last up. All of these lists may have numbers of clients whose replies were sent meanwhile.
    older: Vec<usize>,
    /// When the time was last up, or when the first client was added to empty lists.
    since: Time,
    /// The number of clients whose replies wait.
    waiting: usize,
}

impl PartialReplies {
    /// The replies to a client begin to wait.
    pub(super) fn add(&mut self, client: usize) {
        if self.waiting == 0 {
            self.older.clear();
            self.recent.clear();
            self.since = exact_now();
        }
        self.waiting += 1;
        self.recent.push(client);
    }

    /// The replies to one of the clients do not wait any longer.
    pub(super) fn remove_one(&mut self) {
        self.waiting -= 1;
    }

    /// How long the program may wait for events before it calls [`PartialReplies::take_due`].
    pub(super) fn timeout(&self) -> Option<Duration> {
        (self.waiting > 0).then_some(PATIENCE)
    }

    /// The clients whose replies have waited long enough.
    pub(super) fn take_due(&mut self) -> Vec<usize> {
        if self.waiting == 0 {
            return Vec::new();
        }
        let now = exact_now();
        if now - self.since < PATIENCE.as_nanos() as Time {
            return Vec::new();
        }
        self.since = now;
        std::mem::replace(&mut self.older, std::mem::take(&mut self.recent))
    }
}
