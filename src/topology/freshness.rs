//! How recent the data of replicas is, and how far the servers of a node are: for handles that limit the one, or choose by the other.
//!
//! A master says how many bytes of changes it has sent (its replication offset), and a replica how many it has applied. A replica that has applied
//! as many as the master had sent at a moment has everything that was acknowledged before that moment. So a lag is a time, not a number of bytes,
//! and no clock of a server counts. An offset means something only together with the replication id, which a restarted master does not keep.

use crate::error::Error;
use crate::resp::Value;
use crate::topology::distance::Distance;
use crate::topology::replicas::Replica;
use crate::topology::role::ask_over;
use crate::transport::clock::{Time, exact_now, now};
use crate::transport::{Limit, Pool};
use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The command INFO replication as RESP.
const INFO_REPLICATION: &[u8] = b"*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n";
/// So many moments of the master are remembered. A replica that is further behind is not read from.
const MAX_MOMENTS: usize = 64;

#[derive(Default)]
pub(crate) struct Freshness {
    /// From then on the servers are asked again.
    next: AtomicU64,
    pub master_distance: Distance,
    master: Mutex<Moments>,
}

/// What the master had sent, and when: the newest last. A later moment never has a smaller offset.
#[derive(Default)]
struct Moments {
    replication_id: Vec<u8>,
    moments: VecDeque<(Time, u64)>,
}

impl Freshness {
    /// Asks the servers, if that is due. One caller does; the others use what is known.
    pub(crate) fn refresh(&self, master: Option<&Pool>, replicas: &[Arc<Replica>], began: Time, interval: Time) {
        let next = self.next.load(Acquire);
        if began < next || self.next.compare_exchange(next, began.saturating_add(interval), AcqRel, Relaxed).is_err() {
            return;
        }
        if let Some(Ok(info)) = master.map(|master| ask(master, &self.master_distance)) {
            self.lock().record(began, &info);
        }
        for replica in replicas.iter().filter(|replica| !replica.pool().is_troubled()) {
            if let Ok(info) = ask(replica.pool(), &replica.distance) {
                replica.has_all_of.store(self.lock().covered_by(&info), Relaxed);
            }
        }
    }

    /// Another server is the master: the next caller asks all of them.
    pub(crate) fn forget_master(&self) {
        self.master_distance.forget();
        self.next.store(0, Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Moments> {
        self.master.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Moments {
    /// Records what the master says, which was asked at `began` or later.
    fn record(&mut self, began: Time, info: &[u8]) {
        let (Some(id), Some(offset)) = (field(info, "master_replid"), number(info, "master_repl_offset")) else { return };
        if field(info, "role") != Some("master") {
            return;
        }
        if self.replication_id != id.as_bytes() || self.moments.back().is_some_and(|(_, last)| offset < *last) {
            *self = Moments { replication_id: id.into(), moments: VecDeque::new() };
        }
        self.moments.push_back((began, offset));
        self.moments.drain(..self.moments.len().saturating_sub(MAX_MOMENTS));
    }

    /// The last moment of which a replica has everything; 0 if there is none.
    fn covered_by(&self, info: &[u8]) -> Time {
        let is_of_master = field(info, "master_replid").is_some_and(|id| id.as_bytes() == self.replication_id);
        let offset = number(info, "slave_repl_offset").filter(|_| is_of_master && field(info, "master_sync_in_progress") == Some("0"));
        let covered = offset.and_then(|offset| self.moments.iter().rev().find(|(_, sent)| *sent <= offset));
        covered.map_or(0, |(moment, _)| *moment)
    }
}

/// The reply to INFO replication. Measures the round trip.
fn ask(pool: &Pool, distance: &Distance) -> Result<Vec<u8>, Error> {
    let lease = pool.lease_at(false, now(), Limit::Short)?;
    let sent = exact_now();
    let reply = ask_over(lease, pool, Limit::Short, INFO_REPLICATION, 1)?;
    distance.record(exact_now().saturating_sub(sent));
    Ok(if let Some(Value::String(info)) = reply.value(1) { info.to_vec() } else { Vec::new() })
}

fn field<'i>(info: &'i [u8], name: &str) -> Option<&'i str> {
    let info = std::str::from_utf8(info).ok()?;
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

fn number(info: &[u8], name: &str) -> Option<u64> {
    field(info, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(id: &str, offset: u64) -> Vec<u8> {
        format!("# Replication\r\nrole:master\r\nmaster_replid:{id}\r\nmaster_repl_offset:{offset}\r\n").into()
    }

    fn replica(id: &str, offset: u64) -> Vec<u8> {
        format!(
            "role:slave\r\nmaster_sync_in_progress:0\r\nslave_repl_offset:{offset}\r\nmaster_replid:{id}\r\nmaster_repl_offset:{offset}\r\n"
        )
        .into()
    }

    #[test]
    fn a_replica_has_everything_up_to_the_last_moment_whose_offset_it_has_reached() {
        let mut moments = Moments::default();
        [(10, 100), (20, 200), (30, 200), (40, 300)].iter().for_each(|&(time, offset)| moments.record(time, &master("a", offset)));
        for (offset, expected) in [(99, 0), (100, 10), (199, 10), (200, 30), (299, 30), (300, 40), (400, 40)] {
            assert_eq!(moments.covered_by(&replica("a", offset)), expected, "offset {offset}");
        }
    }

    #[test]
    fn an_offset_of_another_history_says_nothing() {
        let mut moments = Moments::default();
        moments.record(10, &master("a", 100));
        assert_eq!(moments.covered_by(&replica("b", 1000)), 0);
        // The master was restarted.
        moments.record(20, &master("b", 5));
        assert_eq!(moments.covered_by(&replica("a", 1000)), 0);
        assert_eq!(moments.covered_by(&replica("b", 5)), 20);
        moments.record(30, &master("b", 4));
        assert_eq!(moments.covered_by(&replica("b", 4)), 30);
    }

    #[test]
    fn a_server_that_does_not_say_enough_is_not_trusted() {
        let mut moments = Moments::default();
        moments.record(10, b"role:master\r\nmaster_repl_offset:5\r\n");
        moments.record(10, &replica("a", 5));
        assert_eq!(moments.covered_by(&replica("a", 5)), 0);
        moments.record(10, &master("a", 5));
        assert_eq!(moments.covered_by(b"role:slave\r\nslave_repl_offset:9\r\nmaster_replid:a\r\nmaster_sync_in_progress:1\r\n"), 0);
        assert_eq!(moments.covered_by(b"role:slave\r\nslave_repl_offset:9\r\n"), 0);
    }
}
