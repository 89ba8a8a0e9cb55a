//! SLOWLOG GET, COMMANDLOG GET and ACL LOG: the newest entries of all masters.

use crate::crossnode::broadcast::merge::children;
use crate::resp::{Builder, Kind, Reply, Value};

/// How many entries a server returns by default.
const DEFAULT_COUNT: usize = 10;

/// The time of an entry, with the newest as the smallest, and a number that orders entries of one time.
type Age = (f64, usize);

/// Entries whose second element is the time, newest first. `args` are those of the command; its third word, if any, is the number of entries.
/// The servers give the time in seconds. Within a second, the commands that ran on all masters separate what came before them from what came
/// after them.
pub(super) fn newest_first(replies: Vec<Reply>, args: &[&[u8]]) -> Reply {
    let logs: Vec<Vec<Vec<&[u8]>>> = replies.iter().map(|reply| children(reply).into_iter().flatten().map(command).collect()).collect();
    let ages: Vec<Vec<Age>> = replies
        .iter()
        .zip(&logs)
        .map(|(reply, log)| children(reply).into_iter().flatten().map(seconds_ago).zip(separated(log, &logs)).collect())
        .collect();
    merge(&replies, args, &ages)
}

/// The place of each entry of a server among the commands that ran on all masters: odd for these, even for what is between them.
fn separated(log: &[Vec<&[u8]>], logs: &[Vec<Vec<&[u8]>>]) -> Vec<usize> {
    let mut separators = 0;
    log.iter()
        .map(|command| {
            let is_separator = logs.iter().all(|log| log.contains(command));
            separators += usize::from(is_separator);
            2 * separators - usize::from(is_separator)
        })
        .collect()
}

fn seconds_ago(entry: Value) -> f64 {
    match field(entry, 1) {
        Some(Value::Integer(time)) => -(time as f64),
        _ => 0.0,
    }
}

/// The words of the command that an entry is about.
fn command(entry: Value<'_>) -> Vec<&[u8]> {
    let Some(Value::Array(words)) = field(entry, 3) else { return Vec::new() };
    words.filter_map(|word| if let Value::String(word) = word { Some(word) } else { None }).collect()
}

fn field(entry: Value<'_>, place: usize) -> Option<Value<'_>> {
    if let Value::Array(mut fields) = entry { fields.nth(place) } else { None }
}

/// Entries with a field `age-seconds`, newest first. The reply to ACL LOG RESET is the first server's.
pub(super) fn acl_log(replies: Vec<Reply>, args: &[&[u8]]) -> Reply {
    let ages: Vec<Vec<Age>> =
        replies.iter().map(|reply| children(reply).into_iter().flatten().map(|entry| (age_field(entry), 0)).collect()).collect();
    merge(&replies, args, &ages)
}

fn age_field(entry: Value) -> f64 {
    let (Value::Array(mut fields) | Value::Map(mut fields)) = entry else { return 0.0 };
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        if let (Value::String(b"age-seconds"), Value::String(age)) = (name, value) {
            return std::str::from_utf8(age).ok().and_then(|age| age.parse().ok()).unwrap_or(0.0);
        }
    }
    0.0
}

/// `ages` has those of the entries of each reply.
fn merge(replies: &[Reply], args: &[&[u8]], ages: &[Vec<Age>]) -> Reply {
    if let Some(refusal) = replies.iter().find(|reply| children(reply).is_none()) {
        return refusal.clone();
    }
    let mut entries: Vec<(Age, Value)> = ages.iter().flatten().copied().zip(replies.iter().filter_map(children).flatten()).collect();
    // Entries of one server and one time stay in their order.
    entries.sort_by(|(one, _), (other, _)| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
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
