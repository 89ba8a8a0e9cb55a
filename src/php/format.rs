//! How replies become values of PHP.

/// How a reply becomes a value of PHP: the sum of flags, as in the PHP binding's class of formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Format(pub(super) i64);

impl Format {
    #[inline]
    pub(crate) fn from_flags(flags: i64) -> Format {
        Format(flags)
    }

    /// Nil becomes false instead of null.
    #[inline]
    pub(crate) fn nil_is_false(self) -> bool {
        self.0 & 1 != 0
    }

    /// A status becomes true instead of a string.
    #[inline]
    pub(crate) fn status_is_true(self) -> bool {
        self.0 & 2 != 0
    }

    /// The outermost array becomes key => value; its elements are keys and values in turn.
    #[inline]
    pub(crate) fn is_pairs(self) -> bool {
        self.0 & 4 != 0
    }
}

/// The formats of the replies to many commands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Formats {
    All(Format),
    /// Replies after the last have no flags.
    Each(Vec<ReplyFormat>),
}

/// The format of one of many replies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReplyFormat {
    Whole(Format),
    /// The format of an array, such as the reply to EXEC, and those of its elements. Elements after the last have the format of the array.
    Elements(Format, Vec<Format>),
}
