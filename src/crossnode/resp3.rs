//! The types of RESP3 in the replies of strategies. All strategies read RESP2 and build the reply of RESP2; the rules here make that of RESP3 of it.

use crate::command::{Destination, GatherKind, PopKind, ResponsePolicy, SetOperation, Strategy};
use crate::resp::{Builder, Entry, Kind, Reply, Value};

/// The reply to a command over RESP3. `options` are its arguments after the last key.
pub(super) fn typed(strategy: Strategy, options: &[&[u8]], reply: Reply) -> Reply {
    let has = |word: &str| options.iter().any(|option| option.eq_ignore_ascii_case(word.as_bytes()));
    let reply = match (strategy, reply.root()) {
        (Strategy::Gather(GatherKind::Sets(..)), Value::Array(_)) => reply.with_root_kind(Kind::Set),
        (Strategy::Gather(GatherKind::SortedSets(operation, Destination::None)), Value::Array(_))
            if operation != SetOperation::Cardinality && has("WITHSCORES") =>
        {
            rewritten(reply, scored_rows)
        }
        (Strategy::Pop(PopKind::ScoredMember), Value::Array(_)) => rewritten(reply, |entries| with_doubles(entries, 3)),
        (Strategy::Pop(PopKind::ScoredMembers), Value::Array(_)) => rewritten(reply, |entries| with_doubles(entries, 5)),
        (Strategy::XRead, Value::Array(_)) => rewritten(reply, stream_map),
        (Strategy::Colocate(Destination::None), Value::Array(_)) => reply.with_root_kind(Kind::Map),
        (Strategy::Broadcast(ResponsePolicy::LabelledTexts | ResponsePolicy::Info | ResponsePolicy::ClientList), Value::String(text)) => {
            Reply::verbatim(text)
        }
        (
            Strategy::Broadcast(ResponsePolicy::LatencyHistogram | ResponsePolicy::FunctionStats | ResponsePolicy::MemoryStats),
            Value::Array(_),
        ) => with_maps(reply, 0),
        (Strategy::Broadcast(ResponsePolicy::AclLog), Value::Array(_)) => with_maps(reply, 1),
        _ => reply,
    };
    reply.with_null_of_resp3()
}

/// The reply of RESP2 to a command that was sent over RESP3, as far as the replies of all masters are merged from it.
pub(super) fn untyped(reply: Reply) -> Reply {
    rewritten(reply, |entries| {
        let kind = |kind| match kind {
            Kind::Map | Kind::Set | Kind::Push => Kind::Array,
            Kind::Double | Kind::BigNumber | Kind::Verbatim => Kind::String,
            Kind::Null => Kind::Nil,
            Kind::Boolean => Kind::Integer,
            kind => kind,
        };
        entries.iter().map(|entry| entry.with_kind(kind(entry.kind()))).collect()
    })
}

fn rewritten(reply: Reply, rewrite: impl FnOnce(&[Entry]) -> Vec<Entry>) -> Reply {
    let mut builder = Builder::from_reply(reply);
    let (_, entries) = builder.parts();
    *entries = rewrite(entries).into();
    builder.finish()
}

/// Member, score, member, score … become arrays of a member and a double.
fn scored_rows(entries: &[Entry]) -> Vec<Entry> {
    let rows = entries[1..].chunks_exact(2);
    let mut rewritten = vec![Entry::new(Kind::Array, rows.len(), 3 * rows.len() as i64)];
    rewritten.extend(rows.flat_map(|row| [Entry::new(Kind::Array, 2, 2), row[0], row[1].with_kind(Kind::Double)]));
    rewritten
}

/// Scores become doubles: the entry `first`, and each third one after it.
fn with_doubles(entries: &[Entry], first: usize) -> Vec<Entry> {
    let mut rewritten = entries.to_vec();
    rewritten.iter_mut().skip(first).step_by(3).for_each(|score| *score = score.with_kind(Kind::Double));
    rewritten
}

/// Arrays of a stream and its entries become a map.
fn stream_map(entries: &[Entry]) -> Vec<Entry> {
    let streams = entries[0].length();
    let mut rewritten = vec![Entry::new(Kind::Map, 2 * streams, (entries.len() - 1 - streams) as i64)];
    let mut at = 1;
    for _ in 0..streams {
        let end = at + entries[at].span();
        rewritten.extend_from_slice(&entries[at + 1..end]);
        at = end;
    }
    rewritten
}

/// Arrays of names and values in turn become maps, from a depth on; their values that are numbers in a text become doubles.
fn with_maps(reply: Reply, depth: usize) -> Reply {
    let mut places: Vec<usize> = match depth {
        0 => vec![0],
        _ => (0..reply.entries()[0].length()).filter_map(|nth| reply.element(0, nth)).collect(),
    };
    let (mut maps, mut doubles) = (Vec::new(), Vec::new());
    while let Some(map) = places.pop() {
        maps.push(map);
        for nth in (0..reply.entries()[map].length()).step_by(2) {
            let (Some(name), Some(value)) = (reply.element(map, nth), reply.element(map, nth + 1)) else { continue };
            match (reply.value(name), reply.value(value)) {
                // A list of arguments.
                (Some(Value::String(b"command")), _) => {}
                (_, Some(Value::Array(_))) => places.push(value),
                (Some(Value::String(name)), Some(Value::String(_))) if is_double(name) => doubles.push(value),
                _ => {}
            }
        }
    }
    rewritten(reply, |entries| {
        let mut entries = entries.to_vec();
        maps.into_iter().for_each(|map| entries[map] = entries[map].with_kind(Kind::Map));
        doubles.into_iter().for_each(|value| entries[value] = entries[value].with_kind(Kind::Double));
        entries
    })
}

/// The fields of MEMORY STATS and ACL LOG that are doubles.
fn is_double(name: &[u8]) -> bool {
    name == b"age-seconds" || [&b".percentage"[..], b".ratio"].iter().any(|end| name.ends_with(end)) || name == b"fragmentation"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::push_value;

    fn typed_resp(strategy: Strategy, options: &[&[u8]], resp2: &str) -> String {
        let mut bytes = Vec::new();
        push_value(&mut bytes, &typed(strategy, options, Reply::from_resp(resp2.replace(' ', "\r\n").as_bytes())).root());
        String::from_utf8(bytes).unwrap().replace("\r\n", " ")
    }

    #[test]
    fn replies_of_strategies_have_the_types_of_resp3() {
        let sets = Strategy::Gather(GatherKind::Sets(SetOperation::Union, Destination::None));
        let sorted_sets = Strategy::Gather(GatherKind::SortedSets(SetOperation::Union, Destination::None));
        for (strategy, option, resp2, resp3) in [
            (sets, "", "*2 $1 a $1 b ", "~2 $1 a $1 b "),
            (sets, "", "-WRONGTYPE ", "-WRONGTYPE "),
            (sorted_sets, "", "*2 $1 a $1 b ", "*2 $1 a $1 b "),
            (sorted_sets, "withscores", "*4 $1 a $1 1 $1 b $3 inf ", "*2 *2 $1 a ,1 *2 $1 b ,inf "),
            (sorted_sets, "WITHSCORES", "*0 ", "*0 "),
            (Strategy::Pop(PopKind::ScoredMember), "", "*3 $1 k $1 a $3 1.5 ", "*3 $1 k $1 a ,1.5 "),
            (Strategy::Pop(PopKind::ScoredMember), "", "*-1 ", "_ "),
            (Strategy::Pop(PopKind::ScoredMembers), "", "*2 $1 k *2 *2 $1 a $1 1 *2 $1 b $1 2 ", "*2 $1 k *2 *2 $1 a ,1 *2 $1 b ,2 "),
            (Strategy::Pop(PopKind::ListElement), "", "*2 $1 k $1 a ", "*2 $1 k $1 a "),
            (Strategy::XRead, "", "*2 *2 $1 s *0 *2 $1 t *1 *2 $3 1-0 *-1 ", "%2 $1 s *0 $1 t *1 *2 $3 1-0 _ "),
            (Strategy::XRead, "", "*-1 ", "_ "),
            (Strategy::Colocate(Destination::None), "IDX", "*4 $7 matches *0 $3 len :0 ", "%2 $7 matches *0 $3 len :0 "),
            (Strategy::Broadcast(ResponsePolicy::LabelledTexts), "", "$1 a ", "=5 txt:a "),
            (
                Strategy::Broadcast(ResponsePolicy::FunctionStats),
                "",
                "*4 $1 r $-1 $7 engines *2 $3 LUA *2 $1 l :0 ",
                "%2 $1 r _ $7 engines %1 $3 LUA %1 $1 l :0 ",
            ),
            (
                Strategy::Broadcast(ResponsePolicy::FunctionStats),
                "",
                "*2 $1 r *4 $4 name $1 f $7 command *2 $5 FCALL $1 f ",
                "%1 $1 r %2 $4 name $1 f $7 command *2 $5 FCALL $1 f ",
            ),
            (
                Strategy::Broadcast(ResponsePolicy::AclLog),
                "",
                "*1 *4 $5 count :1 $11 age-seconds $3 1.5 ",
                "*1 %2 $5 count :1 $11 age-seconds ,1.5 ",
            ),
            (Strategy::Sort, "", "*2 $1 a $-1 ", "*2 $1 a _ "),
        ] {
            assert_eq!(typed_resp(strategy, &[option.as_bytes()], resp2), resp3);
        }
    }
}
