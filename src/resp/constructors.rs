//! Replies that the library makes itself, and replies made of parts of others.

use crate::error::Error;
use crate::resp::builder::Builder;
use crate::resp::encode::push_error;
use crate::resp::index::{Entry, Kind};
use crate::resp::reply::{Reply, Value};

impl Reply {
    /// An error reply, as from a server.
    pub(crate) fn error(text: &[u8]) -> Reply {
        build(|builder| builder.bytes_value(Kind::Error, text))
    }

    /// An error reply in place of an error, as [`push_error`](crate::resp::push_error) writes it.
    pub(crate) fn of_error(error: &Error) -> Reply {
        let mut line = Vec::new();
        push_error(&mut line, error);
        Reply::error(line[1..].trim_ascii_end())
    }

    pub(crate) fn status(text: &[u8]) -> Reply {
        build(|builder| builder.bytes_value(Kind::Status, text))
    }

    pub(crate) fn string(text: &[u8]) -> Reply {
        build(|builder| builder.string(text))
    }

    /// A verbatim string with the format `txt`.
    pub(crate) fn verbatim(text: &[u8]) -> Reply {
        build(|builder| builder.verbatim(b"txt", text))
    }

    pub(crate) fn integer(number: i64) -> Reply {
        build(|builder| builder.integer(number))
    }

    pub(crate) fn nil() -> Reply {
        build(Builder::nil)
    }

    pub(crate) fn nil_array() -> Reply {
        build(Builder::nil_array)
    }

    pub(crate) fn strings<const COUNT: usize>(texts: [&[u8]; COUNT]) -> Reply {
        build(|builder| {
            let root = builder.begin(Kind::Array, COUNT);
            texts.iter().for_each(|text| builder.string(text));
            builder.end(root);
        })
    }

    /// A confirmation of a subscription: the command, the channel or pattern, and the number of subscriptions.
    pub(crate) fn confirmation(command: &[u8], name: Option<&[u8]>, count: i64) -> Reply {
        build(|builder| {
            let root = builder.begin(Kind::Array, 3);
            builder.string(command);
            match name {
                Some(name) => builder.string(name),
                None => builder.nil(),
            }
            builder.integer(count);
            builder.end(root);
        })
    }

    /// An array of copies of `count` values, whose bytes are in `bytes`.
    pub(crate) fn array_of_copies(count: usize, entries: &[Entry], bytes: &[u8]) -> Reply {
        build(|builder| {
            let root = builder.begin(Kind::Array, count);
            builder.copy_with_bytes(entries, bytes);
            builder.end(root);
        })
    }

    /// A failure in place of a reply, or the error reply of a server that refused the connection.
    #[cold]
    pub(crate) fn failure_of(error: &Error) -> Reply {
        build(|builder| builder.failure(error))
    }

    /// Returns a copy of a value.
    pub(crate) fn of_value(value: &Value) -> Reply {
        build(|builder| builder.value(value))
    }

    /// Returns a copy of the value at an index as a reply.
    pub(crate) fn copy(&self, index: usize) -> Reply {
        build(|builder| builder.copy_with_bytes(&self.entries()[index..index + self.entries()[index].span()], self.bytes()))
    }

    /// Returns the value at an index as a reply. The bytes of the other values stay allocated.
    pub(crate) fn extract(self, index: usize) -> Reply {
        let data = *self.into_data();
        let span = data.entries[index].span();
        let moved = |(at, origin)| (index..index + span).contains(&at).then(|| (at - index, origin));
        let origins = data.origins.map(|origins| Box::new(origins.into_iter().filter_map(moved).collect()));
        let mut reply = Reply::new(data.bytes, data.entries[index..index + span].into());
        reply.set_origins(origins);
        reply
    }

    /// Returns the reply with another type of the same form for its root.
    pub(crate) fn with_root_kind(self, kind: Kind) -> Reply {
        let mut data = *self.into_data();
        data.entries[0] = data.entries[0].with_kind(kind);
        Reply::from_data(data)
    }

    /// Returns the reply for RESP3, which has one null for all types.
    pub(crate) fn with_null_of_resp3(self) -> Reply {
        let mut data = *self.into_data();
        for entry in data.entries.iter_mut().filter(|entry| matches!(entry.kind(), Kind::Nil | Kind::NilArray)) {
            *entry = entry.with_kind(Kind::Null);
        }
        Reply::from_data(data)
    }

    /// Returns the bytes without the index.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.into_data().bytes.into_vec()
    }

    /// Returns an array with this reply as its only element.
    pub(crate) fn wrapped_in_array(self) -> Reply {
        let mut data = *self.into_data();
        let inside = data.entries.len() as i64;
        data.entries.insert(0, Entry::new(Kind::Array, 1, inside));
        data.origins.iter_mut().flat_map(|origins| origins.iter_mut()).for_each(|(at, _)| *at += 1);
        Reply::from_data(data)
    }
}

fn build(append: impl FnOnce(&mut Builder)) -> Reply {
    let mut builder = Builder::default();
    append(&mut builder);
    builder.finish()
}
