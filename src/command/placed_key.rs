//! A key of a command, and its master.

use smallvec::SmallVec;

/// A key of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    /// The name that is sent: without the tag, if that is stripped.
    pub name: &'a [u8],
    position: u32,
    master: u32,
}

impl<'a> Key<'a> {
    #[inline]
    pub(crate) fn new(name: &'a [u8], position: usize, master: usize) -> Key<'a> {
        Key { name, position: position as u32, master: master as u32 }
    }

    /// Its position among the arguments.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.position as usize
    }

    /// Its master, counted from 0.
    #[inline]
    pub(crate) fn master(&self) -> usize {
        self.master as usize
    }
}

pub(crate) type PlacedKeys<'a> = SmallVec<[Key<'a>; 2]>;

/// Whether a key is sent under a different name.
#[inline]
pub(crate) fn is_renamed(args: &[&[u8]], keys: &[Key]) -> bool {
    keys.iter().any(|key| key.name.len() != args[key.position()].len())
}

/// Passes on a command's arguments as they are sent.
#[inline]
pub(crate) fn as_sent<'a>(args: &[&'a [u8]], keys: &[Key<'a>], mut send: impl FnMut(&'a [u8])) {
    let mut keys = keys;
    for (position, &argument) in args.iter().enumerate() {
        match keys.split_first() {
            Some((key, rest)) if key.position() == position => {
                send(key.name);
                keys = rest;
            }
            _ => send(argument),
        }
    }
}
