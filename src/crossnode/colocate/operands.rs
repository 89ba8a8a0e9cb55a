//! The keys of a command by their purpose: sources and destination. Computed once per command and passed on to probe, placement and strategy.

use crate::command::{Destination, GatherKind, SetOperation, Strategy};
use crate::crossnode::Job;
use crate::error::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operand<'a> {
    /// Its index among the arguments.
    pub position: usize,
    /// Its name on its server.
    pub name: &'a [u8],
    pub server: usize,
}

/// The type of value that a command reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceType {
    String,
    Set,
    /// Sorted sets, or sets.
    SortedSet,
    /// Not known here; the server checks it.
    Any,
}

pub(crate) struct Operands<'a> {
    /// The keys that the command only reads. A key may occur several times.
    pub sources: Vec<Operand<'a>>,
    pub source_type: SourceType,
    /// For commands on sets and sorted sets.
    pub operation: Option<SetOperation>,
    pub destination: Option<Operand<'a>>,
    /// The command reads the destination too: always, as PFMERGE does, or because the destination is also a source.
    pub destination_is_read: bool,
}

impl<'a> Operands<'a> {
    pub(crate) fn new(job: &Job<'_, 'a>, destination: Destination) -> Operands<'a> {
        let operand = |key: usize| Operand { position: job.command.keys[key].position(), name: job.key(key), server: job.server_of(key) };
        let all = 0..job.command.keys.len();
        let (sources, destination, is_always_read) = match destination {
            Destination::None => (all, None, false),
            Destination::FirstKey => (1..all.end, Some(operand(0)), false),
            Destination::FirstKeyAndSource => (1..all.end, Some(operand(0)), true),
            Destination::LastKey => (0..1, store_destination(job), false),
        };
        let sources: Vec<Operand> = sources.map(operand).collect();
        let is_source = |key: &Operand| sources.iter().any(|source| source.is_same_key(key));
        let destination_is_read = is_always_read || destination.as_ref().is_some_and(is_source);
        Operands { sources, source_type: SourceType::from_job(job), operation: operation(job), destination, destination_is_read }
    }

    /// The server of each source and of the destination; a server may occur several times.
    pub(crate) fn servers(&self) -> impl Iterator<Item = usize> {
        self.sources.iter().chain(&self.destination).map(|operand| operand.server)
    }

    /// The destination if the command reads it.
    pub(crate) fn read_destination(&self) -> Option<Operand<'a>> {
        self.destination.filter(|_| self.destination_is_read)
    }
}

impl Operand<'_> {
    pub(crate) fn is_same_key(&self, other: &Operand) -> bool {
        self.server == other.server && self.name == other.name
    }
}

impl SourceType {
    fn from_job(job: &Job) -> SourceType {
        match job.command.strategy {
            Strategy::Gather(GatherKind::Sets(..) | GatherKind::SetSize(_)) => SourceType::Set,
            Strategy::Gather(GatherKind::SortedSets(..)) => SourceType::SortedSet,
            Strategy::Gather(GatherKind::Bits) => SourceType::String,
            _ => match job.args[0].to_ascii_lowercase().as_slice() {
                b"pfcount" | b"pfmerge" | b"lcs" | b"stralgo" => SourceType::String,
                _ => SourceType::Any,
            },
        }
    }

    /// Whether the command accepts a value of the type that TYPE reports.
    pub(crate) fn accepts(self, name: &[u8]) -> bool {
        match self {
            SourceType::String => name == b"string",
            SourceType::Set => name == b"set",
            SourceType::SortedSet => name == b"zset" || name == b"set",
            SourceType::Any => true,
        }
    }
}

fn operation(job: &Job) -> Option<SetOperation> {
    match job.command.strategy {
        Strategy::Gather(GatherKind::Sets(operation, _) | GatherKind::SetSize(operation) | GatherKind::SortedSets(operation, _)) => {
            Some(operation)
        }
        _ => None,
    }
}

/// The key after STORE. Redis uses the last STORE of several.
fn store_destination<'a>(job: &Job<'_, 'a>) -> Option<Operand<'a>> {
    let name = job.args[0].to_ascii_lowercase();
    let position = match name.as_slice() {
        b"georadius" => georadius_destination(&job.args[6..]).map(|index| index + 6),
        b"georadiusbymember" => georadius_destination(&job.args[5..]).map(|index| index + 5),
        _ => job.command.keys.get(1).map(|key| key.position()),
    }?;
    let (name, server) = locate(job, job.args[position]).ok()?;
    Some(Operand { position, name, server })
}

/// The index of the destination among GEORADIUS's options. `None`: there is none, or the options are invalid.
fn georadius_destination(options: &[&[u8]]) -> Option<usize> {
    let mut destination = None;
    let mut index = 0;
    while let Some(option) = options.get(index) {
        match option.to_ascii_uppercase().as_slice() {
            b"WITHDIST" | b"WITHHASH" | b"WITHCOORD" | b"ANY" | b"ASC" | b"DESC" => index += 1,
            b"COUNT" if index + 1 < options.len() => index += 2,
            b"STORE" | b"STOREDIST" if index + 1 < options.len() => {
                destination = Some(index + 1);
                index += 2;
            }
            _ => return None,
        }
    }
    destination
}

/// The name and the server of a key that is not among the keys of the command. A tag of the first key applies to it as to the other keys.
pub(crate) fn locate<'k>(job: &Job, key: &'k [u8]) -> Result<(&'k [u8], usize), Error> {
    let place = job.config.try_place("key", key)?;
    let first = job.command.keys.first().and_then(|first| job.config.try_place("key", job.args[first.position()]).ok());
    let place = first.map_or(place, |first| place.beside(&first));
    Ok((place.name, job.config.masters[place.master].server))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn georadius_stores_to_the_key_of_the_last_store_option() {
        let destination = |options: &str| georadius_destination(&options.split(' ').map(str::as_bytes).collect::<Vec<_>>());
        assert_eq!(destination("asc store a count 3 any StoreDist STORE"), Some(7));
        assert_eq!(destination("WITHDIST"), None);
        assert_eq!(destination("STORE"), None);
        assert_eq!(destination("STORE a NONSENSE"), None);
    }
}
