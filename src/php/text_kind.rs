//! The functions with which PHP reads the text of a reply.

/// How PHP reads a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextKind {
    /// `unserialize()`; there are no objects in it.
    Plain,
    /// `unserialize()`; there are exceptions in it.
    Objects,
    /// `explode()` with 0xff.
    List,
    /// `explode()` for keys, then values, and `array_combine()`. The byte 0xff separates the two lists.
    Pairs { keys_length: usize },
}
