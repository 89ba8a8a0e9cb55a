//! A node: its master and its replicas. Before a connection to the master is used, its role is checked if a check is due. `failover` finds the
//! master again when it has moved.

use crate::config::{Address, Config, Read, Server};
use crate::error::{Code, Error};
use crate::log::{LogKind, log};
use crate::resp::Reply;
use crate::topology::freshness::Freshness;
use crate::topology::key_listener::KeyListener;
use crate::topology::masters::Masters;
use crate::topology::read_choice::ReadChoice;
use crate::topology::replicas::{Replica, Replicas};
use crate::topology::role::{ask_role, ask_role_over};
use crate::topology::role_check::RoleCheck;
use crate::topology::sentinels::Sentinels;
use crate::transport::clock::{NEVER, Time, now, span};
use crate::transport::{CheckSchedule, Connection, ConnectionSource, Lease, Limit, Pool, Role};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub(crate) struct Shard {
    pub(super) masters: Masters,
    pub(super) role_check: RoleCheck,
    pub(super) replicas: Replicas,
    /// If its master is found by a service name: those that know it.
    pub(super) sentinels: Option<Arc<Sentinels>>,
    /// From then on they are asked again, after they had no answer while the master was known.
    pub(super) next_question: AtomicU64,
    key_listener: KeyListener,
    pub(super) freshness: Freshness,
}

impl ConnectionSource for Shard {
    /// Takes a connection to the master.
    ///
    /// Always inlined, as are [`Connection::receive`] and [`Lease::keep`]: the calls would cost a GET 40 instructions.
    #[inline(always)]
    fn lease(&self, retry_of: Option<Time>) -> Result<Lease<'_>, Error> {
        let (now, fresh) = (retry_of.unwrap_or_else(now), retry_of.is_some());
        let master = self.masters.current();
        if master.checks.is_due(now) {
            return self.lease_after_check(fresh, now);
        }
        if !fresh && let Some(lease) = master.lease_idle(now) {
            return Ok(lease);
        }
        self.lease_any(master, fresh, now)
    }

    #[cold]
    fn lease_without_database(&self) -> Result<Lease<'_>, Error> {
        let (began, master) = (now(), self.master());
        master.lease_without_database().or_else(|error| self.find_master(master, began, error)?.lease_without_database())
    }

    #[cold]
    fn confirm_replica(&self, mut lease: Lease<'_>) -> bool {
        let pool = lease.pool();
        // What it said when the connection was opened does not count, and the command may have waited for long.
        lease.take_role();
        lease.begin_request(now());
        if !pool.checks.is_active() {
            lease.keep();
            return false;
        }
        let role = match ask_role_over(lease, pool, Limit::Configured) {
            // A server closes the connection of a command that waited.
            Err(error) if error.code() == Code::Io => ask_role(pool, now(), Limit::Configured),
            outcome => outcome,
        };
        let is_replica = match role {
            Ok(role) => matches!(role, Role::Replica { .. }),
            Err(error) => error.replica_of().is_some(),
        };
        if is_replica {
            self.doubt(pool);
        }
        is_replica
    }

    #[inline]
    fn server(&self) -> &Server {
        self.masters.current().server()
    }

    #[inline]
    fn config(&self) -> &Config {
        self.master().config()
    }
}

impl Shard {
    /// The shard of a configured server. Connects to nothing yet.
    pub(crate) fn new(config: &Arc<Config>, server: usize, sentinels: Option<&Arc<Sentinels>>) -> Shard {
        let is_service = matches!(config.servers[server].address, Address::Service { .. });
        Shard {
            masters: Masters::new(new_pool(config, config.servers[server].clone())),
            role_check: RoleCheck::default(),
            replicas: Replicas::of_master(config, server),
            sentinels: sentinels.filter(|_| is_service).cloned(),
            next_question: AtomicU64::new(0),
            key_listener: KeyListener::default(),
            freshness: Freshness::default(),
        }
    }

    /// The connections to the master, without a check of its role.
    pub(crate) fn master(&self) -> &Pool {
        self.masters.current()
    }

    /// Whether the master is another server than that of the configuration, or may be.
    pub(crate) fn has_moved(&self) -> bool {
        self.sentinels.is_some()
            || self.masters.has_moved()
            || self.role_check.is_refused()
            || self.master().is_troubled() && self.replicas.may_exist()
    }

    /// The master has rejected a write, over a connection of the caller's own, as a replica does.
    pub(crate) fn doubt_master(&self) {
        self.doubt(self.master());
    }

    /// Takes an idle connection out of the pool, if there is one.
    pub(crate) fn take_idle_connection(&self) -> Option<Connection> {
        self.master().take_idle()
    }

    /// The announcements of changed keys.
    pub(crate) fn key_listener(&self) -> &KeyListener {
        &self.key_listener
    }

    /// Takes a connection to the master if one can be taken without waiting.
    pub(crate) fn lease_idle(&self) -> Option<Lease<'_>> {
        let (now, master) = (now(), self.masters.current());
        if master.checks.is_due(now) { None } else { master.lease_idle(now) }
    }

    /// Takes a connection to the master when none can be taken without a further look.
    #[inline(never)]
    fn lease_any<'s>(&'s self, master: &'s Pool, fresh: bool, began: Time) -> Result<Lease<'s>, Error> {
        match master.lease_at(fresh, began, Limit::Configured) {
            Err(error) => self.lease_elsewhere(master, error, began),
            lease => lease,
        }
    }

    /// Takes a connection to the master when a check is due.
    #[cold]
    fn lease_after_check(&self, fresh: bool, began: Time) -> Result<Lease<'_>, Error> {
        let master = self.master();
        let was_asked = match self.check_role(began) {
            Ok(was_asked) => was_asked,
            Err(error) => return self.lease_elsewhere(master, error, began),
        };
        let master = self.master();
        // A connection that has just been used for a check is as good as a new one.
        match master.lease_at(fresh && !was_asked, began, Limit::Configured) {
            Ok(lease) => {
                if was_asked {
                    lease.continue_request(began);
                }
                Ok(lease)
            }
            Err(error) => self.lease_elsewhere(master, error, began),
        }
    }

    /// Makes sure that the server is a master: asks it if a check is due, else applies the last result. Returns whether it was asked. A server that
    /// has just failed is not asked before it has replied to something.
    fn check_role(&self, began: Time) -> Result<bool, Error> {
        let asks = !self.master().is_troubled() && self.master().checks.claim(began);
        if asks {
            self.ask_sentinels(began)?;
            self.ask_master(self.master(), began, Limit::Configured)?;
        }
        self.role_check.result().map(|()| asks)
    }

    /// Asks the server that is taken for the master for its role, and takes over what it says.
    pub(super) fn ask_master(&self, master: &Pool, began: Time, limit: Limit) -> Result<(), Error> {
        let role = match ask_role(master, began, limit) {
            // The name, or the path of the socket, may lead to another server by now.
            Ok(Role::Replica { .. }) => {
                master.close_idle();
                let role = ask_role(master, began, limit);
                if matches!(role, Ok(Role::Master { .. })) {
                    let server = master.server();
                    log(LogKind::AddressChanged, &server.address, || format!("{}: the address leads to another server now", server.alias));
                }
                role
            }
            outcome => outcome,
        };
        match role {
            Ok(role) => self.apply(role),
            Err(error) if error.replica_of().is_some() || error.code() == Code::Config && master.refuses_when_empty() => {
                master.close_idle();
                self.role_check.complete(master, Some(error.clone()));
                return Err(error);
            }
            Err(error) => {
                master.checks.check_soon();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether [`Shard::claims_role_check`] may return true, or [`Shard::refusal`] an error.
    pub(crate) fn is_role_check_due(&self, now: Time) -> bool {
        self.master().checks.is_due(now)
    }

    /// Whether the caller has to ask the server for its role now, with [`ROLE`], over a connection of its own. It then calls
    /// [`Shard::record_role`], or [`Shard::connection_failed`].
    pub(crate) fn claims_role_check(&self, now: Time) -> bool {
        self.master().checks.claim(now)
    }

    /// Takes the reply to [`ROLE`]. If the server was restarted since it was last asked, it returns the role, and the caller has to call
    /// [`Shard::check_restarted_master`] with it before it sends anything.
    pub(crate) fn record_role(&self, reply: &Reply) -> Option<Role> {
        let role = Role::from_reply(reply);
        if role.offset().is_some_and(|offset| self.master().was_restarted(offset)) {
            return Some(role);
        }
        self.apply(role);
        None
    }

    /// Looks over a new connection whether a restarted master still has its data. May wait.
    pub(crate) fn check_restarted_master(&self, role: Role) {
        let master = self.master();
        if let Err(error) = master.open_for_caller() {
            self.role_check.complete(master, Some(error));
            if !master.refuses_when_empty() {
                // What is reported once is over with the next check.
                master.checks.check_soon();
            }
            return;
        }
        self.apply(role);
    }

    /// Why the server must not be used, according to the last check.
    pub(crate) fn refusal(&self) -> Option<Error> {
        self.role_check.result().err()
    }

    /// A connection of the caller to the master was lost: the next caller asks for its role.
    pub(crate) fn connection_failed(&self, error: &Error) {
        self.master().failed(error);
        self.master().checks.check_soon();
    }

    /// Opens a connection to the master for a caller that keeps it.
    pub(crate) fn open_connection(&self) -> Result<Connection, Error> {
        let (began, master) = (now(), self.master());
        let mut connection = match master.open_for_caller() {
            Err(error) => return self.find_master(master, began, error)?.open_for_caller(),
            Ok(connection) => connection,
        };
        // A program that uses sessions only must know the replicas, too.
        if let Some(role) = connection.take_role()
            && master.checks.claim(began)
        {
            self.apply(role);
        }
        Ok(connection)
    }

    /// The replica that serves the next read in place of the master; `None` if the master has to. Unless the choice requires more, what the
    /// configuration says of the lag is required.
    pub(crate) fn next_replica(&self, choice: ReadChoice) -> Option<Arc<Replica>> {
        let began = now();
        if self.role_check.is_due_for_replica_read(&self.master().checks, began) && self.master().check_available().is_ok() {
            self.check_role_for_replica_read(began);
        }
        let is_master_silent = self.master().is_troubled() || self.role_check.is_master_silent(began) || self.role_check.is_refused();
        let oldest = self.config().max_lag.map_or(0, |lag| began.saturating_sub(span(lag)));
        let choice = ReadChoice { required: choice.required.max(oldest), ..choice };
        if choice.required > 0 || choice.read == Read::Nearest {
            self.freshness.refresh((!is_master_silent).then(|| self.master()), &self.replicas.all(), began, self.freshness_interval());
        }
        match choice.read {
            Read::Nearest => self.replicas.nearest(began, self.freshness.master_distance.get(), is_master_silent, choice),
            _ => self.replicas.next(began, is_master_silent, choice),
        }
    }

    /// How often the replicas are compared with the master. A replica that keeps up must not count as one that lags, so twice within the limit.
    fn freshness_interval(&self) -> Time {
        let config = self.config();
        let limits = [config.refresh_interval, config.max_lag.map(|lag| lag / 2)];
        limits.into_iter().flatten().min().map_or(NEVER, span)
    }

    /// If the master does not reply, the replicas that are known are good enough.
    #[cold]
    fn check_role_for_replica_read(&self, began: Time) {
        let master = self.master();
        if !master.checks.claim(began) {
            return;
        }
        match self.ask_sentinels(began).and_then(|()| self.ask_master(self.master(), began, Limit::Short)) {
            Ok(()) => {}
            // The caller reads from a replica in any case.
            Err(error) if error.replica_of().is_some() => drop(self.find_master(master, began, error)),
            Err(_) => self.role_check.skip_for_replica_reads(&self.master().checks, began),
        }
    }

    fn apply(&self, role: Role) {
        let refusal = role.check_is_master().err();
        match role {
            Role::Master { replicas, offset } => {
                self.master().record_offset(offset);
                self.replicas.update(&replicas, self.master().config(), self.server());
            }
            // Its replicas, or its master, may be the next one.
            Role::Replica { .. } => {}
            Role::Refused(_) | Role::Other => self.replicas.update(&[], self.master().config(), self.server()),
        }
        // Commands that were under way when the master moved have given their connections back.
        self.masters.close_others();
        self.role_check.complete(self.master(), refusal);
    }

    /// Whether there are replicas, or the master has not yet been asked. If false, [`Shard::next_replica`] returns `None`.
    #[inline]
    pub(crate) fn may_have_replicas(&self) -> bool {
        self.replicas.may_exist()
    }

    /// All replicas, including those that cannot be read from. The master is asked for them; if it does not reply, the known ones.
    pub(crate) fn replicas(&self) -> Arc<Vec<Arc<Replica>>> {
        self.master().checks.check_soon();
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
        self.master().checks.check_soon();
    }

    /// Closes a forked child's copies of its parent's idle connections.
    pub(crate) fn abandon(&self) {
        self.masters.all().for_each(Pool::abandon);
        self.key_listener.abandon();
        self.replicas.all().iter().for_each(|replica| replica.pool().abandon());
    }
}

/// The connections to a server that is, or could be, a master.
pub(super) fn new_pool(config: &Arc<Config>, server: Server) -> Pool {
    Pool::new(config.clone(), server, config.connect_timeout, CheckSchedule::new(config.refresh_interval))
}
