//! Replies made of others, and of what the library itself has to say.

use crate::resp::index::{Entry, Kind};
use crate::resp::{Builder, Reply};

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

    pub(crate) fn strings<const COUNT: usize>(texts: [&[u8]; COUNT]) -> Reply {
        made(|builder| {
            let root = builder.begin(Kind::Array, COUNT);
            texts.iter().for_each(|text| builder.string(text));
            builder.end(root);
        })
    }

    /// A server's word on a subscription: what, which, and how many there are now.
    pub(crate) fn confirmation(word: &[u8], name: Option<&[u8]>, count: i64) -> Reply {
        made(|builder| {
            let root = builder.begin(Kind::Array, 3);
            builder.string(word);
            match name {
                Some(name) => builder.string(name),
                None => builder.nil(),
            }
            builder.integer(count);
            builder.end(root);
        })
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
