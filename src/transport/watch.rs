//! Notices, while a command waits without a limit, that its server does not reply any more.

use crate::error::{Code, Error};
use crate::transport::breaker::Breaker;
use crate::transport::clock::{Time, exact_now};
use crate::transport::probe::Probe;
use std::sync::Arc;

/// The pauses between two looks at a probe.
const MIN_PAUSE: Time = 2_000_000;
const MAX_PAUSE: Time = 250_000_000;

pub(crate) struct Watch {
    breaker: Arc<Breaker>,
    /// The time between two probes.
    interval: Time,
    /// How long the server may take to reply to a probe.
    limit: Time,
    next: Time,
    pause: Time,
    probe: Option<Probe>,
}

impl Watch {
    pub(crate) fn new(breaker: &Arc<Breaker>, interval: Time, limit: Time) -> Watch {
        let next = exact_now().saturating_add(interval);
        Watch { breaker: breaker.clone(), interval, limit, next, pause: MIN_PAUSE, probe: None }
    }

    /// When [`Watch::check`] should be called.
    pub(crate) fn next(&self) -> Time {
        self.next
    }

    /// Looks after the probe and begins one if it is time for that. Does not wait. Fails if the server does not reply.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        let now = exact_now();
        if now < self.next {
            return Ok(());
        }
        let failed = |error: std::io::Error| Error::new(Code::Io, format!("connection lost: the server does not reply: {error}"));
        let mut probe = match self.probe.take() {
            Some(probe) => probe,
            // Another caller has found out.
            None if self.breaker.replied_to_probe() > self.next.saturating_sub(self.interval) => {
                self.next = self.breaker.replied_to_probe().saturating_add(self.interval);
                return Ok(());
            }
            None => {
                self.pause = MIN_PAUSE;
                self.breaker.start_probe().map_err(failed)?
            }
        };
        if probe.advance(0).map_err(failed)? {
            self.breaker.record_reply_to_probe(now);
            self.next = now.saturating_add(self.interval);
        } else if now.saturating_sub(probe.began) >= self.limit {
            return Err(Error::new(Code::Timeout, "no reply in time"));
        } else {
            self.pause = (self.pause * 2).min(MAX_PAUSE);
            self.next = now.saturating_add(self.pause);
            self.probe = Some(probe);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Address;
    use std::io::Write;
    use std::net::TcpListener;

    fn watch(listener: &TcpListener, limit: Time) -> Watch {
        let address = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
        Watch::new(&Arc::new(Breaker::new(address, None, 1, 0, None)), 1_000_000, limit)
    }

    /// Checks until `is_over`.
    fn check_until(watch: &mut Watch, is_over: impl Fn(&Watch) -> bool) -> Result<(), Error> {
        while !is_over(watch) {
            watch.check()?;
            std::thread::yield_now();
        }
        Ok(())
    }

    #[test]
    fn a_server_that_replies_is_probed_again_and_again() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut watch = watch(&listener, 60_000_000_000);
        for _ in 0..3 {
            check_until(&mut watch, |watch| watch.probe.is_some()).unwrap();
            listener.accept().unwrap().0.write_all(b"+PONG\r\n").unwrap();
            check_until(&mut watch, |watch| watch.probe.is_none()).unwrap();
        }
    }

    #[test]
    fn a_server_that_does_not_reply_is_noticed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(check_until(&mut watch(&listener, 10_000_000), |_| false).unwrap_err().code(), Code::Timeout);
        let mut refused = watch(&listener, 60_000_000_000);
        drop(listener);
        assert_eq!(check_until(&mut refused, |_| false).unwrap_err().code(), Code::Io);
    }
}
