//! Finds the master of a node among its known servers, when the server that was it does not reply or has become a replica.

use crate::config::{Address, Server};
use crate::error::{Code, Error};
use crate::log::{LogKind, log};
use crate::topology::role::{ask_role, start_by};
use crate::topology::shard::{Shard, new_pool};
use crate::transport::clock::{Time, exact_now, limit, next_attempt, now, span};
use crate::transport::{ConnectionSource, Lease, Limit, Pool, Role};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// The time between two searches, if roles are not checked more often.
const SEARCH_INTERVAL: Duration = Duration::from_millis(200);

/// What the servers said that were asked for their role.
#[derive(Default)]
struct Claims<'s> {
    masters: Vec<(&'s Pool, Vec<Address>)>,
    /// Of the others.
    said: Vec<String>,
}

impl Shard {
    /// Takes a connection to the master after one to the server that was it has failed: another server may be the master now.
    #[cold]
    pub(super) fn lease_elsewhere(&self, failed: &Pool, failure: Error, began: Time) -> Result<Lease<'_>, Error> {
        let lease = self.find_master(failed, began, failure)?.lease_at(false, now(), Limit::Configured)?;
        lease.continue_request(began);
        Ok(lease)
    }

    /// Drops the connections to a server that has rejected a write, or otherwise is not what it was: the next caller asks it for its role over a new one.
    pub(super) fn doubt(&self, pool: &Pool) {
        pool.close_idle();
        pool.checks.check_soon();
    }

    /// Asks the other known servers of the node whether they are its master, after the one that was it has failed. After a failure not more often than once
    /// per interval, and within the time limit of the request that began at `began`. Exactly one may claim it.
    #[cold]
    pub(super) fn find_master(&self, failed: &Pool, began: Time, failure: Error) -> Result<&Pool, Error> {
        if !std::ptr::eq(failed, self.master()) {
            return Ok(self.master());
        }
        let config = self.master().config();
        let Some(interval) = config.refresh_interval else { return Err(failure) };
        let interval = span(interval.min(SEARCH_INTERVAL));
        let deadline = began.saturating_add(limit(config.timeout));
        if failure.code() == Code::Pool || failure.refusal().is_some() || exact_now() >= deadline {
            return Err(failure);
        }
        let candidates = self.candidates(failed.server(), failure.replica_of());
        if candidates.is_empty() && self.sentinels.is_none() {
            return Err(failure);
        }
        let start = now();
        if !self.masters.claim_search(start, interval) {
            return self.masters.search_failure().map_or_else(|| Ok(self.master()), Err);
        }
        let outcome = match self.sentinels {
            Some(_) => self.find_by_sentinel(deadline).map_err(|what| failure.with_suffix(&format!("; {what}"))),
            None => self.ask_candidates(&candidates, deadline).only_master(failure),
        };
        self.masters.end_search(start, interval, outcome.as_ref().err().cloned());
        let (pool, replicas) = outcome?;
        self.follow(pool, &replicas);
        Ok(pool)
    }

    /// If the node has a service name: asks the Sentinels for its master, and follows it if it is another one. They are no better than the server itself
    /// while that says that it is the master, so their silence is no failure once it is known.
    pub(super) fn ask_sentinels(&self, began: Time) -> Result<(), Error> {
        let is_known = self.masters.has_moved();
        if self.sentinels.is_none() || is_known && now() < self.next_question.load(Relaxed) {
            return Ok(());
        }
        let start = now();
        let deadline = began.saturating_add(limit(self.config().timeout));
        match self.find_by_sentinel(deadline) {
            Ok((pool, replicas)) if !std::ptr::eq(pool, self.master()) => self.follow(pool, &replicas),
            Err(what) if !is_known => {
                self.master().checks.check_soon();
                return Err(Error::new(Code::Connect, what));
            }
            Err(_) => self.next_question.store(next_attempt(start, self.master().checks.interval()), Relaxed),
            Ok(_) => {}
        }
        Ok(())
    }

    /// The server that a Sentinel names as the master, if it says so itself, and its replicas. The error says what is wrong with it.
    fn find_by_sentinel(&self, deadline: Time) -> Result<(&Pool, Vec<Address>), String> {
        let configured = self.masters.configured().server();
        let (Some(sentinels), Address::Service { name }) = (&self.sentinels, &configured.address) else {
            return Err("the node has no service_name".into());
        };
        let found = sentinels.find(name, deadline)?;
        let server = Server { address: found.master, ..configured.clone() };
        let pool = self.masters.pool_of(&server, || new_pool(self.master().config(), server.clone()));
        if std::ptr::eq(pool, self.master()) && !pool.is_troubled() && !self.role_check.is_refused() {
            return Ok((pool, Vec::new()));
        }
        match ask_role(pool, start_by(deadline), Limit::Short) {
            Ok(Role::Master { replicas, .. }) => Ok((pool, replicas)),
            // It does not let this user ask; Sentinel has.
            Ok(Role::Refused(_) | Role::Other) => Ok((pool, found.replicas)),
            outcome => {
                self.replicas.update_by_sentinel(&found.replicas, pool.config(), configured);
                let mut claims = Claims::default();
                claims.add(pool, outcome);
                Err(format!("Sentinel says that the master of {name} is {}; {}", server.address, claims.said.join("; ")))
            }
        }
    }

    /// The servers of the node that can have become its master. A master of another node is none: keys never move to other nodes.
    fn candidates(&self, current: &Server, named: Option<&str>) -> Vec<Server> {
        let own = &self.masters.configured().server().address;
        let is_of_other_node =
            |server: &Server| server.address != *own && self.config().servers.iter().any(|other| other.address == server.address);
        let mut found: Vec<Server> = Vec::new();
        for server in self.replicas.candidates(named).into_iter().chain([self.masters.configured().server().clone()]) {
            let server = Server { alias: current.alias.clone(), db: current.db, ..server };
            let is_known = server.address == current.address || found.iter().any(|known| known.address == server.address);
            if !is_known && !is_of_other_node(&server) {
                found.push(server);
            }
        }
        found
    }

    fn ask_candidates(&self, candidates: &[Server], deadline: Time) -> Claims<'_> {
        let mut claims = Claims::default();
        for server in candidates {
            if exact_now() >= deadline {
                claims.said.push(format!("{}: not asked, the time was up", server.address));
                continue;
            }
            let pool = self.masters.pool_of(server, || new_pool(self.master().config(), server.clone()));
            claims.add(pool, ask_role(pool, start_by(deadline), Limit::Short));
        }
        claims
    }

    /// Makes a server the master.
    fn follow(&self, pool: &Pool, replicas: &[Address]) {
        let config = self.master().config().clone();
        let before = self.server().clone();
        self.masters.make_current(pool);
        let master = pool.server();
        let known = self.replicas.candidates(None).into_iter().chain([before.clone()]);
        let is_other = |server: &Server| server.address != master.address && !matches!(server.address, Address::Service { .. });
        let others = known.filter(is_other).collect();
        self.freshness.forget_master();
        self.replicas.follow(others, &config, &master.alias);
        self.replicas.update(replicas, &config, master);
        pool.checks.claim(now());
        self.role_check.complete(pool, None);
        // The first answer of Sentinel changes nothing.
        if before.address != master.address && !matches!(before.address, Address::Service { .. }) {
            log(LogKind::MasterChanged, &master.address, || {
                format!("{}: it is the master now, in place of {}", master.alias, before.address)
            });
        }
    }
}

impl<'s> Claims<'s> {
    fn add(&mut self, pool: &'s Pool, outcome: Result<Role, Error>) {
        let address = &pool.server().address;
        match outcome {
            Ok(Role::Master { replicas, .. }) => self.masters.push((pool, replicas)),
            Ok(Role::Replica { master, .. }) => self.said.push(format!("{address} is a replica of {master}")),
            Ok(Role::Refused(text)) => self.said.push(format!("{address} does not say its role: {}", String::from_utf8_lossy(&text))),
            Ok(Role::Other) => self.said.push(format!("{address} does not say its role")),
            Err(error) => match error.replica_of() {
                Some(master) => self.said.push(format!("{address} is a replica of {master}")),
                None => self.said.push(format!("{address}: {}", error.message())),
            },
        }
    }

    /// The only server that claims to be the master. Otherwise the error adds to that of the current one why there is no other.
    fn only_master(mut self, failure: Error) -> Result<(&'s Pool, Vec<Address>), Error> {
        match self.masters.len() {
            0 => Err(failure.with_suffix(&format!("; no other known server is a master: {}", self.said.join("; ")))),
            1 => Ok(self.masters.remove(0)),
            _ => {
                let all: Vec<String> = self.masters.iter().map(|(pool, _)| pool.server().address.to_string()).collect();
                let text = format!("; {} both say that they are the master, so neither is used", all.join(" and "));
                Err(failure.with_suffix(&text))
            }
        }
    }
}
