//! The keys of a command, by what it does with them.

use crate::command::Destination;
use crate::crossnode::Job;
use crate::routing::master_of;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operand<'a> {
    /// Which argument it is.
    pub position: usize,
    /// Its name on its server.
    pub name: &'a [u8],
    pub server: usize,
}

pub(crate) struct Operands<'a> {
    /// What is read, and nothing else; a key may stand there several times.
    pub sources: Vec<Operand<'a>>,
    pub destination: Option<Operand<'a>>,
    /// The destination is read as well, be it by the command's nature or because it is named among the sources.
    pub destination_is_read: bool,
}

impl<'a> Operands<'a> {
    pub(crate) fn of(job: &Job<'_, 'a>, destination: Destination) -> Operands<'a> {
        let operand = |key: usize| Operand { position: job.command.keys[key].position(), name: job.key(key), server: job.server_of(key) };
        let all = 0..job.command.keys.len();
        let (sources, destination, too) = match destination {
            Destination::None => (all, None, false),
            Destination::FirstKey => (1..all.end, Some(operand(0)), false),
            Destination::FirstKeyAndSource => (1..all.end, Some(operand(0)), true),
            Destination::LastKey => (0..1, last(job), false),
        };
        let sources: Vec<Operand> = sources.map(operand).collect();
        let among = |one: &Operand| sources.iter().any(|source| source.is_same(one));
        let destination_is_read = too || destination.as_ref().is_some_and(among);
        Operands { sources, destination, destination_is_read }
    }

    /// The servers of all of them.
    pub(crate) fn servers(&self) -> impl Iterator<Item = usize> {
        self.sources.iter().chain(&self.destination).map(|operand| operand.server)
    }
}

impl Operand<'_> {
    /// Whether both are one key.
    pub(crate) fn is_same(&self, other: &Operand) -> bool {
        self.server == other.server && self.name == other.name
    }
}

/// The key behind the last STORE, which is the one that counts.
fn last<'a>(job: &Job<'_, 'a>) -> Option<Operand<'a>> {
    let name = job.args[0].to_ascii_lowercase();
    let position = match name.as_slice() {
        b"georadius" => stored_by(&job.args[6..]).map(|at| at + 6),
        b"georadiusbymember" => stored_by(&job.args[5..]).map(|at| at + 5),
        _ => job.command.keys.get(1).map(|key| key.position()),
    }?;
    let (name, server) = located(job, job.args[position]);
    Some(Operand { position, name, server })
}

/// Where GEORADIUS's options name the key that it stores to. `None`: nowhere, or the options are none.
fn stored_by(options: &[&[u8]]) -> Option<usize> {
    let mut stored = None;
    let mut at = 0;
    while let Some(word) = options.get(at) {
        match word.to_ascii_uppercase().as_slice() {
            b"WITHDIST" | b"WITHHASH" | b"WITHCOORD" | b"ANY" | b"ASC" | b"DESC" => at += 1,
            b"COUNT" if at + 1 < options.len() => at += 2,
            b"STORE" | b"STOREDIST" if at + 1 < options.len() => {
                stored = Some(at + 1);
                at += 2;
            }
            _ => return None,
        }
    }
    stored
}

/// The name and the server of a key that a command names, as if it stood behind its first key.
pub(crate) fn located<'k>(job: &Job, key: &'k [u8]) -> (&'k [u8], usize) {
    let tagged = job.config.hash_tag.split(key);
    let first = job.command.keys.first().map(|first| job.config.hash_tag.split(job.args[first.position()]));
    let hashed = match first {
        Some(first) if first.pins && !tagged.pins => first.hashed,
        _ => tagged.hashed,
    };
    (tagged.name, job.config.masters[master_of(job.config, hashed)].server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_store_of_georadius_counts() {
        let stored = |options: &str| stored_by(&options.split(' ').map(str::as_bytes).collect::<Vec<_>>());
        assert_eq!(stored("asc store a count 3 any StoreDist STORE"), Some(7));
        assert_eq!(stored("WITHDIST"), None);
        assert_eq!(stored("STORE"), None);
        assert_eq!(stored("STORE a NONSENSE"), None);
    }
}
