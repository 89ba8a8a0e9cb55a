//! One key at a time: large values, values that the target cannot read whole, and keys that change while they move.

use crate::failure::Failure;
use crate::text::printable;
use crate::transfer::compare;
use crate::transfer::expiry;
use crate::transfer::mover::{Entry, Mover};
use crate::transfer::pieces::Pieces;
use crate::transfer::progress::add;
use crate::transfer::restore::is_same_payload;
use crate::wire::{Pipeline, bytes, check, children, whole};
use rediscluster::{Cluster, Reply, Session, Value};

/// So often a key that changes all the time is tried again.
const ATTEMPTS: usize = 5;

impl Mover<'_> {
    /// Copies one key in pieces, and in place deletes it where it was. A change of the source in between starts it again.
    pub fn move_single(&mut self, entry: &Entry, size: u64) -> Result<(), Failure> {
        let (source, target) = self.servers(entry);
        for _ in 0..ATTEMPTS {
            let mut watch = watch(&source, &entry.key)?;
            let Some(expiry) = self.expiry_of(&source, &entry.key)? else {
                add(&self.counts.gone, 1);
                return Ok(());
            };
            let pieces = Pieces::new(&source, &target, &entry.key, size)?;
            if !pieces.copy()? {
                continue;
            }
            if !self.job.in_place {
                // A change while the pieces were read would have mixed two states.
                if !exec(&mut watch, &[&[b"PING".as_slice()]])? {
                    continue;
                }
                return self.finish_copy(entry, &pieces, expiry, size);
            }
            if pieces.finish(expiry, false)? {
                self.count_copied(size);
            } else {
                match self.decide_existing(entry)? {
                    None => return pieces.discard(),
                    Some(false) => pieces.discard()?,
                    Some(true) => {
                        pieces.finish(expiry, true)?;
                        self.count_copied(size);
                    }
                }
            }
            if self.delete_verified(entry, &mut watch, expiry)? {
                return Ok(());
            }
        }
        Err(self.keeps_changing(entry))
    }

    fn finish_copy(&mut self, entry: &Entry, pieces: &Pieces, expiry: i64, size: u64) -> Result<(), Failure> {
        if !pieces.finish(expiry, self.replaces())? {
            match self.decide_existing(entry)? {
                Some(true) => drop(pieces.finish(expiry, true)?),
                _ => return pieces.discard(),
            }
        }
        self.count_copied(size);
        Ok(())
    }

    fn count_copied(&self, size: u64) {
        add(&self.counts.copied, 1);
        add(&self.counts.bytes, size);
    }

    /// Deletes a key on the source if the target has the same value and nobody has changed either meanwhile. Otherwise deletes the copy and returns
    /// false: the key has to be copied again.
    fn delete_verified(&mut self, entry: &Entry, watch_source: &mut Session, expiry: i64) -> Result<bool, Failure> {
        let (source, target) = self.servers(entry);
        let mut watch_target = watch(&target, &entry.key)?;
        if !compare::is_same(&source, &target, &entry.key)? {
            // If the source has changed, the copy is only old.
            if exec(watch_source, &[&[b"PING".as_slice()]])? && !expiry::is_over(expiry) {
                return Err(self.arrived_differently(entry));
            }
        } else if exec(watch_source, &[&[b"UNLINK".as_slice(), &entry.key]])? {
            add(&self.counts.removed, 1);
            return Ok(true);
        }
        if exec(&mut watch_target, &[&[b"UNLINK".as_slice(), &entry.key]])? { Ok(false) } else { Err(self.changed_on_both(entry)) }
    }

    /// Moves a key again whose source has changed since it was copied. `arrived` is what the target had got.
    pub fn move_again(&mut self, entry: &Entry, arrived: Option<&[u8]>) -> Result<(), Failure> {
        let (source, target) = self.servers(entry);
        if let Some(arrived) = arrived {
            let mut watch_target = watch(&target, &entry.key)?;
            let reply = target.command(&[b"DUMP", &entry.key])?;
            let is_ours = bytes(&reply.root()).is_none_or(|payload| is_same_payload(payload, arrived));
            if !is_ours || !exec(&mut watch_target, &[&[b"UNLINK".as_slice(), &entry.key]])? {
                return Err(self.changed_on_both(entry));
            }
        }
        let size = crate::key_scan::sizes(&source, std::slice::from_ref(&entry.key))?.first().copied().unwrap_or(0);
        self.move_single(entry, size.max(1))
    }

    fn expiry_of(&self, source: &Cluster, key: &[u8]) -> Result<Option<i64>, Failure> {
        let mut pipeline = Pipeline::default();
        expiry::push(&mut pipeline, self.source_node().has_expire_time, &[key]);
        let reply = pipeline.run(source)?;
        Ok(expiry::read(&mut children(reply.root()), self.source_node().has_expire_time, 1)?.into_iter().next().flatten())
    }

    fn keeps_changing(&self, entry: &Entry) -> Failure {
        Failure::failed(format!(
            "{} on {} has changed {ATTEMPTS} times while it was copied: stop its writers, and run this again",
            printable(&entry.key),
            self.source_node().name
        ))
    }

    fn changed_on_both(&self, entry: &Entry) -> Failure {
        Failure::refused(format!(
            "{} was changed on {} and on {} while it moved: keep one of the two, and run this again",
            printable(&entry.key),
            self.source_node().name,
            self.job.targets[entry.target].name
        ))
    }

    pub fn arrived_differently(&self, entry: &Entry) -> Failure {
        Failure::failed(format!(
            "{} differs on {} from {} after it was copied; it was not deleted. If another client has changed it there, keep one of the two",
            printable(&entry.key),
            self.job.targets[entry.target].name,
            self.source_node().name
        ))
    }
}

/// Begins to watch a key, in a session of its own.
fn watch(server: &Cluster, key: &[u8]) -> Result<Session, Failure> {
    let mut session = server.session();
    let mut pipeline = Pipeline::default();
    pipeline.push(&[b"WATCH", key]);
    let reply = whole(session.execute(pipeline.bytes())?)?;
    children(reply.root()).try_for_each(|value| check(value, "WATCH").map(drop))?;
    Ok(session)
}

/// Runs commands in a transaction. Returns false if a watched key has changed; then none was executed.
pub fn exec(session: &mut Session, commands: &[&[&[u8]]]) -> Result<bool, Failure> {
    let mut pipeline = Pipeline::default();
    pipeline.push(&[b"MULTI"]);
    commands.iter().for_each(|command| pipeline.push(command));
    pipeline.push(&[b"EXEC"]);
    let reply: Reply = whole(session.execute(pipeline.bytes())?)?;
    match children(reply.root()).last() {
        Some(Value::Nil | Value::NilArray | Value::Null) => Ok(false),
        Some(value) => {
            children(check(value, "EXEC")?).try_for_each(|value| check(value, "EXEC").map(drop))?;
            Ok(true)
        }
        None => Err(Failure::failed("EXEC: no reply")),
    }
}
