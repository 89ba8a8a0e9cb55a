//! Commands that are split into one part per node. The parts run as commands of a pipeline: `cluster` sends them and merges the replies.

use crate::command::{Key, SplitKind};
use crate::config::Config;
use crate::crossnode::Job;
use crate::crossnode::support::conversation::replies;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::partial_write::{PartOutcome, partial_write};
use crate::error::{Code, Error, printable};
use crate::resp::{Builder, Kind, Reply, Value, push_argument, push_count};

/// A split command runs as part of a pipeline, in `cluster`.
pub(crate) fn run(job: &Job, _: SplitKind) -> Outcome<Reply> {
    Err(Error::new(Code::Internal, format!("{}: a split command must run in a pipeline", job.name())).into())
}

pub(crate) fn explain(job: &Job, kind: SplitKind) -> Outcome<Explanation> {
    Ok(explain_parts(&Split::new(job.config, kind, &job.command.keys), job.args, &job.command.keys))
}

/// The parts of a split command.
pub(crate) fn explain_parts(split: &Split, args: &[&[u8]], keys: &[Key]) -> Explanation {
    let kind = split.kind;
    let by_part = split.keys_by_part();
    let mut rest = by_part.as_slice();
    let argument = |key: &u32| {
        let name = printable(keys[*key as usize].name);
        if kind.arguments_per_key() > 1 { format!("{name} …") } else { name }
    };
    let command = |own_keys: &[u32]| {
        let after = arguments_after_keys(kind, args, keys).iter().map(|argument| printable(argument));
        let number = (kind == SplitKind::StoredWithOptions).then(|| own_keys.len().to_string());
        let arguments: Vec<String> = number.into_iter().chain(own_keys.iter().map(argument)).chain(after).collect();
        format!("{} {}", printable(args[0]), arguments.join(" "))
    };
    let mut steps = Vec::new();
    for part in &split.parts {
        let (own_keys, following) = rest.split_at(part.keys);
        rest = following;
        steps.extend(own_keys.chunks(split.keys_per_command()).map(|own_keys| (part.server, command(own_keys))));
    }
    Explanation::new("split", false).round_of(steps)
}

/// The arguments after the keys, which each part repeats: the path of JSON.MGET, the options of MSETEX.
pub(crate) fn arguments_after_keys<'s, 'a>(kind: SplitKind, args: &'s [&'a [u8]], keys: &[Key]) -> &'s [&'a [u8]] {
    match kind {
        SplitKind::ValuesAtPath | SplitKind::StoredWithOptions => {
            let after = keys.last().map_or(args.len(), |last| last.position() + kind.arguments_per_key());
            args.get(after..).unwrap_or_default()
        }
        SplitKind::Values | SplitKind::Stored | SplitKind::Counted => &[],
    }
}

/// Appends the command for one server: with the keys of these numbers, and the arguments that belong to them.
pub(crate) fn pack_part(out: &mut Vec<u8>, args: &[&[u8]], keys: &[Key], own_keys: &[u32], kind: SplitKind) {
    let width = kind.arguments_per_key();
    let after = arguments_after_keys(kind, args, keys);
    let has_number = kind == SplitKind::StoredWithOptions;
    push_count(out, 1 + usize::from(has_number) + own_keys.len() * width + after.len());
    push_argument(out, args[0]);
    if has_number {
        push_argument(out, own_keys.len().to_string().as_bytes());
    }
    for key in own_keys.iter().map(|&key| &keys[key as usize]) {
        push_argument(out, key.name);
        args[key.position() + 1..key.position() + width].iter().for_each(|argument| push_argument(out, argument));
    }
    after.iter().for_each(|argument| push_argument(out, argument));
}

/// Merges the replies to the parts, each in an array of its own. (In a pipeline, `cluster` merges them without copies.)
pub(crate) fn merge(job: &Job, split: &Split, all: &[Reply]) -> Outcome<Reply> {
    let aliases = split.parts.iter().map(|part| job.config.servers[part.server].alias.as_str());
    if split.writes
        && let Some(error) =
            partial_write(&job.name(), &aliases.zip(all.iter().map(|reply| PartOutcome::of(replies(reply).next()))).collect::<Vec<_>>())
    {
        return Err(error.into());
    }
    let wrong = || Abort::protocol_error("a server replied with something other than one value per key");
    let mut parts = Vec::with_capacity(all.len());
    for reply in all {
        parts.push(not_error(replies(reply).next().ok_or_else(wrong)?)?);
    }
    match split.kind {
        SplitKind::Stored => Ok(Reply::status(b"OK")),
        SplitKind::StoredWithOptions => all.first().and_then(|reply| replies(reply).next()).map_or_else(
            || Err(wrong()),
            |first| {
                let mut builder = Builder::default();
                builder.value(&first);
                Ok(builder.finish())
            },
        ),
        SplitKind::Counted => {
            let number = |part: &Value| if let Value::Integer(number) = part { Ok(*number) } else { Err(wrong()) };
            Ok(Reply::integer(parts.iter().map(number).sum::<Outcome<i64>>()?))
        }
        SplitKind::Values | SplitKind::ValuesAtPath => {
            let mut values = Vec::with_capacity(parts.len());
            for part in parts {
                let Value::Array(part) = part else { return Err(wrong()) };
                values.push(part);
            }
            let mut builder = Builder::default();
            let root = builder.begin(Kind::Array, split.part_of_key.len());
            for &part in &split.part_of_key {
                builder.value(&values[part as usize].next().ok_or_else(wrong)?);
            }
            builder.end(root);
            Ok(builder.finish())
        }
    }
}

pub(crate) fn documentation(kind: SplitKind) -> Documentation {
    Documentation {
        overview: "**split**: each node gets a command for its own keys. All are sent before any reply is read, and the replies are merged in the \
            order of the caller's keys.",
        across_nodes: if kind == SplitKind::StoredWithOptions { "split; with NX or XX refused" } else { "split" },
        atomic: Atomicity::EachNode,
    }
}

/// How a command is split into parts, one per server.
pub(crate) struct Split {
    pub kind: SplitKind,
    /// It does not only read, so it matters which parts were executed if one failed.
    pub writes: bool,
    /// It may fail for single keys.
    pub partial: bool,
    /// For each key, in the caller's order, the index of its part.
    pub part_of_key: Vec<u32>,
    /// In the order of their servers.
    pub parts: Vec<Part>,
}

/// The sub-command of a split command for one server.
pub(crate) struct Part {
    pub server: usize,
    /// The index of the sub-command, or of the first one, in the pipeline of the server. The pipeline sets it.
    pub index: u32,
    /// The number of its keys.
    pub keys: usize,
}

impl Split {
    pub(crate) fn new(config: &Config, kind: SplitKind, keys: &[Key]) -> Split {
        // First the server of each key, then the part of that server.
        let mut part_of_key: Vec<u32> = keys.iter().map(|key| config.masters[key.master()].server as u32).collect();
        let mut counts = vec![0; config.servers.len()];
        part_of_key.iter().for_each(|server| counts[*server as usize] += 1);
        let mut part_of_server = vec![0; counts.len()];
        let mut parts = Vec::new();
        for (server, &keys) in counts.iter().enumerate().filter(|(_, keys)| **keys > 0) {
            part_of_server[server] = parts.len() as u32;
            parts.push(Part { server, index: 0, keys });
        }
        if parts.len() < counts.len() {
            part_of_key.iter_mut().for_each(|part| *part = part_of_server[*part as usize]);
        }
        Split { kind, writes: true, partial: false, part_of_key, parts }
    }

    pub(crate) fn with_partial(self, partial: bool) -> Split {
        Split { partial, ..self }
    }

    /// The most keys of a sub-command. A number that a node returns for several keys does not say what has become of each key, which matters if
    /// another node fails.
    pub(crate) fn keys_per_command(&self) -> usize {
        if self.partial && self.kind == SplitKind::Counted && self.parts.len() > 1 { 1 } else { usize::MAX }
    }

    /// The number of sub-commands for a part.
    pub(crate) fn commands(&self, part: &Part) -> u32 {
        part.keys.div_ceil(self.keys_per_command()) as u32
    }

    /// The numbers of all keys: those of the first part, then those of the second, and so on.
    pub(crate) fn keys_by_part(&self) -> Vec<u32> {
        let mut next: Vec<usize> = Vec::with_capacity(self.parts.len());
        let mut start = 0;
        for part in &self.parts {
            next.push(start);
            start += part.keys;
        }
        let mut keys = vec![0; self.part_of_key.len()];
        for (key, &part) in self.part_of_key.iter().enumerate() {
            keys[next[part as usize]] = key as u32;
            next[part as usize] += 1;
        }
        keys
    }
}
