//! Replies made of others, and of what the library itself has to say.

use super::entry::{Entry, Kind};
use super::{Builder, Reply};

impl Reply {
    /// An error as a server would answer it.
    pub(crate) fn error(text: &[u8]) -> Reply {
        made(|builder| builder.text(Kind::Error, text))
    }

    pub(crate) fn status(text: &[u8]) -> Reply {
        made(|builder| builder.text(Kind::Status, text))
    }

    pub(crate) fn string(text: &[u8]) -> Reply {
        made(|builder| builder.string(text))
    }

    pub(crate) fn integer(number: i64) -> Reply {
        made(|builder| builder.integer(number))
    }

    pub(crate) fn nil() -> Reply {
        made(Builder::nil)
    }

    pub(crate) fn nil_array() -> Reply {
        made(Builder::nil_array)
    }

    pub(crate) fn empty_array() -> Reply {
        made(|builder| drop(builder.begin(Kind::Array, 0)))
    }

    /// The value at a place of the index as a reply of its own. The bytes around it stay where they are.
    pub(crate) fn extract(self, at: usize) -> Reply {
        let body = *self.into_body();
        let span = body.entries[at].span();
        Reply::new(body.bytes, body.entries[at..at + span].into())
    }

    /// The bytes alone.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.into_body().bytes.into_vec()
    }

    /// The reply as the only value of an array.
    pub(crate) fn under_array(self) -> Reply {
        let mut body = *self.into_body();
        let inside = body.entries.len() as i64;
        body.entries.insert(0, Entry::new(Kind::Array, 1, inside));
        Reply::new(body.bytes, body.entries)
    }
}

fn made(make: impl FnOnce(&mut Builder)) -> Reply {
    let mut builder = Builder::default();
    make(&mut builder);
    builder.finish()
}
