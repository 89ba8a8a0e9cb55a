//! The known replicas of one master, and which of them can be read from.

use crate::config::{Address, Config, Read, Server};
use crate::error::Code;
use crate::log::{LogKind, log};
use crate::topology::distance::{Distance, is_near};
use crate::topology::read_choice::ReadChoice;
use crate::topology::role::{ask_role, has_data_of_master};
use crate::transport::clock::{NEVER, Time, next_attempt, now, span};
use crate::transport::{CheckSchedule, Limit, Pool, Role, SHORT_TIMEOUT, at_most, cannot_serve_reads};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::Duration;

/// How long a replica that its master does not list any more may be its successor (60 s). Later it may serve another purpose.
const FORMER_FOR: Time = 60_000_000_000;
/// How many of them are remembered.
const MAX_FORMER: usize = 16;
/// How long a replica that failed is not read from, if the configuration has no refresh_interval.
const DOWN_TIME: Duration = Duration::from_secs(1);

pub(crate) struct Replicas {
    /// There are replicas, or the master has not been asked yet. Every read looks at this.
    may_exist: AtomicBool,
    /// They are those of the configuration, if any; the master is not asked for them.
    are_fixed: bool,
    known: ArcSwap<Vec<Arc<Replica>>>,
    /// Servers that the master has listed, but lists no more, and when they were missing first. One of them may have become the master.
    former: ArcSwap<Vec<(Server, Time)>>,
    /// The number of reads so far: reads rotate over the replicas.
    reads: AtomicUsize,
}

pub(crate) struct Replica {
    pool: Pool,
    /// From 1, unique among the replicas of its master. It is part of the alias.
    number: usize,
    /// It can be read from.
    is_up: AtomicBool,
    /// It was reported to be unavailable.
    is_missed: AtomicBool,
    /// From then on its role is checked before the next read.
    next_check: AtomicU64,
    check_interval: Option<Time>,
    pub(super) distance: Distance,
    /// It has everything that was acknowledged before. 0: not known.
    pub(super) has_all_of: AtomicU64,
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
        Replicas {
            may_exist: AtomicBool::new(may_exist),
            are_fixed,
            known: ArcSwap::from_pointee(known),
            former: ArcSwap::default(),
            reads: AtomicUsize::new(0),
        }
    }

    #[inline]
    pub(crate) fn may_exist(&self) -> bool {
        self.may_exist.load(Relaxed)
    }

    pub(crate) fn all(&self) -> Arc<Vec<Arc<Replica>>> {
        self.known.load_full()
    }

    /// Adds the replicas that a Sentinel lists, if there is no master that could report them. Their roles are checked.
    pub(crate) fn update_by_sentinel(&self, addresses: &[Address], config: &Arc<Config>, master: &Server) {
        if !self.are_fixed {
            // During a failover it does not list all of them.
            let known = self.known.load();
            let known = known.iter().map(|replica| replica.pool.server().clone());
            let listed = addresses.iter().map(|address| Server { address: address.clone(), ..master.clone() });
            self.replace(known.chain(listed).collect(), config, &master.alias, false);
        }
    }

    /// Takes over the list that the master reported. Replicas that were known before keep their numbers and connections.
    pub(crate) fn update(&self, addresses: &[Address], config: &Arc<Config>, master: &Server) {
        if self.are_fixed {
            return;
        }
        let reachable = addresses.iter().map(|address| Server { address: reachable_address(address, master), ..master.clone() });
        self.replace(reachable.collect(), config, &master.alias, true);
    }

    /// Follows a change of the master: `others` are the other servers of the node, if the configuration names them.
    pub(crate) fn follow(&self, others: Vec<Server>, config: &Arc<Config>, alias: &str) {
        if self.are_fixed {
            self.replace(others, config, alias, false);
        }
    }

    fn replace(&self, servers: Vec<Server>, config: &Arc<Config>, alias: &str, are_listed: bool) {
        let known = self.known.load();
        let mut wanted: Vec<Server> = Vec::new();
        for server in servers {
            if !wanted.iter().any(|other| other.address == server.address) {
                wanted.push(server);
            }
        }
        let is_wanted = |replica: &Arc<Replica>| wanted.iter().any(|server| server.address == replica.pool.server().address);
        if wanted.len() != known.len() || !known.iter().all(is_wanted) {
            let mut next: Vec<Arc<Replica>> = known.iter().filter(|replica| is_wanted(replica)).cloned().collect();
            self.remember(known.iter().filter(|replica| !is_wanted(replica)));
            for server in wanted {
                if next.iter().any(|replica| replica.pool.server().address == server.address) {
                    continue;
                }
                let number = (1..).find(|number| next.iter().all(|replica| replica.number != *number)).unwrap_or(1);
                let alias = Server::replica_alias(alias, number);
                next.push(Arc::new(Replica::new(config, Server { alias, ..server }, number, are_listed)));
            }
            next.sort_by_key(|replica| replica.number);
            self.may_exist.store(!next.is_empty(), Relaxed);
            self.known.store(Arc::new(next));
        } else {
            self.may_exist.store(!known.is_empty(), Relaxed);
        }
    }

    fn remember<'a>(&self, missing: impl Iterator<Item = &'a Arc<Replica>>) {
        let now = now();
        let added: Vec<(Server, Time)> = missing.map(|replica| (replica.pool.server().clone(), now)).collect();
        if !added.is_empty() {
            let former = self.former.load();
            let others = former.iter().filter(|(server, _)| added.iter().all(|(other, _)| other.address != server.address)).cloned();
            let all: Vec<(Server, Time)> = others.chain(added.iter().cloned()).collect();
            self.former.store(Arc::new(all[all.len().saturating_sub(MAX_FORMER)..].to_vec()));
        }
    }

    /// The servers that can have become the master: the replicas, those that were listed until shortly before, and one that was listed at any time
    /// if the former master says that it is its master now.
    pub(crate) fn candidates(&self, named: Option<&str>) -> Vec<Server> {
        let now = now();
        let known = self.known.load();
        let former = self.former.load();
        let is_candidate =
            |(server, since): &&(Server, Time)| now < since.saturating_add(FORMER_FOR) || named == Some(&*server.address.to_string());
        let former = former.iter().filter(is_candidate).map(|(server, _)| server.clone());
        known.iter().map(|replica| replica.pool.server().clone()).chain(former).collect()
    }

    /// The next replica, in rotation, that can serve a read; `None`: the master has to, also because it is its turn. While the master is silent a
    /// replica that has lost its master can serve it, too.
    pub(crate) fn next(&self, now: Time, is_master_silent: bool, choice: ReadChoice) -> Option<Arc<Replica>> {
        let known = self.known.load();
        let includes_master = choice.read == Read::Any && !is_master_silent;
        let servers = known.len() + usize::from(includes_master);
        let first = if servers > 1 { self.reads.fetch_add(1, Relaxed) } else { 0 };
        (0..servers)
            .map(|index| known.get(first.wrapping_add(index) % servers))
            .find(|replica| replica.is_none_or(|replica| replica.can_serve(now, is_master_silent, choice)))
            .flatten()
            .cloned()
    }

    /// Of the servers that are nearest, the next one in rotation; `None`: the master.
    pub(crate) fn nearest(&self, now: Time, master: Option<Time>, is_master_silent: bool, choice: ReadChoice) -> Option<Arc<Replica>> {
        let known = self.known.load();
        let usable = known.iter().filter(|replica| replica.can_serve(now, is_master_silent, choice));
        let servers = usable.map(|replica| (Some(replica), replica.distance.get()));
        let servers = servers.chain((!is_master_silent).then_some((None, master)));
        let by_distance: Vec<(Option<&Arc<Replica>>, Time)> =
            servers.map(|(server, distance)| (server, distance.unwrap_or(NEVER))).collect();
        let nearest = by_distance.iter().map(|(_, distance)| *distance).min()?;
        let near: Vec<Option<&Arc<Replica>>> =
            by_distance.iter().filter(|(_, distance)| is_near(*distance, nearest)).map(|(server, _)| *server).collect();
        near[self.reads.fetch_add(1, Relaxed) % near.len()].cloned()
    }
}

/// The address that a master or a Sentinel reported, as this machine reaches it: a loopback address is on the machine of the one that reported it.
pub(crate) fn reachable_address(address: &Address, master: &Server) -> Address {
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
            is_missed: AtomicBool::new(false),
            next_check: AtomicU64::new(if check_interval.is_none() { NEVER } else { 0 }),
            check_interval,
            distance: Distance::default(),
            has_all_of: AtomicU64::new(0),
            is_listed,
        }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    fn can_serve(&self, now: Time, is_master_silent: bool, choice: ReadChoice) -> bool {
        self.has_all_of.load(Relaxed) >= choice.required && self.can_be_read(now, is_master_silent)
    }

    /// Whether it can be read from. If a check is due, one caller makes it; for concurrent callers the last result applies.
    fn can_be_read(&self, now: Time, is_master_silent: bool) -> bool {
        let next_check = self.next_check.load(Relaxed);
        if now < next_check {
            return self.is_up.load(Relaxed);
        }
        let until = now.saturating_add(self.check_interval.unwrap_or(NEVER));
        match self.next_check.compare_exchange(next_check, until, Relaxed, Relaxed) {
            Ok(_) => self.check(now, is_master_silent),
            Err(_) => self.is_up.load(Relaxed),
        }
    }

    #[cold]
    fn check(&self, began: Time, is_master_silent: bool) -> bool {
        let is_up = match self.check_interval {
            // Roles are not checked: the next read will show it.
            None => true,
            Some(_) => match ask_role(&self.pool, began, Limit::Short) {
                Ok(Role::Replica { is_synced: true, .. }) => true,
                Ok(Role::Replica { .. }) => is_master_silent && has_data_of_master(&self.pool, began).unwrap_or(false),
                Ok(Role::Refused(text)) => !cannot_serve_reads(&text),
                Err(error) if error.code() == Code::Pool => return self.is_up.load(Relaxed),
                _ => false,
            },
        };
        self.is_up.store(is_up, Relaxed);
        self.report(is_up);
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
            self.report(false);
        }
    }

    fn report(&self, is_up: bool) {
        if self.is_missed.swap(!is_up, Relaxed) != is_up {
            return;
        }
        let (kind, text) = match is_up {
            true => (LogKind::ReplicaAvailable, "it serves reads again"),
            false => (LogKind::ReplicaUnavailable, "it cannot serve reads now"),
        };
        let server = self.pool.server();
        log(kind, &server.address, || format!("{}: {text}", server.alias));
    }

    fn down_time(&self) -> Time {
        self.check_interval.unwrap_or_else(|| span(DOWN_TIME))
    }
}
