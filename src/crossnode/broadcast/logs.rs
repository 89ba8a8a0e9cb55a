//! SLOWLOG GET, COMMANDLOG GET and ACL LOG: the newest entries of all masters.

use crate::crossnode::broadcast::merge::{children, first};
use crate::resp::{Builder, Kind, Reply, Value};

/// How many entries a server returns by default.
const DEFAULT_COUNT: usize = 10;

/// Entries whose second element is the time, newest first. `args` are those of the command; its third word, if any, is the number of entries.
pub(super) fn newest_first(replies: Vec<Reply>, args: &[&[u8]]) -> Reply {
    merge(replies, args, |entry| match entry {
        Value::Array(mut fields) => fields.nth(1).map_or(0.0, |time| if let Value::Integer(time) = time { -(time as f64) } else { 0.0 }),
        _ => 0.0,
    })
}

/// Entries with a field `age-seconds`, newest first. The reply to ACL LOG RESET is the first server's.
pub(super) fn acl_log(replies: Vec<Reply>, args: &[&[u8]]) -> Reply {
    merge(replies, args, |entry| {
        let (Value::Array(mut fields) | Value::Map(mut fields)) = entry else { return 0.0 };
        while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
            if let (Value::String(b"age-seconds"), Value::String(age)) = (name, value) {
                return std::str::from_utf8(age).ok().and_then(|age| age.parse().ok()).unwrap_or(0.0);
            }
        }
        0.0
    })
}

fn merge(replies: Vec<Reply>, args: &[&[u8]], age: impl Fn(Value) -> f64) -> Reply {
    if replies.iter().any(|reply| children(reply).is_none()) {
        return first(replies);
    }
    let mut entries: Vec<(f64, Value)> = replies.iter().filter_map(children).flatten().map(|entry| (age(entry), entry)).collect();
    // Entries of one server and one time stay in their order.
    entries.sort_by(|one, other| one.0.total_cmp(&other.0));
    let count =
        args.get(2).and_then(|count| std::str::from_utf8(count).ok()).map_or(Some(DEFAULT_COUNT as i64), |count| count.parse().ok());
    // The servers accept no other negative number than -1: all.
    entries.truncate(count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX));
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, entries.len());
    entries.iter().for_each(|(_, entry)| builder.value(entry));
    builder.end(root);
    builder.finish()
}
