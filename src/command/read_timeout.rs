//! How long to wait for the first byte of a reply.

use std::time::Duration;

/// How long the silence may last before a reply begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadTimeout {
    /// As long as the configuration has it.
    Configured,
    /// A command that blocks on the server by its own wish, for that long: so much longer.
    Extended(Duration),
    Unlimited,
}

impl ReadTimeout {
    /// The read_timeout that covers both, one after the other.
    pub(crate) fn and(self, other: ReadTimeout) -> ReadTimeout {
        use ReadTimeout::*;
        match (self, other) {
            (Unlimited, _) | (_, Unlimited) => Unlimited,
            (Configured, other) => other,
            (one, Configured) => one,
            (Extended(one), Extended(other)) => Extended(one.saturating_add(other)),
        }
    }
}
