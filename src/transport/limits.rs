//! The time limits of one connection, and of what a caller waits for.

use crate::config::Config;
use crate::transport::clock::{Time, limit};
use crate::transport::progress::MinRate;
use std::time::Duration;

/// The longest time to wait where the caller has an alternative, or for a reply that only describes the server.
pub(crate) const SHORT_TIMEOUT: Duration = Duration::from_millis(500);

/// How long getting a connection may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// As long as the configuration says.
    Configured,
    /// At most [`SHORT_TIMEOUT`].
    Short,
}

#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Up to the first byte of the reply: for the request as a whole, and for the wait for the reply.
    pub request: Time,
    pub reply: Time,
    pub reply_rate: MinRate,
    pub request_rate: MinRate,
    /// How long the other side may be silent, while a command or a subscription waits, before it is asked whether it is there.
    pub ping_interval: Time,
}

impl Limits {
    pub(crate) fn new(config: &Config) -> Limits {
        Limits {
            request: limit(config.timeout),
            reply: limit(config.read_timeout),
            reply_rate: MinRate::of_replies(config),
            request_rate: MinRate::of_requests(config),
            ping_interval: limit(config.ping_interval),
        }
    }
}

/// The shorter of both; `None` is unlimited.
pub(crate) fn at_most(limit: Option<Duration>, most: Duration) -> Duration {
    limit.map_or(most, |limit| limit.min(most))
}
