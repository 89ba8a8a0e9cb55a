//! The result of checking whether a master still is one. The schedule of the checks belongs to the master's pool.

use crate::error::Error;
use crate::log::{LogKind, log};
use crate::transport::clock::{Time, next_attempt};
use crate::transport::{CheckSchedule, Pool};
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

    /// Whether the master did not reply to the last check of a read.
    pub(crate) fn is_master_silent(&self, now: Time) -> bool {
        now < self.skipped_until.load(Relaxed)
    }

    /// The server has replied, and may be used unless there is a refusal.
    pub(crate) fn complete(&self, master: &Pool, refusal: Option<Error>) {
        self.skipped_until.store(0, Relaxed);
        let refusal = refusal.map(Arc::new);
        let before = self.refusal.swap(refusal.clone());
        master.checks.complete(refusal.is_some());
        if let Some(refusal) = refusal.filter(|_| before.is_none()) {
            report(master, &refusal);
        }
    }

    /// The server did not reply to the check of a replica read, which began at `began`.
    pub(crate) fn skip_for_replica_reads(&self, schedule: &CheckSchedule, began: Time) {
        self.skipped_until.store(next_attempt(began, schedule.interval()), Relaxed);
        schedule.check_soon();
    }

    /// Whether the server must not be used.
    pub(crate) fn is_refused(&self) -> bool {
        self.refusal.load().is_some()
    }

    /// The error of every command for this server while it must not be used.
    pub(crate) fn result(&self) -> Result<(), Error> {
        match &*self.refusal.load() {
            Some(error) => Err(Error::clone(error)),
            None => Ok(()),
        }
    }
}

fn report(master: &Pool, refusal: &Error) {
    let kind = match refusal.replica_of() {
        Some(_) => LogKind::MasterRefused,
        None if master.refuses_when_empty() => LogKind::EmptyMaster,
        // The connection that found it has reported it.
        None => return,
    };
    let server = master.server();
    log(kind, &server.address, || format!("{}: {}", server.alias, refusal.message()));
}
