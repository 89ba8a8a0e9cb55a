//! A master and its replicas. Before a connection to the master is used, its role is checked if a check is due.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::topology::key_listener::KeyListener;
use crate::topology::replicas::{Replica, Replicas};
use crate::topology::role::{Role, ask_role};
use crate::topology::role_check::RoleCheck;
use crate::transport::clock::{Time, now};
use crate::transport::{CheckSchedule, Connection, ConnectionSource, Lease, Limit, Pool};
use std::sync::Arc;

pub(crate) struct Shard {
    master: Pool,
    role_check: RoleCheck,
    replicas: Replicas,
    key_listener: KeyListener,
}

impl ConnectionSource for Shard {
    /// Takes a connection to the master.
    #[inline]
    fn lease(&self, retry_of: Option<Time>) -> Result<Lease<'_>, Error> {
        let (now, fresh) = (retry_of.unwrap_or_else(now), retry_of.is_some());
        if self.master.checks.is_due(now) {
            return self.lease_after_check(fresh, now);
        }
        self.master.lease_at(fresh, now, Limit::Configured)
    }

    fn lease_without_database(&self) -> Result<Lease<'_>, Error> {
        self.master.lease_without_database()
    }

    #[inline]
    fn server(&self) -> &Server {
        self.master.server()
    }

    #[inline]
    fn config(&self) -> &Config {
        self.master.config()
    }
}

impl Shard {
    /// The shard of a configured server. Connects to nothing yet.
    pub(crate) fn new(config: &Arc<Config>, server: usize) -> Shard {
        let checks = CheckSchedule::new(config.refresh_interval);
        Shard {
            master: Pool::new(config.clone(), config.servers[server].clone(), config.connect_timeout, checks),
            role_check: RoleCheck::default(),
            replicas: Replicas::of_master(config, server),
            key_listener: KeyListener::default(),
        }
    }

    /// The connections to the master, without a check of its role.
    pub(crate) fn master(&self) -> &Pool {
        &self.master
    }

    /// Takes an idle connection out of the pool, if there is one.
    pub(crate) fn take_idle_connection(&self) -> Option<Connection> {
        self.master.take_idle()
    }

    /// The announcements of changed keys.
    pub(crate) fn key_listener(&self) -> &KeyListener {
        &self.key_listener
    }

    /// Takes a connection to the master when a check is due.
    #[cold]
    fn lease_after_check(&self, fresh: bool, began: Time) -> Result<Lease<'_>, Error> {
        let was_asked = self.check_role(began)?;
        // A connection that has just been used for a check is as good as a new one.
        let lease = self.master.lease_at(fresh && !was_asked, began, Limit::Configured)?;
        if was_asked {
            lease.continue_request(began);
        }
        Ok(lease)
    }

    /// Makes sure that the server is a master: asks it if a check is due, else applies the last result. Returns whether it was asked. A server that
    /// has just failed is not asked before it has replied to something.
    fn check_role(&self, began: Time) -> Result<bool, Error> {
        let asks = !self.master.is_troubled() && self.master.checks.claim(began);
        if asks {
            match ask_role(&self.master, began, Limit::Configured) {
                Ok(role) => self.apply(role),
                Err(error) => {
                    self.master.checks.check_soon();
                    return Err(error);
                }
            }
        }
        self.role_check.result().map(|()| asks)
    }

    /// Whether [`Shard::claims_role_check`] may return true, or [`Shard::refusal`] an error.
    pub(crate) fn is_role_check_due(&self, now: Time) -> bool {
        self.master.checks.is_due(now)
    }

    /// Whether the caller has to ask the server for its role now, with [`ROLE`], over a connection of its own. It then calls
    /// [`Shard::record_role`], or [`Shard::connection_failed`].
    pub(crate) fn claims_role_check(&self, now: Time) -> bool {
        self.master.checks.claim(now)
    }

    /// Takes the reply to [`ROLE`].
    pub(crate) fn record_role(&self, reply: &Reply) {
        self.apply(Role::from_reply(reply));
    }

    /// Why the server must not be used, according to the last check.
    pub(crate) fn refusal(&self) -> Option<Error> {
        self.role_check.result().err()
    }

    /// A connection of the caller to the master was lost: the next caller asks for its role.
    pub(crate) fn connection_failed(&self, error: &Error) {
        self.master.failed(error);
        self.master.checks.check_soon();
    }

    /// Opens a connection to the master for a caller that keeps it.
    pub(crate) fn open_connection(&self) -> Result<Connection, Error> {
        self.master.open_for_caller()
    }

    /// The replica that serves the next read in place of the master; `None` if the master has to.
    pub(crate) fn next_replica(&self) -> Option<Arc<Replica>> {
        let began = now();
        if self.role_check.is_due_for_replica_read(&self.master.checks, began) && self.master.check_available().is_ok() {
            self.check_role_for_replica_read(began);
        }
        self.role_check.result().ok()?;
        self.replicas.next(began, self.master.is_troubled() || self.role_check.is_master_silent(began))
    }

    /// If the master does not reply, the replicas that are known are good enough.
    #[cold]
    fn check_role_for_replica_read(&self, began: Time) {
        if self.master.checks.claim(began) {
            match ask_role(&self.master, began, Limit::Short) {
                Ok(role) => self.apply(role),
                Err(_) => self.role_check.skip_for_replica_reads(&self.master.checks, began),
            }
        }
    }

    fn apply(&self, role: Role) {
        let (replicas, refusal) = match role {
            Role::Master(replicas) => (replicas, None),
            Role::Replica { master, .. } => {
                let text = format!("the server is a replica of {master}; configure the address of a master");
                (Vec::new(), Some(Error::new(Code::Config, text)))
            }
            Role::Refused(_) | Role::Other => (Vec::new(), None),
        };
        self.replicas.update(&replicas, self.master.config(), self.server());
        self.role_check.complete(&self.master.checks, refusal);
    }

    /// Whether there are replicas, or the master has not yet been asked. If false, [`Shard::next_replica`] returns `None`.
    #[inline]
    pub(crate) fn may_have_replicas(&self) -> bool {
        self.replicas.may_exist()
    }

    /// All replicas, including those that cannot be read from. The master is asked for them; if it does not reply, the known ones.
    pub(crate) fn replicas(&self) -> Arc<Vec<Arc<Replica>>> {
        self.master.checks.check_soon();
        self.check_role_for_replica_read(now());
        self.replicas.all()
    }

    /// The replicas that the configuration names or that the master listed before. Contacts no server.
    pub(crate) fn known_replicas(&self) -> Arc<Vec<Arc<Replica>>> {
        self.replicas.all()
    }

    /// Records that a replica could not serve a read. It is not read from for some time, and the master is asked for its replicas.
    pub(crate) fn replica_failed(&self, replica: &Replica) {
        replica.set_down();
        self.master.checks.check_soon();
    }

    /// Closes a forked child's copies of its parent's idle connections.
    pub(crate) fn abandon(&self) {
        self.master.abandon();
        self.key_listener.abandon();
        self.replicas.all().iter().for_each(|replica| replica.pool().abandon());
    }
}
