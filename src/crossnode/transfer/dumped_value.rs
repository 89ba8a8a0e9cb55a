//! A value read with DUMP, with its time to live.

use crate::crossnode::support::conversation::{Words, words};
use crate::crossnode::support::outcome::{Outcome, not_error};
use crate::resp::{Children, Value};

#[derive(Default)]
pub(crate) struct DumpedValue<'r> {
    payload: &'r [u8],
    expiry: Expiry,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Expiry {
    #[default]
    Never,
    /// In milliseconds since 1970.
    At(u64),
    /// In milliseconds from now. Servers before 7.0 report only this.
    In(u64),
}

/// The commands whose replies [`DumpedValue::from_replies`] reads.
pub(crate) fn dump_commands(key: &[u8]) -> Vec<Words<'_>> {
    let [expire_time, ttl] = expiry_commands(key);
    vec![words![b"DUMP", key], expire_time, ttl]
}

/// The commands whose replies [`DumpedValue::without_payload`] reads.
pub(crate) fn expiry_commands(key: &[u8]) -> [Words<'_>; 2] {
    [words![b"PEXPIRETIME", key], words![b"PTTL", key]]
}

impl<'r> DumpedValue<'r> {
    /// `None` if the key does not exist.
    pub(crate) fn from_replies(replies: &mut Children<'r>) -> Outcome<Option<DumpedValue<'r>>> {
        let (payload, expire_time, ttl) = (replies.next(), replies.next(), replies.next());
        let payload = match not_error(payload.unwrap_or(Value::Nil))? {
            Value::String(payload) => payload,
            _ => return Ok(None),
        };
        Ok(Some(DumpedValue { payload, expiry: Expiry::from_replies(expire_time, ttl) }))
    }

    /// Whether the type of the value is a module's. In Redis 8 vector sets are of a module.
    pub(crate) fn is_of_module(&self) -> bool {
        // RDB_TYPE_MODULE_PRE_GA and RDB_TYPE_MODULE_2.
        matches!(self.payload.first(), Some(6 | 7))
    }

    /// Only the time to live, for `explain`.
    pub(crate) fn without_payload(expire_time: Value, ttl: Value) -> DumpedValue<'static> {
        DumpedValue { payload: b"", expiry: Expiry::from_replies(Some(expire_time), Some(ttl)) }
    }

    /// The command that writes the value with its time to live.
    pub(crate) fn restore_command<'a>(&self, key: &'a [u8], replace: bool) -> Words<'a>
    where
        'r: 'a,
    {
        let (expiry, is_absolute) = match self.expiry {
            Expiry::Never => (0, false),
            Expiry::At(millis) => (millis, true),
            Expiry::In(millis) => (millis, false),
        };
        let mut command = words![b"RESTORE", key, expiry.to_string().into_bytes(), self.payload];
        command.extend(replace.then_some(b"REPLACE".into()));
        command.extend(is_absolute.then_some(b"ABSTTL".into()));
        command
    }

    /// The command that writes the value with another time to live, in milliseconds.
    pub(crate) fn restore_with_ttl_command<'a>(&self, key: &'a [u8], ttl: u64) -> Words<'a>
    where
        'r: 'a,
    {
        words![b"RESTORE", key, ttl.to_string().into_bytes(), self.payload]
    }

    /// The command that gives a key the time to live of the value.
    pub(crate) fn expire_command<'a>(&self, key: &'a [u8]) -> Words<'a> {
        match self.expiry {
            Expiry::Never => words![b"PERSIST", key],
            Expiry::At(millis) => words![b"PEXPIREAT", key, millis.to_string().into_bytes()],
            Expiry::In(millis) => words![b"PEXPIRE", key, millis.to_string().into_bytes()],
        }
    }
}

impl Expiry {
    /// From the replies to [`expiry_commands`].
    fn from_replies(expire_time: Option<Value>, ttl: Option<Value>) -> Expiry {
        match (expire_time, ttl) {
            (Some(Value::Integer(millis)), _) if millis > 0 => Expiry::At(millis as u64),
            // The server does not know PEXPIRETIME.
            (Some(Value::Error(_)), Some(Value::Integer(millis))) if millis >= 0 => Expiry::In(millis.max(1) as u64),
            _ => Expiry::Never,
        }
    }
}
