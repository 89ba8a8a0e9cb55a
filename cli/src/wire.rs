//! Pipelines of commands, and what their replies say.

use crate::failure::Failure;
use rediscluster::{Children, Cluster, Reply, Value};

/// Commands for one server, in the form in which they are sent.
#[derive(Default)]
pub struct Pipeline {
    bytes: Vec<u8>,
    count: usize,
}

impl Pipeline {
    pub fn push(&mut self, args: &[&[u8]]) {
        push_number(&mut self.bytes, b'*', args.len());
        for argument in args {
            push_number(&mut self.bytes, b'$', argument.len());
            self.bytes.extend_from_slice(argument);
            self.bytes.extend_from_slice(b"\r\n");
        }
        self.count += 1;
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Runs the commands on a cluster. A command without a reply fails the call; an error reply does not.
    pub fn run(&self, cluster: &Cluster) -> Result<Reply, Failure> {
        if self.is_empty() { Ok(cluster.execute(b"")?) } else { whole(cluster.execute(&self.bytes)?) }
    }

    /// The request as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn push_number(out: &mut Vec<u8>, sign: u8, number: usize) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.push(sign);
    out.extend_from_slice(&digits[start..]);
    out.extend_from_slice(b"\r\n");
}

/// Fails if one of the commands has no reply.
pub fn whole(reply: Reply) -> Result<Reply, Failure> {
    let failed = children(reply.root()).find_map(|value| match value {
        Value::Failure(mut parts) => parts.nth(1).map(|message| text(&message)),
        _ => None,
    });
    match failed {
        Some(message) => Err(Failure::failed(message)),
        None => Ok(reply),
    }
}

/// The children of an array, map or set; none of another value.
pub fn children(value: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let list: Option<Children<'_>> = match value {
        Value::Array(list) | Value::Map(list) | Value::Set(list) => Some(list),
        _ => None,
    };
    list.into_iter().flatten()
}

/// The bytes of a string; of other values none.
pub fn bytes<'a>(value: &Value<'a>) -> Option<&'a [u8]> {
    match value {
        Value::String(bytes) | Value::Status(bytes) => Some(bytes),
        Value::Verbatim { text, .. } => Some(text),
        _ => None,
    }
}

/// A value as a text for a message.
pub fn text(value: &Value<'_>) -> String {
    match value {
        Value::Error(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Integer(number) => number.to_string(),
        other => bytes(other).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default(),
    }
}

/// The value of a key in a map whose keys are strings.
pub fn field<'a>(map: Value<'a>, name: &str) -> Option<Value<'a>> {
    let mut entries = children(map);
    while let (Some(key), Some(value)) = (entries.next(), entries.next()) {
        if bytes(&key) == Some(name.as_bytes()) {
            return Some(value);
        }
    }
    None
}

/// The text of a field of a map; empty without it.
pub fn field_text(map: Value<'_>, name: &str) -> String {
    field(map, name).map(|value| text(&value)).unwrap_or_default()
}

/// The number of an integer reply. An error reply, or another type, is a failure that names the command.
pub fn integer(value: &Value<'_>, command: &str) -> Result<i64, Failure> {
    match value {
        Value::Integer(number) => Ok(*number),
        Value::Error(bytes) => Err(Failure::failed(format!("{command}: {}", String::from_utf8_lossy(bytes)))),
        other => Err(Failure::failed(format!("{command}: unexpected reply {other:?}"))),
    }
}

/// Fails if a reply is an error.
pub fn check<'a>(value: Value<'a>, command: &str) -> Result<Value<'a>, Failure> {
    match value {
        Value::Error(bytes) => Err(Failure::failed(format!("{command}: {}", String::from_utf8_lossy(bytes)))),
        value => Ok(value),
    }
}

/// A field of INFO, such as `redis_version`.
pub fn info_field<'i>(info: &'i str, name: &str) -> Option<&'i str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}
