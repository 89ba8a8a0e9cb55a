//! The replies of several servers to a read as one.

use crate::crossnode::support::conversation::replies;
use crate::crossnode::xread::{Part, Reading, refusal};
use crate::error::Error;
use crate::resp::{Builder, Children, Kind, Reply, Value};

impl<'j, 'c, 'a> Reading<'j, 'c, 'a> {
    /// What a group read that waits returns on servers that run it again once a stream has new entries: those of all streams. `reply` has those of
    /// one stream, which are consumed: they are returned even if another server fails, which shows again at the next call.
    pub(super) fn with_other_streams(&self, stream: usize, reply: Reply) -> Reply {
        let others: Vec<usize> = self.all().into_iter().filter(|&other| other != stream).collect();
        let mut parts = self.parts_of(&others);
        let outcomes =
            self.job.connections(parts.iter().map(|(server, _)| *server)).map(|mut connections| connections.round(&self.read_all(&parts)));
        let Ok(mut outcomes) = outcomes else { return reply.extract(1) };
        parts.push((self.job.server_of(stream), vec![stream]));
        outcomes.push(Ok(reply));
        let delivered =
            outcomes.iter().map(|outcome: &Result<Reply, Error>| outcome.as_ref().ok().filter(|reply| refusal(reply).is_none()));
        self.merge(&parts, delivered, Some(stream)).unwrap_or_else(Reply::nil_array)
    }

    /// The replies to the parts as one, in the order of the caller's streams; `None` when they are empty. The reply with the stream `only` has no
    /// other one.
    pub(super) fn merge<'r>(&self, parts: &[Part], all: impl Iterator<Item = Option<&'r Reply>>, only: Option<usize>) -> Option<Reply> {
        let mut found: Vec<Option<(Children<'r>, Option<Value<'r>>)>> = all.map(|reply| reply.and_then(entries)).collect();
        let count = found.iter().flatten().map(|(rest, next)| rest.len() + usize::from(next.is_some())).sum();
        if count == 0 {
            return None;
        }
        let all: Vec<Value> = found.iter().flatten().flat_map(|(rest, next)| next.iter().copied().chain(*rest)).collect();
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, count);
        for stream in (0..self.ids.len()).filter(|&stream| only == Some(stream) || self.is_in_reply(stream, &all)) {
            let part = parts.iter().position(|(_, streams)| streams.contains(&stream))?;
            if let Some((rest, next)) = &mut found[part]
                && let Some(entries) = next.as_ref().filter(|entries| is_of(entries, self.job.key(stream)))
            {
                builder.value(entries);
                *next = rest.next();
            }
        }
        builder.end(root);
        Some(builder.finish())
    }

    /// A stream that the caller names several times may have fewer entries in the reply, which gives only its name. They belong to the
    /// places with the least ids; of a group, to those that ask for pending entries, then to the first that ask for new ones.
    fn is_in_reply(&self, stream: usize, replies: &[Value]) -> bool {
        let (key, server) = (self.job.key(stream), self.job.server_of(stream));
        let order = |stream: usize| (id_order(&self.ids[stream]), stream);
        let is_before = |&other: &usize| self.job.key(other) == key && self.job.server_of(other) == server && order(other) < order(stream);
        let before = (0..self.ids.len()).filter(is_before).count();
        before == 0 || before < replies.iter().filter(|reply| is_of(reply, key)).count()
    }
}

/// An id as a sort key: whether it asks for new entries, its time and its number.
fn id_order(id: &[u8]) -> (bool, u64, u64) {
    let text = String::from_utf8_lossy(id);
    let (time, number) = text.split_once('-').unwrap_or((&text, "0"));
    (id == b">" || id == b"$", time.parse().unwrap_or(0), number.parse().unwrap_or(0))
}

/// The streams in a server's reply: all but the first, and the first.
fn entries(reply: &Reply) -> Option<(Children<'_>, Option<Value<'_>>)> {
    let Some(Value::Array(mut streams)) = replies(reply).next() else { return None };
    let first = streams.next();
    Some((streams, first))
}

fn is_of(entries: &Value, stream: &[u8]) -> bool {
    let Value::Array(entries) = entries else { return false };
    matches!(entries.clone().next(), Some(Value::String(name)) if name == stream)
}
