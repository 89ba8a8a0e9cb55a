//! The replicas of one master, as far as they are known, and which of them may be read from.

use crate::config::{Address, Config, Server};
use crate::error::Code;
use crate::topology::clock::{NEVER, Time, again, now, span};
use crate::topology::role::Role;
use crate::transport::pool::Pool;
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::Duration;

/// How long a replica that failed is left alone where there is no interval at which to ask again.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Replicas {
    /// There are replicas, or nobody has asked yet whether there are. Every read looks at this.
    any: AtomicBool,
    /// The configuration names them: nobody else is asked.
    are_given: bool,
    known: ArcSwap<Vec<Arc<Replica>>>,
    /// Reads take them in turn.
    turn: AtomicUsize,
}

pub(crate) struct Replica {
    pool: Pool,
    /// Its master's first is 1.
    number: usize,
    /// It may be read from.
    is_up: AtomicBool,
    /// From when on it must be asked first whether it may be read from.
    ask_from: AtomicU64,
    interval: Option<Time>,
    /// Its master would say if it went away, so that it need not be asked again and again.
    is_listed: bool,
}

impl Replicas {
    /// Of a server that is a replica itself.
    pub(crate) fn none() -> Replicas {
        Replicas { any: AtomicBool::new(false), are_given: true, known: ArcSwap::default(), turn: AtomicUsize::new(0) }
    }

    /// Of a master: those that the configuration names, or those that the master will tell of.
    pub(crate) fn of_master(config: &Arc<Config>, server: usize) -> Replicas {
        let Some(given) = config.replicas.as_ref().map(|given| &given[server]) else {
            let will_ask = config.refresh_interval.is_some();
            return Replicas { any: AtomicBool::new(will_ask), are_given: !will_ask, ..Replicas::none() };
        };
        let known: Vec<_> =
            given.iter().enumerate().map(|(at, server)| Replica::new(config, server.clone(), at + 1, false)).map(Arc::new).collect();
        Replicas { any: AtomicBool::new(!known.is_empty()), known: ArcSwap::from_pointee(known), ..Replicas::none() }
    }

    #[inline]
    pub(crate) fn may_be_there(&self) -> bool {
        self.any.load(Relaxed)
    }

    pub(crate) fn all(&self) -> Arc<Vec<Arc<Replica>>> {
        self.known.load_full()
    }

    /// Takes in what the master said, by its own description. Those that were known keep their number and their connections.
    pub(crate) fn are(&self, addresses: &[Address], config: &Arc<Config>, master: &Server) {
        if self.are_given {
            return;
        }
        let known = self.known.load();
        let mut wanted: Vec<Address> = Vec::new();
        for address in addresses.iter().map(|address| seen_from_here(address, master)) {
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
        self.any.store(!addresses.is_empty(), Relaxed);
    }

    /// The next one in turn that can be read from.
    pub(crate) fn next(&self, now: Time) -> Option<Arc<Replica>> {
        let known = self.known.load();
        let first = if known.len() > 1 { self.turn.fetch_add(1, Relaxed) } else { 0 };
        (0..known.len()).map(|at| &known[first.wrapping_add(at) % known.len()]).find(|replica| replica.can_be_read(now)).cloned()
    }
}

/// A replica on the loopback of its master's machine is seen from here where that machine is.
fn seen_from_here(address: &Address, master: &Server) -> Address {
    match (address, &master.address) {
        (Address::Tcp { host, port }, Address::Tcp { host: machine, .. })
            if host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) =>
        {
            Address::Tcp { host: machine.clone(), port: *port }
        }
        (address, _) => address.clone(),
    }
}

impl Replica {
    fn new(config: &Arc<Config>, server: Server, number: usize, is_listed: bool) -> Replica {
        let interval = config.refresh_interval.map(span);
        Replica {
            pool: Pool::of_replica(config.clone(), server),
            number,
            is_up: AtomicBool::new(interval.is_none()),
            ask_from: AtomicU64::new(if interval.is_none() { NEVER } else { 0 }),
            interval,
            is_listed,
        }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether it may be read from. Where that is to be asked, one caller does; for the others it stays meanwhile what it was.
    fn can_be_read(&self, now: Time) -> bool {
        let ask_from = self.ask_from.load(Relaxed);
        if now < ask_from {
            return self.is_up.load(Relaxed);
        }
        let until = now.saturating_add(self.interval.unwrap_or(NEVER));
        match self.ask_from.compare_exchange(ask_from, until, Relaxed, Relaxed) {
            Ok(_) => self.ask(now),
            Err(_) => self.is_up.load(Relaxed),
        }
    }

    #[cold]
    fn ask(&self, began: Time) -> bool {
        let is_up = match self.interval {
            // Nobody is to be asked: the next read will find out.
            None => true,
            Some(_) => match self.pool.role() {
                Ok(Role::Replica { in_step, .. }) => in_step,
                Ok(Role::Refused(text)) => !turns_away(&text),
                Err(error) if error.code() == Code::Pool => return self.is_up.load(Relaxed),
                _ => false,
            },
        };
        self.is_up.store(is_up, Relaxed);
        if !is_up {
            self.ask_from.store(again(began, self.pause()), Relaxed);
        } else if self.is_listed {
            self.ask_from.store(NEVER, Relaxed);
        }
        is_up
    }

    /// Notes that it could not be read from. Of many callers who find that at once, the first one's word counts.
    pub(crate) fn put_out(&self) {
        if self.is_up.swap(false, Relaxed) {
            self.ask_from.store(now().saturating_add(self.pause()), Relaxed);
        }
    }

    fn pause(&self) -> Time {
        self.interval.unwrap_or_else(|| span(PAUSE))
    }
}

/// Whether an error means that the server cannot be read from now, whatever the command: it loads its data, has lost its master and will not
/// answer from what it has, is busy with a script, or wants a password that it was not given.
pub(crate) fn turns_away(error: &[u8]) -> bool {
    [&b"LOADING "[..], b"MASTERDOWN ", b"BUSY ", b"NOAUTH "].iter().any(|word| error.starts_with(word))
}
