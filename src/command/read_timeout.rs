//! How long to wait for the first byte of a reply.

use std::time::Duration;

/// How long a reply may take to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadTimeout {
    /// The configured read timeout.
    Configured,
    /// The configured read timeout plus the time that the command blocks.
    Extended(Duration),
    Unlimited,
}

impl ReadTimeout {
    /// The timeout for two commands, one after the other.
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
