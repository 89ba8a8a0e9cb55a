//! What a pool asks its server: what it is, and which replicas it has.

use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::topology::clock::{Time, now};
use crate::topology::replicas::Replica;
use crate::topology::role;
use crate::topology::role::Role;
use crate::transport::pool::{Lease, Limit, Pool, SHORT, at_most};
use std::sync::Arc;

impl Pool {
    /// Sees to it that the server is a master before a connection to it is used; asks it where the time has come. ResponsePolicy whether it was asked.
    #[cold]
    pub(crate) fn look(&self, now: Time) -> Result<bool, Error> {
        let asks = self.watch.begins(now);
        if asks {
            match self.role_within(Limit::Usual) {
                Ok(role) => self.learn(role),
                // It may be busy with something long: the caller will see.
                Err(error) if error.code() == Code::Timeout => {
                    self.watch.stays(now);
                    return Ok(false);
                }
                Err(error) => {
                    self.watch.ask_soon();
                    return Err(error);
                }
            }
        }
        self.watch.refusal().map(|()| asks)
    }

    /// The replica that a read may go to in this master's place, if there is one.
    pub(crate) fn reader(&self) -> Option<Arc<Replica>> {
        let began = now();
        if self.watch.should_look(began) {
            self.look_for_reader(began);
        }
        self.watch.refusal().ok()?;
        self.watch.replicas.next(began)
    }

    /// What is known is enough to go on with where the master does not answer.
    #[cold]
    fn look_for_reader(&self, began: Time) {
        if self.watch.begins(began) {
            match self.role_within(Limit::Short) {
                Ok(role) => self.learn(role),
                Err(_) => self.watch.spare(began),
            }
        }
    }

    fn learn(&self, role: Role) {
        let (replicas, refusal) = match role {
            Role::Master(replicas) => (replicas, None),
            Role::Replica { of, .. } => {
                let text = format!("the server is a replica of {of}; a configured master must be one");
                (Vec::new(), Some(Error::new(Code::Config, text)))
            }
            Role::Refused(_) | Role::Other => (Vec::new(), None),
        };
        self.watch.replicas.are(&replicas, &self.config, &self.server);
        self.watch.answered(refusal);
    }

    /// Whether a read should ask for a [`Pool::reader`].
    #[inline]
    pub(crate) fn may_have_replicas(&self) -> bool {
        self.watch.replicas.may_be_there()
    }

    /// Its replicas by what it says now, or, where it says nothing, by what is known; those too that cannot be read from.
    pub(crate) fn replicas(&self) -> Arc<Vec<Arc<Replica>>> {
        self.watch.ask_soon();
        self.look_for_reader(now());
        self.watch.replicas.all()
    }

    /// The replicas that the configuration names or that the master listed before. Contacts no server.
    pub(crate) fn known_replicas(&self) -> Arc<Vec<Arc<Replica>>> {
        self.watch.replicas.all()
    }

    /// Notes that a replica could not be read from; it is left alone for some time, and the master is asked.
    pub(crate) fn put_out(&self, replica: &Replica) {
        replica.put_out();
        self.watch.ask_soon();
    }

    /// Asks the server what it is.
    pub(crate) fn role(&self) -> Result<Role, Error> {
        self.role_within(Limit::Usual)
    }

    fn role_within(&self, limit: Limit) -> Result<Role, Error> {
        match self.take_now(false, now(), limit).and_then(|lease| self.role_over(lease)) {
            Err(error) if error.code() == Code::Io => self.role_over(self.take_now(true, now(), limit)?),
            outcome => outcome,
        }
    }

    fn role_over(&self, mut lease: Lease) -> Result<Role, Error> {
        lease.send_all(role::QUESTION, &mut 0)?;
        let mut reader = lease.reader(false);
        lease.wait_within(at_most(self.config.read_timeout, SHORT))?;
        lease.receive(&mut reader, 1)?;
        let (reply, buffer) = Reply::from_reader(reader, None);
        lease.reuse(buffer);
        lease.keep();
        Ok(Role::of(&reply))
    }
}
