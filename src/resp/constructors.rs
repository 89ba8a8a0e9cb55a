//! Replies that the library makes itself, and replies made of parts of others.

use crate::resp::builder::Builder;
use crate::resp::index::{Entry, Kind};
use crate::resp::reply::Reply;

impl Reply {
    /// An error reply, as from a server.
    pub(crate) fn error(text: &[u8]) -> Reply {
        build(|builder| builder.bytes_value(Kind::Error, text))
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

    /// Returns the value at an index as a reply. The bytes of the other values stay allocated.
    pub(crate) fn extract(self, index: usize) -> Reply {
        let data = *self.into_data();
        let span = data.entries[index].span();
        Reply::new(data.bytes, data.entries[index..index + span].into())
    }

    /// Returns the reply with another type of the same form for its root.
    pub(crate) fn with_root_kind(self, kind: Kind) -> Reply {
        let mut data = *self.into_data();
        data.entries[0] = data.entries[0].with_kind(kind);
        Reply::new(data.bytes, data.entries)
    }

    /// Returns the reply for RESP3, which has one null for all types.
    pub(crate) fn with_null_of_resp3(self) -> Reply {
        let mut data = *self.into_data();
        for entry in data.entries.iter_mut().filter(|entry| matches!(entry.kind(), Kind::Nil | Kind::NilArray)) {
            *entry = entry.with_kind(Kind::Null);
        }
        Reply::new(data.bytes, data.entries)
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
        Reply::new(data.bytes, data.entries)
    }
}

fn build(append: impl FnOnce(&mut Builder)) -> Reply {
    let mut builder = Builder::default();
    append(&mut builder);
    builder.finish()
}
