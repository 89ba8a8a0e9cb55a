//! The known replicas of one master, and which of them can be read from.

use crate::config::{Address, Config, Server};
use crate::error::Code;
use crate::topology::role::{Role, ask_role};
use crate::transport::clock::{NEVER, Time, next_attempt, now, span};
use crate::transport::{CheckSchedule, Limit, Pool, SHORT_TIMEOUT, at_most, cannot_serve_reads};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::Duration;

/// How long a replica that failed is not read from, if the configuration has no refresh_interval.
const DOWN_TIME: Duration = Duration::from_secs(1);

pub(crate) struct Replicas {
    /// There are replicas, or the master has not been asked yet. Every read looks at this.
    may_exist: AtomicBool,
    /// They are those of the configuration, if any; the master is not asked for them.
    are_fixed: bool,
    known: ArcSwap<Vec<Arc<Replica>>>,
    /// The number of reads so far: reads rotate over the replicas.
    reads: AtomicUsize,
}

pub(crate) struct Replica {
    pool: Pool,
    /// From 1, unique among the replicas of its master. It is part of the alias.
    number: usize,
    /// It can be read from.
    is_up: AtomicBool,
    /// From then on its role is checked before the next read.
    next_check: AtomicU64,
    check_interval: Option<Time>,
    /// Its master lists it, and would report its absence: a replica that is up is not checked again.
    is_listed: bool,
}

impl Replicas {
    /// The replicas in the configuration, or, if it does not mention replicas, those that the master will report.
    pub(crate) fn of_master(config: &Arc<Config>, server: usize) -> Replicas {
        let (may_exist, are_fixed, known) = match &config.replicas {
            Some(configured) => {
                let replica = |(index, server): (usize, &Server)| Arc::new(Replica::new(config, server.clone(), index + 1, false));
                let known: Vec<_> = configured[server].iter().enumerate().map(replica).collect();
                (!known.is_empty(), true, known)
            }
            None => (config.refresh_interval.is_some(), config.refresh_interval.is_none(), Vec::new()),
        };
        Replicas { may_exist: AtomicBool::new(may_exist), are_fixed, known: ArcSwap::from_pointee(known), reads: AtomicUsize::new(0) }
    }

    #[inline]
    pub(crate) fn may_exist(&self) -> bool {
        self.may_exist.load(Relaxed)
    }

    pub(crate) fn all(&self) -> Arc<Vec<Arc<Replica>>> {
        self.known.load_full()
    }

    /// Takes over the list that the master reported. Replicas that were known before keep their numbers and connections.
    pub(crate) fn update(&self, addresses: &[Address], config: &Arc<Config>, master: &Server) {
        if self.are_fixed {
            return;
        }
        let known = self.known.load();
        let mut wanted: Vec<Address> = Vec::new();
        for address in addresses.iter().map(|address| reachable_address(address, master)) {
            if !wanted.contains(&address) {
                wanted.push(address);
            }
        }
        let is_same = wanted.len() == known.len() && known.iter().all(|replica| wanted.contains(&replica.pool.server().address));
        if !is_same {
            let mut next: Vec<Arc<Replica>> =
                known.iter().filter(|replica| wanted.contains(&replica.pool.server().address)).cloned().collect();
            for address in wanted {
                if next.iter().any(|replica| replica.pool.server().address == address) {
                    continue;
                }
                let number = (1..).find(|number| next.iter().all(|replica| replica.number != *number)).unwrap_or(1);
                let alias = Server::replica_alias(&master.alias, number);
                next.push(Arc::new(Replica::new(config, Server { alias, address, ..master.clone() }, number, true)));
            }
            next.sort_by_key(|replica| replica.number);
            self.known.store(Arc::new(next));
        }
        self.may_exist.store(!addresses.is_empty(), Relaxed);
    }

    /// The next replica, in rotation, that can be read from.
    pub(crate) fn next(&self, now: Time) -> Option<Arc<Replica>> {
        let known = self.known.load();
        let first = if known.len() > 1 { self.reads.fetch_add(1, Relaxed) } else { 0 };
        (0..known.len()).map(|index| &known[first.wrapping_add(index) % known.len()]).find(|replica| replica.can_be_read(now)).cloned()
    }
}

/// The address that the master reported for a replica, as this machine reaches it: a loopback address is on the master's machine.
fn reachable_address(address: &Address, master: &Server) -> Address {
    match (address, &master.address) {
        (Address::Tcp { host, port }, Address::Tcp { host: master_host, .. })
            if host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) =>
        {
            Address::Tcp { host: master_host.clone(), port: *port }
        }
        (address, _) => address.clone(),
    }
}

impl Replica {
    fn new(config: &Arc<Config>, server: Server, number: usize, is_listed: bool) -> Replica {
        let check_interval = config.refresh_interval.map(span);
        let connect_timeout = at_most(config.connect_timeout, SHORT_TIMEOUT);
        Replica {
            pool: Pool::new(config.clone(), server, Some(connect_timeout), CheckSchedule::new(None)),
            number,
            is_up: AtomicBool::new(check_interval.is_none()),
            next_check: AtomicU64::new(if check_interval.is_none() { NEVER } else { 0 }),
            check_interval,
            is_listed,
        }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether it can be read from. If a check is due, one caller makes it; for concurrent callers the last result applies.
    fn can_be_read(&self, now: Time) -> bool {
        let next_check = self.next_check.load(Relaxed);
        if now < next_check {
            return self.is_up.load(Relaxed);
        }
        let until = now.saturating_add(self.check_interval.unwrap_or(NEVER));
        match self.next_check.compare_exchange(next_check, until, Relaxed, Relaxed) {
            Ok(_) => self.check(now),
            Err(_) => self.is_up.load(Relaxed),
        }
    }

    #[cold]
    fn check(&self, began: Time) -> bool {
        let is_up = match self.check_interval {
            // Roles are not checked: the next read will show it.
            None => true,
            Some(_) => match ask_role(&self.pool, began, Limit::Short) {
                Ok(Role::Replica { is_synced, .. }) => is_synced,
                Ok(Role::Refused(text)) => !cannot_serve_reads(&text),
                Err(error) if error.code() == Code::Pool => return self.is_up.load(Relaxed),
                _ => false,
            },
        };
        self.is_up.store(is_up, Relaxed);
        if !is_up {
            self.next_check.store(next_attempt(began, self.down_time()), Relaxed);
        } else if self.is_listed {
            self.next_check.store(NEVER, Relaxed);
        }
        is_up
    }

    /// Records that a read failed. Of concurrent callers the first one sets the time of the next check.
    pub(crate) fn set_down(&self) {
        if self.is_up.swap(false, Relaxed) {
            self.next_check.store(now().saturating_add(self.down_time()), Relaxed);
        }
    }

    fn down_time(&self) -> Time {
        self.check_interval.unwrap_or_else(|| span(DOWN_TIME))
    }
}
