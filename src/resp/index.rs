//! One entry of a reply's index: two words that every language can read from plain memory.

/// What a value is. The numbers are part of the ABI and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// `$-1`
    Nil = 0,
    /// A bulk string.
    String = 1,
    /// `+OK`
    Status = 2,
    Integer = 3,
    /// A server's `-ERR …`.
    Error = 4,
    Array = 5,
    /// `*-1`
    NilArray = 6,
    /// An array of key, value, key, value, …
    Map = 7,
    /// This command got no reply: the four children tell why.
    Failure = 8,
}

impl Kind {
    const ALL: [Kind; 9] =
        [Kind::Nil, Kind::String, Kind::Status, Kind::Integer, Kind::Error, Kind::Array, Kind::NilArray, Kind::Map, Kind::Failure];

    /// The word for it in messages.
    pub fn name(self) -> &'static str {
        ["nil", "string", "status", "integer", "error", "array", "nil array", "map", "failure"][self as usize]
    }
}

/// One value in the index of a reply. Entries are in pre-order: a value, then its descendants, then the next value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Entry {
    /// The lowest byte is the type. The other seven bytes are the length: the number of bytes of a string, status or error; the number of
    /// children of an array, map or failure (the keys and values of a map each count); else 0.
    pub head: u64,
    /// The value of an integer; the offset of a string, status or error in the bytes of the reply; the number of descendants of an array, map or
    /// failure, so that the value after it has the index at + 1 + data; else 0.
    pub data: i64,
}

impl Entry {
    #[inline]
    pub(crate) fn new(kind: Kind, length: usize, data: i64) -> Entry {
        Entry { head: (length as u64) << 8 | kind as u64, data }
    }

    #[inline]
    pub fn kind(&self) -> Kind {
        Kind::ALL[(self.head & 0xff) as usize]
    }

    #[inline]
    pub fn length(&self) -> usize {
        (self.head >> 8) as usize
    }

    /// How many entries the value takes, itself included.
    #[inline]
    pub fn span(&self) -> usize {
        if self.has_children() { self.data as usize + 1 } else { 1 }
    }

    #[inline]
    pub fn has_children(&self) -> bool {
        const PARENTS: u64 = 1 << Kind::Array as u64 | 1 << Kind::Map as u64 | 1 << Kind::Failure as u64;
        PARENTS >> (self.head & 0xff) & 1 != 0
    }

    #[inline]
    pub fn has_bytes(&self) -> bool {
        const TEXTS: u64 = 1 << Kind::String as u64 | 1 << Kind::Status as u64 | 1 << Kind::Error as u64;
        TEXTS >> (self.head & 0xff) & 1 != 0
    }

    /// The same entry over bytes that now stand `by` further on.
    #[inline]
    pub(crate) fn moved(self, by: usize) -> Entry {
        if self.has_bytes() { Entry { data: self.data + by as i64, ..self } } else { self }
    }
}

/// An index. That of a single value, alone or under an array, needs no memory of its own.
pub(crate) type Entries = smallvec::SmallVec<[Entry; 2]>;

/// A reply's bytes. Those of a small reply need no memory of their own either.
pub(crate) type Bytes = smallvec::SmallVec<[u8; 64]>;
