//! When the sessions of clients that wait for messages have to look after the servers of their subscriptions: they send PING to one that is silent,
//! and give up the connection if it does not reply.

use crate::transport::clock::{Time, exact_now};
use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Default)]
pub(super) struct Checks(BTreeSet<(Time, usize)>);

impl Checks {
    /// Sets the time of a client in place of the one that it has.
    pub(super) fn plan(&mut self, client: usize, planned: &mut Option<Time>, next: Option<Time>) {
        if let Some(planned) = planned.take() {
            self.0.remove(&(planned, client));
        }
        *planned = next;
        self.0.extend(next.map(|time| (time, client)));
    }

    /// How long the program may wait for events before it calls [`Checks::next_due`].
    pub(super) fn timeout(&self) -> Option<Duration> {
        self.0.first().map(|(time, _)| Duration::from_nanos(time.saturating_sub(exact_now())))
    }

    /// A client whose time has come.
    pub(super) fn next_due(&self) -> Option<usize> {
        self.0.first().filter(|(time, _)| *time <= exact_now()).map(|(_, client)| *client)
    }
}
