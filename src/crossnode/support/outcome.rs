//! Why an operation ends before its time.

use crate::error::{Code, Error};
use crate::resp::{Reply, Value};

#[derive(Debug)]
pub(crate) enum Abort {
    /// A server would refuse the command, or has refused it, in these words: they are the answer.
    Refusal(Box<[u8]>),
    Error(Error),
}

pub(crate) type Outcome<T> = Result<T, Abort>;

impl Abort {
    pub(crate) fn refusal(text: impl AsRef<[u8]>) -> Abort {
        Abort::Refusal(text.as_ref().into())
    }

    /// Something that a sound server does not answer.
    pub(crate) fn fault(what: &str) -> Abort {
        Abort::Error(Error::new(Code::Protocol, what))
    }

    /// What the caller is answered.
    pub(crate) fn into_answer(self) -> Result<Reply, Error> {
        match self {
            Abort::Refusal(text) => Ok(Reply::error(&text)),
            Abort::Error(error) => Err(error),
        }
    }
}

impl From<Error> for Abort {
    fn from(error: Error) -> Abort {
        Abort::Error(error)
    }
}

/// The value, unless it is a server's error, which then is the answer.
pub(crate) fn accepted(value: Value<'_>) -> Outcome<Value<'_>> {
    match value {
        Value::Error(text) => Err(Abort::refusal(text)),
        value => Ok(value),
    }
}
