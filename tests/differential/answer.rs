//! A reply that can be kept, sorted and shown.

use super::generate::command::quoted;
use rediscluster::{Cluster, Code, Value};
use std::fmt;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Answer {
    Nil,
    NilArray,
    Text(Vec<u8>),
    Status(Vec<u8>),
    Error(Vec<u8>),
    Number(i64),
    Array(Vec<Answer>),
    Map(Vec<Answer>),
    /// The library's own error: its code's number, and its message.
    Failure(i32, String),
}

/// Who answers commands.
pub trait Answers {
    fn answer(&self, args: &[&[u8]]) -> Answer;
}

impl Answers for Cluster {
    fn answer(&self, args: &[&[u8]]) -> Answer {
        match self.command(args) {
            Ok(reply) => Answer::of(&reply.root()),
            Err(error) => Answer::Failure(error.code() as i32, error.message().to_owned()),
        }
    }
}

impl Answer {
    fn of(value: &Value) -> Answer {
        match value {
            Value::Nil => Answer::Nil,
            Value::NilArray => Answer::NilArray,
            Value::String(bytes) => Answer::Text(bytes.to_vec()),
            Value::Status(bytes) => Answer::Status(bytes.to_vec()),
            Value::Error(bytes) => Answer::Error(bytes.to_vec()),
            Value::Integer(number) => Answer::Number(*number),
            Value::Array(children) => Answer::Array(children.map(|child| Answer::of(&child)).collect()),
            Value::Map(children) => Answer::Map(children.map(|child| Answer::of(&child)).collect()),
            Value::Failure(_) => Answer::Failure(0, "a failure inside a reply".into()),
            other => panic!("an unknown type: {other:?}"),
        }
    }

    pub fn is_error(&self) -> bool {
        matches!(self, Answer::Error(_) | Answer::Failure(..))
    }

    pub fn is_refusal(&self, code: Code) -> bool {
        matches!(self, Answer::Failure(number, _) if *number == code as i32)
    }

    pub fn items(&self) -> &[Answer] {
        if let Answer::Array(items) = self { items } else { &[] }
    }

    pub fn number(&self) -> Option<i64> {
        if let Answer::Number(number) = self { Some(*number) } else { None }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Answer::Text(bytes) | Answer::Status(bytes) | Answer::Error(bytes) => bytes,
            _ => &[],
        }
    }
}

/// As redis-cli shows it, on one line.
impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: &[Answer]| items.iter().map(Answer::to_string).collect::<Vec<_>>().join(" ");
        match self {
            Answer::Nil => formatter.write_str("(nil)"),
            Answer::NilArray => formatter.write_str("(nil array)"),
            Answer::Text(bytes) => write!(formatter, "\"{}\"", quoted(bytes).trim_matches('"')),
            Answer::Status(bytes) => write!(formatter, "{}", quoted(bytes)),
            Answer::Error(bytes) => write!(formatter, "(error) {}", bytes.escape_ascii()),
            Answer::Number(number) => write!(formatter, "{number}"),
            Answer::Array(items) => write!(formatter, "[{}]", list(items)),
            Answer::Map(items) => write!(formatter, "map[{}]", list(items)),
            Answer::Failure(code, message) => write!(formatter, "(the library, {code}) {message}"),
        }
    }
}
