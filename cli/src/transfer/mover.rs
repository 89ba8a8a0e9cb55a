//! Copies batches of keys from one source to their targets, and in place deletes them where they were.

use crate::failure::Failure;
use crate::key_scan::sizes;
use crate::text::printable;
use crate::transfer::compare;
use crate::transfer::expiry;
use crate::transfer::job::{Job, Links};
use crate::transfer::node::Node;
use crate::transfer::options::Existing;
use crate::transfer::progress::{Counts, add};
use crate::transfer::restore::{self, Restored, is_same_payload};
use crate::transfer::single::exec;
use crate::wire::{Pipeline, bytes, check, children, integer, whole};
use rediscluster::{Cluster, Reply, Session, Value};
use std::collections::HashMap;

/// The values of one round: at most so many bytes and keys.
const ROUND_BYTES: u64 = 8 << 20;
const ROUND_KEYS: usize = 500;

/// A key, and the index of its target.
pub struct Entry {
    pub key: Vec<u8>,
    pub target: usize,
}

/// A worker's hands: its source, with one pair of databases.
pub struct Mover<'j> {
    pub job: &'j Job,
    pub source: usize,
    links: &'j Links,
    pub counts: &'j Counts,
    /// Watches keys until they are deleted.
    session: Session,
    /// For `--existing newer`: for how many seconds the keys of the batch had not been used on source and target. Reading them is a use.
    idle: HashMap<Vec<u8>, (i64, i64)>,
}

/// Keys as the source had them at one moment.
struct Snapshot {
    expiries: Vec<Option<i64>>,
    payloads: Reply,
    /// How many replies precede the payloads.
    skip: usize,
}

impl Snapshot {
    fn payloads(&self) -> Vec<Option<&[u8]>> {
        children(self.payloads.root()).skip(self.skip).map(|value| bytes(&value)).collect()
    }
}

impl<'j> Mover<'j> {
    pub fn new(job: &'j Job, source: usize, links: &'j Links, counts: &'j Counts) -> Mover<'j> {
        Mover { job, source, links, counts, session: links.sources[source].session(), idle: HashMap::new() }
    }

    pub fn source_node(&self) -> &Node {
        &self.job.sources[self.source]
    }

    /// Handles on the source and on the target of a key.
    pub fn servers(&self, entry: &Entry) -> (Cluster, Cluster) {
        (self.links.sources[self.source].clone(), self.links.targets[entry.target].clone())
    }

    pub fn replaces(&self) -> bool {
        self.job.existing == Existing::Replace
    }

    /// Copies the keys of a batch. Every key of it is then on its target, or was counted as skipped or gone.
    pub fn run(&mut self, keys: Vec<Vec<u8>>) -> Result<(), Failure> {
        add(&self.counts.scanned, keys.len() as u64);
        let (stay, entries) = self.assign(keys)?;
        add(&self.counts.in_place, stay);
        let names: Vec<Vec<u8>> = entries.iter().map(|entry| entry.key.clone()).collect();
        let sizes = sizes(&self.links.sources[self.source], &names)?;
        if self.job.existing == Existing::Newer {
            self.read_idle_times(&entries)?;
        }
        let mut round = Vec::new();
        let mut bytes = 0;
        for (entry, size) in entries.into_iter().zip(sizes) {
            if size > self.job.pieces_above {
                self.move_single(&entry, size)?;
                continue;
            }
            if !round.is_empty() && (bytes + size > ROUND_BYTES || round.len() == ROUND_KEYS) {
                self.move_round(&std::mem::take(&mut round))?;
                bytes = 0;
            }
            bytes += size;
            round.push(entry);
        }
        if round.is_empty() { Ok(()) } else { self.move_round(&round) }
    }

    /// The number of keys that are on their node already, and the others with their targets.
    fn assign(&self, keys: Vec<Vec<u8>>) -> Result<(u64, Vec<Entry>), Failure> {
        let mut stay = 0;
        let mut entries = Vec::with_capacity(keys.len());
        for key in keys {
            self.job.check_old_node(self.source, &key)?;
            match self.job.target(self.source, &key) {
                Some(target) => entries.push(Entry { key, target }),
                None => stay += 1,
            }
        }
        Ok((stay, entries))
    }

    fn read_idle_times(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        self.idle.clear();
        for (target, server) in self.links.targets.iter().enumerate() {
            let names: Vec<Vec<u8>> = entries.iter().filter(|entry| entry.target == target).map(|entry| entry.key.clone()).collect();
            let times = idle_seconds(&self.links.sources[self.source], &names)?.into_iter().zip(idle_seconds(server, &names)?);
            self.idle.extend(names.into_iter().zip(times));
        }
        Ok(())
    }

    fn move_round(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        let snapshot = self.read(entries)?;
        let payloads = snapshot.payloads();
        let restored = self.restore(entries, &snapshot.expiries, &payloads)?;
        // Keys that are to be deleted where they were, and those for a second way.
        let (mut arrived, mut unreadable) = (Vec::new(), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            let (Some(payload), Some(outcome)) = (payloads[at], restored[at]) else {
                add(&self.counts.gone, 1);
                continue;
            };
            match outcome {
                Restored::Done => {
                    add(&self.counts.copied, 1);
                    add(&self.counts.bytes, payload.len() as u64);
                    arrived.push(at);
                }
                Restored::Unreadable => unreadable.push(entry),
                Restored::Exists => match self.decide_existing(entry)? {
                    None => {}
                    Some(false) => arrived.push(at),
                    Some(true) => {
                        self.restore_over(entry, snapshot.expiries[at].unwrap_or(0), payload)?;
                        arrived.push(at);
                    }
                },
            }
        }
        if self.job.in_place {
            let arrived: Vec<(&Entry, &[u8], i64)> = arrived
                .into_iter()
                .map(|at| (&entries[at], payloads[at].unwrap_or_default(), snapshot.expiries[at].unwrap_or(0)))
                .collect();
            self.delete_round(&arrived)?;
        }
        unreadable.into_iter().try_for_each(|entry| self.move_again(entry, None))
    }

    /// Reads payloads and times; in place the keys are watched from before that.
    fn read(&mut self, entries: &[Entry]) -> Result<Snapshot, Failure> {
        let keys: Vec<&[u8]> = entries.iter().map(|entry| entry.key.as_slice()).collect();
        let has_expire_time = self.source_node().has_expire_time;
        let mut pipeline = Pipeline::default();
        if self.job.in_place {
            // What an earlier round watched and did not delete is of no interest.
            pipeline.push(&[b"UNWATCH"]);
            pipeline.push(&[&[&b"WATCH"[..]], &keys[..]].concat());
        }
        expiry::push(&mut pipeline, has_expire_time, &keys);
        keys.iter().for_each(|key| pipeline.push(&[b"DUMP", key]));
        let reply = if self.job.in_place {
            whole(self.session.execute(pipeline.bytes())?)?
        } else {
            pipeline.run(&self.links.sources[self.source])?
        };
        let mut replies = children(reply.root());
        let mut skip = keys.len() + usize::from(!has_expire_time);
        if self.job.in_place {
            skip += 2;
            replies.next();
            replies.next().map(|value| check(value, "WATCH")).transpose()?;
        }
        let expiries = expiry::read(&mut replies, has_expire_time, keys.len())?;
        replies.try_for_each(|value| check(value, "DUMP").map(|_| ()))?;
        drop(replies);
        Ok(Snapshot { expiries, payloads: reply, skip })
    }

    /// Writes the keys to their targets. `None` for keys that the source no longer has.
    fn restore(&self, entries: &[Entry], expiries: &[Option<i64>], payloads: &[Option<&[u8]>]) -> Result<Vec<Option<Restored>>, Failure> {
        let mut outcomes = vec![None; entries.len()];
        for (target, node) in self.job.targets.iter().enumerate() {
            let mut pipeline = Pipeline::default();
            let mut sent = Vec::new();
            for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.target == target) {
                if let (Some(expiry), Some(payload)) = (expiries[at], payloads[at]) {
                    restore::push(&mut pipeline, &entry.key, expiry, payload, self.replaces());
                    sent.push(at);
                }
            }
            let reply = pipeline.run(&self.links.targets[target])?;
            for (at, value) in sent.into_iter().zip(children(reply.root())) {
                outcomes[at] = Some(restore::outcome(&value, node)?);
            }
        }
        Ok(outcomes)
    }

    fn restore_over(&self, entry: &Entry, expiry: i64, payload: &[u8]) -> Result<(), Failure> {
        let mut pipeline = Pipeline::default();
        restore::push(&mut pipeline, &entry.key, expiry, payload, true);
        let reply = pipeline.run(&self.links.targets[entry.target])?;
        children(reply.root()).try_for_each(|value| check(value, "RESTORE").map(drop))?;
        add(&self.counts.copied, 1);
        add(&self.counts.bytes, payload.len() as u64);
        Ok(())
    }

    /// What to do with a key that the target has: `None`: keep the target's; false: they are equal; true: overwrite.
    pub fn decide_existing(&self, entry: &Entry) -> Result<Option<bool>, Failure> {
        let (source, target) = self.servers(entry);
        if compare::is_same(&source, &target, &entry.key)? && self.has_same_expiry(entry)? {
            add(&self.counts.equal, 1);
            return Ok(Some(false));
        }
        let replace = match self.job.existing {
            Existing::Replace => true,
            Existing::Skip => false,
            Existing::Newer => self.idle.get(&entry.key).is_some_and(|(source, target)| source < target),
            Existing::Fail => {
                return Err(Failure::refused(format!(
                    "{} is on {} already, with other content than on {}; --existing skip, replace or newer decides for all such keys",
                    printable(&entry.key),
                    self.job.targets[entry.target].name,
                    self.source_node().name
                )));
            }
        };
        add(&self.counts.skipped, u64::from(!replace));
        Ok(replace.then_some(true))
    }

    fn has_same_expiry(&self, entry: &Entry) -> Result<bool, Failure> {
        let read = |server: &Cluster, node: &Node| {
            let mut pipeline = Pipeline::default();
            expiry::push(&mut pipeline, node.has_expire_time, &[&entry.key]);
            let reply = pipeline.run(server)?;
            let times = expiry::read(&mut children(reply.root()), node.has_expire_time, 1)?;
            Ok::<i64, Failure>(times.into_iter().next().flatten().unwrap_or(0))
        };
        let (source, target) = self.servers(entry);
        Ok(expiry::is_same(read(&source, self.source_node())?, read(&target, &self.job.targets[entry.target])?))
    }

    /// Reads the copies of keys back from their targets, and then deletes the keys on the source if nobody has changed them since they were read.
    fn delete_round(&mut self, arrived: &[(&Entry, &[u8], i64)]) -> Result<(), Failure> {
        let copies = self.read_back(arrived)?;
        if arrived.is_empty() {
            return Ok(());
        }
        let unlink: Vec<&[u8]> = [&b"UNLINK"[..]].into_iter().chain(arrived.iter().map(|(entry, ..)| entry.key.as_slice())).collect();
        if exec(&mut self.session, &[&unlink])? {
            add(&self.counts.removed, arrived.len() as u64);
            return Ok(());
        }
        // One of them has changed: each for itself.
        for ((entry, ..), copy) in arrived.iter().zip(&copies) {
            self.move_again(entry, copy.as_deref())?;
        }
        Ok(())
    }

    /// The payloads that the targets have. A value that differs from what was sent is a failure.
    fn read_back(&self, arrived: &[(&Entry, &[u8], i64)]) -> Result<Vec<Option<Vec<u8>>>, Failure> {
        let mut copies = vec![None; arrived.len()];
        for (target, server) in self.links.targets.iter().enumerate() {
            let here: Vec<usize> = (0..arrived.len()).filter(|at| arrived[*at].0.target == target).collect();
            let keys: Vec<&[u8]> = here.iter().map(|at| arrived[*at].0.key.as_slice()).collect();
            let reply = compare::payloads(server, &keys)?;
            for (at, value) in here.into_iter().zip(children(reply.root())) {
                let (entry, sent, expiry) = arrived[at];
                let copy = bytes(&check(value, "DUMP")?);
                let is_whole = match copy {
                    Some(copy) if is_same_payload(copy, sent) => true,
                    Some(_) => {
                        compare::is_same(&self.links.sources[self.source], server, &entry.key)? || self.source_has_changed(entry, sent)?
                    }
                    None => expiry::is_over(expiry),
                };
                if !is_whole {
                    return Err(self.arrived_differently(entry));
                }
                copies[at] = copy.map(<[u8]>::to_vec);
            }
        }
        Ok(copies)
    }

    /// Whether the source no longer has what was sent. Then the watch will find it, too.
    fn source_has_changed(&self, entry: &Entry, sent: &[u8]) -> Result<bool, Failure> {
        let reply = self.links.sources[self.source].command(&[b"DUMP", &entry.key])?;
        Ok(match reply.root() {
            Value::String(payload) => !is_same_payload(payload, sent),
            _ => true,
        })
    }
}

/// For how many seconds keys have not been used. Keys that are gone count as just used.
fn idle_seconds(server: &Cluster, keys: &[Vec<u8>]) -> Result<Vec<i64>, Failure> {
    let mut pipeline = Pipeline::default();
    keys.iter().for_each(|key| pipeline.push(&[b"OBJECT", b"IDLETIME", key]));
    let reply = pipeline.run(server)?;
    let seconds = |value| match value {
        Value::Nil | Value::Null => Ok(0),
        value => integer(&value, "--existing newer: OBJECT IDLETIME"),
    };
    children(reply.root()).map(seconds).collect()
}
