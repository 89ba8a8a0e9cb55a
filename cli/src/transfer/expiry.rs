//! When keys expire, as absolute time in milliseconds.

use crate::failure::Failure;
use crate::wire::{Pipeline, children, integer, text};
use rediscluster::Value;

/// Appends the commands that read when keys expire. Without PEXPIRETIME the server's time is read first.
pub fn push(pipeline: &mut Pipeline, has_expire_time: bool, keys: &[&[u8]]) {
    if !has_expire_time {
        pipeline.push(&[b"TIME"]);
    }
    let command: &[u8] = if has_expire_time { b"PEXPIRETIME" } else { b"PTTL" };
    keys.iter().for_each(|key| pipeline.push(&[command, key]));
}

/// Reads the replies to the commands of [`push`]: 0 is never, `None` that the key does not exist.
pub fn read<'r>(replies: &mut impl Iterator<Item = Value<'r>>, has_expire_time: bool, count: usize) -> Result<Vec<Option<i64>>, Failure> {
    let now = if has_expire_time { 0 } else { replies.next().map_or(0, server_time) };
    let read_one = |value: Value<'r>| {
        Ok(match integer(&value, "PEXPIRETIME")? {
            -2 => None,
            -1 => Some(0),
            time => Some(now + time),
        })
    };
    replies.take(count).map(read_one).collect()
}

/// The reply to TIME in milliseconds.
fn server_time(value: Value<'_>) -> i64 {
    let mut parts = children(value).map(|part| text(&part).parse::<i64>().unwrap_or(0));
    parts.next().unwrap_or(0) * 1000 + parts.next().unwrap_or(0) / 1000
}

/// Whether two times are the same. Times that were not read with PEXPIRETIME differ by the time between two commands.
pub fn is_same(one: i64, other: i64) -> bool {
    const TOLERANCE_MS: u64 = 5;
    (one == 0) == (other == 0) && one.abs_diff(other) <= TOLERANCE_MS
}

/// Whether a key with this time has expired by the clock of this machine, or will within a second.
pub fn is_over(time: i64) -> bool {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
    time != 0 && time <= now + 1000
}
