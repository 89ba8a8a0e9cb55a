//! Why an operation ends early.

use crate::error::{Code, Error};
use crate::resp::{Reply, Value};

#[derive(Debug)]
pub(crate) enum Abort {
    /// The command is invalid or was rejected by a server. The caller gets this text as an error reply.
    Refusal(Box<[u8]>),
    /// The caller gets an error instead of a reply.
    Error(Error),
}

pub(crate) type Outcome<T> = Result<T, Abort>;

impl Abort {
    pub(crate) fn refusal(text: impl AsRef<[u8]>) -> Abort {
        Abort::Refusal(text.as_ref().into())
    }

    /// A reply that no correct server sends.
    pub(crate) fn protocol_error(text: &str) -> Abort {
        Abort::Error(Error::new(Code::Protocol, text))
    }

    /// What the caller gets.
    pub(crate) fn into_reply(self) -> Result<Reply, Error> {
        match self {
            Abort::Refusal(text) => Ok(Reply::error(&text)),
            Abort::Error(error) => Err(error),
        }
    }
}

impl From<Error> for Abort {
    fn from(error: Error) -> Abort {
        match error.refusal() {
            Some(text) => Abort::refusal(text),
            None => Abort::Error(error),
        }
    }
}

/// The value, unless it is an error: that aborts the operation.
pub(crate) fn not_error(value: Value<'_>) -> Outcome<Value<'_>> {
    match value {
        Value::Error(text) => Err(Abort::refusal(text)),
        value => Ok(value),
    }
}
