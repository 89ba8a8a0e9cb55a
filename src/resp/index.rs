//! An entry of the index of a reply: two words, which every language can read from memory.

/// The type of a value. The numbers are those of the C ABI and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Kind {
    /// `$-1`: no value.
    Nil = 0,
    /// A bulk string.
    String = 1,
    /// A simple string, such as `+OK`.
    Status = 2,
    /// A number, `:1`.
    Integer = 3,
    /// An error reply of the server, `-ERR …`.
    Error = 4,
    /// An array, `*2`.
    Array = 5,
    /// `*-1`: no array.
    NilArray = 6,
    /// Key, value, key, value, …: a map of RESP3, `%1`, or of the library.
    Map = 7,
    /// The command has no reply. The four children are the error; see [`ReplyData::failure`](crate::ReplyData::failure).
    Failure = 8,
    /// RESP3, `_`: no value.
    Null = 9,
    /// RESP3, `#t` or `#f`.
    Boolean = 10,
    /// RESP3, `,1.5`: the text of a floating-point number.
    Double = 11,
    /// RESP3, `(123`: the digits of an integer of any size.
    BigNumber = 12,
    /// RESP3, `=`: a text for people. Its format is the three bytes before the byte `:` that precedes it.
    Verbatim = 13,
    /// RESP3, `~2`: distinct elements.
    Set = 14,
    /// RESP3, `>2`: a message that is not the reply to a command.
    Push = 15,
    /// RESP3, `|1`: a value with attributes. The children are the names and the values of the attributes in turn, and the value itself as the
    /// last one.
    Attribute = 16,
}

impl Kind {
    const ALL: [Kind; 17] = [
        Kind::Nil,
        Kind::String,
        Kind::Status,
        Kind::Integer,
        Kind::Error,
        Kind::Array,
        Kind::NilArray,
        Kind::Map,
        Kind::Failure,
        Kind::Null,
        Kind::Boolean,
        Kind::Double,
        Kind::BigNumber,
        Kind::Verbatim,
        Kind::Set,
        Kind::Push,
        Kind::Attribute,
    ];

    /// Returns the name of the type, for messages.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 17] = [
            "nil",
            "string",
            "status",
            "integer",
            "error",
            "array",
            "nil array",
            "map",
            "failure",
            "null",
            "boolean",
            "double",
            "big number",
            "verbatim string",
            "set",
            "push",
            "attribute",
        ];
        NAMES[self as usize]
    }
}

/// One value in the index of a reply. Entries are in pre-order: a value, then its descendants, then the next value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Entry {
    /// The lowest byte is the type. The other seven bytes are the length: the number of bytes of a type with bytes (string, status, error,
    /// double, big number, verbatim string); the number of children of a type with children (array, map, failure, set, push, attribute; the
    /// keys and values of a map each count); else 0.
    pub head: u64,
    /// The value of an integer; 1 for true; for a type with bytes their offset in the bytes of the reply; for a type with children the number of
    /// descendants, so that the value after it has the index at + 1 + data; else 0.
    pub data: i64,
}

impl Entry {
    #[inline]
    pub(crate) fn new(kind: Kind, length: usize, data: i64) -> Entry {
        Entry { head: (length as u64) << 8 | kind as u64, data }
    }

    /// Returns the type of the value.
    #[inline]
    pub fn kind(&self) -> Kind {
        Kind::ALL[(self.head & 0xff) as usize]
    }

    /// Whether it is an error reply of a server.
    #[inline]
    pub(crate) fn is_error(&self) -> bool {
        self.head as u8 == Kind::Error as u8
    }

    /// Returns the number of bytes of a type with bytes, the number of children of a type with children, and 0 for other types.
    #[inline]
    pub fn length(&self) -> usize {
        (self.head >> 8) as usize
    }

    /// Returns the number of entries of the value, including its own.
    #[inline]
    pub fn span(&self) -> usize {
        if self.has_children() { self.data as usize + 1 } else { 1 }
    }

    /// Returns whether the value is an array, a map, a failure, a set, a push or an attribute.
    #[inline]
    pub fn has_children(&self) -> bool {
        const PARENTS: u64 = 1 << Kind::Array as u64
            | 1 << Kind::Map as u64
            | 1 << Kind::Failure as u64
            | 1 << Kind::Set as u64
            | 1 << Kind::Push as u64
            | 1 << Kind::Attribute as u64;
        PARENTS >> (self.head & 0xff) & 1 != 0
    }

    /// Returns whether the value is a string, a status, an error, a double, a big number or a verbatim string.
    #[inline]
    pub fn has_bytes(&self) -> bool {
        const TEXTS: u64 = 1 << Kind::String as u64
            | 1 << Kind::Status as u64
            | 1 << Kind::Error as u64
            | 1 << Kind::Double as u64
            | 1 << Kind::BigNumber as u64
            | 1 << Kind::Verbatim as u64;
        TEXTS >> (self.head & 0xff) & 1 != 0
    }

    /// Returns the entry with another type of the same form.
    pub(crate) fn with_kind(self, kind: Kind) -> Entry {
        Entry { head: self.head & !0xff | kind as u64, ..self }
    }

    /// Returns the entry for bytes that were moved `by` further.
    #[inline]
    pub(crate) fn shifted(self, by: usize) -> Entry {
        if self.has_bytes() { Entry { data: self.data + by as i64, ..self } } else { self }
    }

    /// Changes the entry for bytes that were moved `by` to the front.
    pub(crate) fn shift_back(&mut self, by: usize) {
        if self.has_bytes() {
            self.data -= by as i64;
        }
    }
}

/// The entries of a reply. The index of a single value, or of one value in an array, needs no allocation.
pub(crate) type Entries = smallvec::SmallVec<[Entry; 2]>;

/// The bytes of a reply. Those of a small reply need no allocation.
pub(crate) type Bytes = smallvec::SmallVec<[u8; 64]>;
