//! The value of a key as DUMP returns it, and when the key expires.

use crate::resharding::channel::{Words, words};
use crate::resp::{Children, Value};

pub(crate) struct StoredValue<'r> {
    pub payload: &'r [u8],
    /// In milliseconds since 1970, by the clock of the old server; 0: never.
    expires_at: u64,
}

/// What an old server says of a key.
pub(crate) enum Found<'r> {
    Value(StoredValue<'r>),
    /// It has been moved or has expired.
    Absent,
    /// The server has rejected DUMP.
    Refused(&'r [u8]),
}

/// The commands that [`StoredValue::read`] reads the replies of. Nobody changes a key at its old place, so no transaction is needed: a key that
/// is moved or expires in between has no time to live in the end. Servers before 7.0 do not know PEXPIRETIME.
pub(crate) fn commands(key: &[u8]) -> [Words<'_>; 4] {
    [words![b"DUMP", key], words![b"TIME"], words![b"PEXPIRETIME", key], words![b"PTTL", key]]
}

impl<'r> StoredValue<'r> {
    pub(crate) fn read(replies: &mut Children<'r>) -> Found<'r> {
        let (payload, time, expires_at, ttl) = (replies.next(), replies.next(), replies.next(), replies.next());
        let payload = match payload {
            Some(Value::String(payload)) => payload,
            Some(Value::Error(text)) => return Found::Refused(text),
            _ => return Found::Absent,
        };
        let expires_at = match (ttl, expires_at, time.and_then(unix_millis)) {
            (Some(Value::Integer(-1)), ..) => 0,
            (Some(Value::Integer(ttl)), Some(Value::Integer(at)), _) if ttl >= 0 && at > 0 => at as u64,
            (Some(Value::Integer(ttl)), Some(Value::Error(_)), Some(now)) if ttl >= 0 => now + ttl as u64,
            (Some(Value::Error(text)), ..) => return Found::Refused(text),
            _ => return Found::Absent,
        };
        Found::Value(StoredValue { payload, expires_at })
    }

    /// The command that writes it. It is rejected if the key exists.
    pub(crate) fn restore_command<'a>(&self, key: &'a [u8]) -> Words<'a>
    where
        'r: 'a,
    {
        let mut command = words![b"RESTORE", key, self.expires_at.to_string().into_bytes(), self.payload];
        command.extend((self.expires_at > 0).then_some(b"ABSTTL".into()));
        command
    }
}

/// The reply to TIME.
fn unix_millis(time: Value) -> Option<u64> {
    let Value::Array(parts) = time else { return None };
    let mut numbers =
        parts.map(|part| if let Value::String(text) = part { std::str::from_utf8(text).ok()?.parse::<u64>().ok() } else { None });
    Some(numbers.next()?? * 1000 + numbers.next()?? / 1000)
}
