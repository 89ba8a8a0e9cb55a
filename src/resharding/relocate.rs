//! Moves keys from one server to another. The documentation of the module has the protocol.

use crate::config::Config;
use crate::error::{Code, Error, printable};
use crate::resharding::channel::{Channel, Words, replies, words};
use crate::resharding::distinct::check_distinct;
use crate::resharding::value::{Found, StoredValue, commands};
use crate::resp::{Children, Reply, Value};
use crate::topology::Topology;

/// A key that has different places in the two layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Relocation<'k> {
    /// Its stored name.
    pub key: &'k [u8],
    /// The indexes of the two servers in [`Config::servers`].
    pub from: usize,
    pub to: usize,
}

/// What has become of a key that is not at its old place any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relocated {
    /// The size of what DUMP returned.
    Moved { bytes: usize },
    /// The new place had it already: a move was cut short, or another program moved it at the same time.
    Finished,
    /// Somebody else has moved it, or it has expired.
    Gone,
}

/// A transaction fails only if somebody else has changed the key, after which the next attempt ends; but it may also fail because a key expires.
const ATTEMPTS: usize = 50;

/// Moves keys, all of them from one server to another one. The outcomes are in the order of the keys. `name` is the command that the errors
/// name.
pub(crate) fn relocate_all(config: &Config, topology: &Topology, name: &[u8], keys: &[Relocation]) -> Vec<Result<Relocated, Error>> {
    let outcomes = match keys {
        [] => return Vec::new(),
        [one] => return vec![relocate(config, topology, name, one)],
        _ => Move { config, topology, name, keys }.attempt(),
    };
    // What cannot be moved together is moved one by one, so that one key does not affect another one.
    match outcomes {
        Ok(outcomes) if outcomes.iter().all(Option::is_some) => outcomes.into_iter().flatten().collect(),
        Ok(outcomes) => {
            let rest = outcomes.into_iter().zip(keys);
            rest.map(|(outcome, key)| outcome.unwrap_or_else(|| relocate(config, topology, name, key))).collect()
        }
        Err(error) => keys.iter().map(|key| Err(in_context(config, key, error.clone()))).collect(),
    }
}

fn relocate(config: &Config, topology: &Topology, name: &[u8], key: &Relocation) -> Result<Relocated, Error> {
    for _ in 0..ATTEMPTS {
        let outcomes = Move { config, topology, name, keys: std::slice::from_ref(key) }.attempt();
        match outcomes.map_err(|error| in_context(config, key, error))?.pop().flatten() {
            Some(outcome) => return outcome,
            None => continue,
        }
    }
    Err(in_context(config, key, Error::new(Code::Request, "it changes all the time")))
}

/// One attempt to move keys.
struct Move<'m, 'k> {
    config: &'m Config,
    topology: &'m Topology,
    name: &'m [u8],
    keys: &'m [Relocation<'k>],
}

/// The outcome of a key; `None` if it has to be attempted again.
type Attempted = Option<Result<Relocated, Error>>;

impl Move<'_, '_> {
    fn attempt(&self) -> Result<Vec<Attempted>, Error> {
        let Relocation { from, to, .. } = self.keys[0];
        let (mut old, mut new) = Channel::pair(self.topology, self.name, (from, to))?;
        let exists = self.watch(&mut new)?;
        if exists.contains(&true) {
            check_distinct(self.config, &mut old, &mut new)?;
        }
        let wanted: Vec<usize> = (0..self.keys.len()).filter(|&nth| !exists[nth]).collect();
        let dumped = match wanted.is_empty() {
            true => None,
            false => Some(old.send(&wanted.iter().flat_map(|&nth| commands(self.keys[nth].key)).collect::<Vec<_>>())?),
        };
        let mut outcomes: Vec<Attempted> = exists.iter().map(|&exists| exists.then_some(Ok(Relocated::Finished))).collect();
        self.restore(&mut new, &wanted, dumped.as_ref(), &mut outcomes)?;
        self.unlink(&mut old, &outcomes)?;
        Ok(outcomes)
    }

    /// Watches the keys at the new place; returns which of them exist there.
    fn watch(&self, new: &mut Channel) -> Result<Vec<bool>, Error> {
        let watch: Words = [b"WATCH".into()].into_iter().chain(self.keys.iter().map(|key| key.key.into())).collect();
        let requests: Vec<Words> = [watch].into_iter().chain(self.keys.iter().map(|key| words![b"EXISTS", key.key])).collect();
        let reply = new.send(&requests)?;
        new.set_watching(true);
        let mut replies = replies(&reply);
        if let Some(Value::Error(text)) = replies.next() {
            return Err(refused(text));
        }
        replies.map(as_flag).collect()
    }

    /// Writes what the old place has at the new one, in one transaction.
    fn restore(&self, new: &mut Channel, wanted: &[usize], dumped: Option<&Reply>, outcomes: &mut [Attempted]) -> Result<(), Error> {
        let mut values: Vec<(usize, StoredValue)> = Vec::new();
        if let Some(dumped) = dumped {
            let mut replies = replies(dumped);
            for &nth in wanted {
                match StoredValue::read(&mut replies) {
                    Found::Value(value) => values.push((nth, value)),
                    Found::Absent => outcomes[nth] = Some(Ok(Relocated::Gone)),
                    Found::Refused(text) => outcomes[nth] = Some(Err(self.in_context(nth, refused(text)))),
                }
            }
        }
        if values.is_empty() {
            new.send_once(&[words![b"UNWATCH"]])?;
            new.set_watching(false);
            return Ok(());
        }
        let restores = values.iter().map(|(nth, value)| value.restore_command(self.keys[*nth].key));
        let commands: Vec<Words> = [words![b"MULTI"]].into_iter().chain(restores).chain([words![b"EXEC"]]).collect();
        let reply = new.send_once(&commands)?;
        new.set_watching(false);
        let mut done = match replies(&reply).last() {
            Some(Value::Array(done)) => done,
            // A watched key has changed.
            Some(Value::Nil | Value::NilArray) => return Ok(()),
            _ if values.len() > 1 => return Ok(()),
            last => {
                let first = replies(&reply).find(|reply| matches!(reply, Value::Error(_))).or(last);
                let text = if let Some(Value::Error(text)) = first { text } else { b"ERR no reply to a transaction" };
                outcomes[values[0].0] = Some(Err(self.in_context(values[0].0, refused(text))));
                return Ok(());
            }
        };
        for (nth, value) in &values {
            outcomes[*nth] = Some(self.restored(*nth, value, &mut done));
        }
        Ok(())
    }

    fn restored(&self, nth: usize, value: &StoredValue, done: &mut Children) -> Result<Relocated, Error> {
        match done.next() {
            Some(Value::Status(_)) => Ok(Relocated::Moved { bytes: value.payload.len() }),
            Some(Value::Error(text)) => Err(self.in_context(nth, refused(text))),
            _ => Err(self.in_context(nth, Error::new(Code::Protocol, "the reply to RESTORE is not a status"))),
        }
    }

    /// Removes the keys that the new place has from the old one.
    fn unlink(&self, old: &mut Channel, outcomes: &[Attempted]) -> Result<(), Error> {
        let has_arrived = |outcome: &Attempted| matches!(outcome, Some(Ok(Relocated::Moved { .. } | Relocated::Finished)));
        let arrived = self.keys.iter().zip(outcomes).filter(|(_, outcome)| has_arrived(outcome)).map(|(key, _)| key.key.into());
        let command: Words = [b"UNLINK".into()].into_iter().chain(arrived).collect();
        if command.len() == 1 {
            return Ok(());
        }
        // A key that is absent stays absent, so removing it once more does nothing.
        match replies(&old.send(&[command])?).next() {
            Some(Value::Integer(_)) => Ok(()),
            Some(Value::Error(text)) => Err(refused(text)),
            _ => Err(Error::new(Code::Protocol, "the reply to UNLINK is not a number")),
        }
    }

    fn in_context(&self, nth: usize, error: Error) -> Error {
        in_context(self.config, &self.keys[nth], error)
    }
}

pub(crate) fn as_flag(exists: Value) -> Result<bool, Error> {
    match exists {
        Value::Integer(number) => Ok(number > 0),
        Value::Error(text) => Err(refused(text)),
        _ => Err(Error::new(Code::Protocol, "the reply to EXISTS is not a number")),
    }
}

/// The error of a command that a server has rejected.
pub(crate) fn refused(text: &[u8]) -> Error {
    Error::new(Code::Server, String::from_utf8_lossy(text))
}

/// Says which key could not be moved, from where to where, and that the command of the caller was not executed. A server's rejection becomes an
/// error reply.
pub(crate) fn in_context(config: &Config, key: &Relocation, error: Error) -> Error {
    let [from, to] = [key.from, key.to].map(|server| &config.servers[server]);
    let name = printable(key.key);
    let what = format!("key \"{name}\" could not be moved from {} ({}) to {} ({})", from.alias, from.address, to.alias, to.address);
    // These words are about a step of the move.
    let reason = error.message().trim_end_matches("; it may have been executed").trim_end_matches("; it was not executed");
    let text = format!("{what}: {reason}; the command was not executed");
    match error.code() {
        Code::Server => {
            let reply = format!("ERR {text}");
            Error::new(Code::Server, reply.clone()).refused_with(reply.as_bytes())
        }
        code => Error::new(code, text).with_origin(error.origin().clone()),
    }
}
