//! The time limits of one connection.

use crate::config::Config;
use crate::transport::clock::{Time, limit};
use crate::transport::progress::MinRate;

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
