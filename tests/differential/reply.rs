//! A reply that can be stored, sorted and printed.

use super::generate::command::quoted;
use rediscluster::{Children, Cluster, Code, Value};
use std::fmt;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OwnedReply {
    Nil,
    NilArray,
    Text(Vec<u8>),
    Status(Vec<u8>),
    Error(Vec<u8>),
    Number(i64),
    Array(Vec<OwnedReply>),
    Map(Vec<OwnedReply>),
    /// The types of RESP3. A verbatim string begins with its format.
    Null,
    Boolean(bool),
    Double(Vec<u8>),
    BigNumber(Vec<u8>),
    Verbatim(Vec<u8>),
    Set(Vec<OwnedReply>),
    Push(Vec<OwnedReply>),
    /// An error of the library: the number of its code, and its message.
    Failure(i32, String),
}

/// Runs commands.
pub trait Client {
    fn run(&self, args: &[&[u8]]) -> OwnedReply;
}

impl Client for Cluster {
    fn run(&self, args: &[&[u8]]) -> OwnedReply {
        match self.command(args) {
            Ok(reply) => OwnedReply::from_value(&reply.root()),
            Err(error) => OwnedReply::Failure(error.code() as i32, error.message().to_owned()),
        }
    }
}

impl OwnedReply {
    fn from_value(value: &Value) -> OwnedReply {
        let all = |children: &Children| children.map(|child| OwnedReply::from_value(&child)).collect();
        match value {
            Value::Nil => OwnedReply::Nil,
            Value::NilArray => OwnedReply::NilArray,
            Value::String(bytes) => OwnedReply::Text(bytes.to_vec()),
            Value::Status(bytes) => OwnedReply::Status(bytes.to_vec()),
            Value::Error(bytes) => OwnedReply::Error(bytes.to_vec()),
            Value::Integer(number) => OwnedReply::Number(*number),
            Value::Array(children) => OwnedReply::Array(all(children)),
            Value::Map(children) => OwnedReply::Map(all(children)),
            Value::Null => OwnedReply::Null,
            Value::Boolean(value) => OwnedReply::Boolean(*value),
            Value::Double(text) => OwnedReply::Double(text.to_vec()),
            Value::BigNumber(digits) => OwnedReply::BigNumber(digits.to_vec()),
            Value::Verbatim { format, text } => OwnedReply::Verbatim([format, &b":"[..], text].concat()),
            Value::Set(children) => OwnedReply::Set(all(children)),
            Value::Push(children) => OwnedReply::Push(all(children)),
            Value::Failure(_) => OwnedReply::Failure(0, "a failure inside a reply".into()),
            other => panic!("an unknown type: {other:?}"),
        }
    }

    pub fn is_error(&self) -> bool {
        matches!(self, OwnedReply::Error(_) | OwnedReply::Failure(..))
    }

    pub fn is_refusal(&self, code: Code) -> bool {
        matches!(self, OwnedReply::Failure(number, _) if *number == code as i32)
    }

    /// The elements of an array, a set or a map.
    pub fn items(&self) -> &[OwnedReply] {
        if let OwnedReply::Array(items) | OwnedReply::Set(items) | OwnedReply::Map(items) = self { items } else { &[] }
    }

    /// The same type with other elements; another reply unchanged.
    pub fn with_items(&self, change: impl FnOnce(&[OwnedReply]) -> Vec<OwnedReply>) -> OwnedReply {
        match self {
            OwnedReply::Array(items) => OwnedReply::Array(change(items)),
            OwnedReply::Set(items) => OwnedReply::Set(change(items)),
            OwnedReply::Map(items) => OwnedReply::Map(change(items)),
            _ => self.clone(),
        }
    }

    pub fn number(&self) -> Option<i64> {
        if let OwnedReply::Number(number) = self { Some(*number) } else { None }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            OwnedReply::Text(bytes) | OwnedReply::Status(bytes) | OwnedReply::Error(bytes) | OwnedReply::Double(bytes) => bytes,
            _ => &[],
        }
    }
}

/// The reply on one line, as redis-cli prints it.
impl fmt::Display for OwnedReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: &[OwnedReply]| items.iter().map(OwnedReply::to_string).collect::<Vec<_>>().join(" ");
        match self {
            OwnedReply::Nil => formatter.write_str("(nil)"),
            OwnedReply::NilArray => formatter.write_str("(nil array)"),
            OwnedReply::Text(bytes) => write!(formatter, "\"{}\"", quoted(bytes).trim_matches('"')),
            OwnedReply::Status(bytes) => write!(formatter, "{}", quoted(bytes)),
            OwnedReply::Error(bytes) => write!(formatter, "(error) {}", bytes.escape_ascii()),
            OwnedReply::Number(number) => write!(formatter, "{number}"),
            OwnedReply::Array(items) => write!(formatter, "[{}]", list(items)),
            OwnedReply::Map(items) => write!(formatter, "map[{}]", list(items)),
            OwnedReply::Set(items) => write!(formatter, "set[{}]", list(items)),
            OwnedReply::Push(items) => write!(formatter, "push[{}]", list(items)),
            OwnedReply::Null => formatter.write_str("(null)"),
            OwnedReply::Boolean(value) => write!(formatter, "{value}"),
            OwnedReply::Double(text) => write!(formatter, "(double) {}", text.escape_ascii()),
            OwnedReply::BigNumber(digits) => write!(formatter, "(big number) {}", digits.escape_ascii()),
            OwnedReply::Verbatim(text) => write!(formatter, "(verbatim) {}", text.escape_ascii()),
            OwnedReply::Failure(code, message) => write!(formatter, "(the library, {code}) {message}"),
        }
    }
}
