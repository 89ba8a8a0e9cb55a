//! The result of checking whether a master still is one. The schedule of the checks belongs to the master's pool.

use crate::error::Error;
use crate::transport::CheckSchedule;
use crate::transport::clock::{Time, next_attempt};
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Default)]
pub(crate) struct RoleCheck {
    /// Why the server must not be used.
    refusal: ArcSwapOption<Error>,
    /// Until then reads from replicas do not check the master, because it did not reply to the last check.
    skipped_until: AtomicU64,
}

impl RoleCheck {
    /// Whether a read from a replica has to check the master first. It must not suffer from a master that does not reply.
    pub(crate) fn is_due_for_replica_read(&self, schedule: &CheckSchedule, now: Time) -> bool {
        schedule.is_due(now) && now >= self.skipped_until.load(Relaxed)
    }

    /// The server has replied, and may be used unless there is a refusal.
    pub(crate) fn complete(&self, schedule: &CheckSchedule, refusal: Option<Error>) {
        self.skipped_until.store(0, Relaxed);
        let is_refused = refusal.is_some();
        self.refusal.store(refusal.map(Arc::new));
        schedule.complete(is_refused);
    }

    /// The server did not reply to the check of a replica read, which began at `began`.
    pub(crate) fn skip_for_replica_reads(&self, schedule: &CheckSchedule, began: Time) {
        self.skipped_until.store(next_attempt(began, schedule.interval()), Relaxed);
        schedule.check_soon();
    }

    /// The error of every command for this server while it must not be used.
    pub(crate) fn result(&self) -> Result<(), Error> {
        match &*self.refusal.load() {
            Some(error) => Err(Error::clone(error)),
            None => Ok(()),
        }
    }
}
