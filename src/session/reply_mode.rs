//! Whether the client of a session gets replies.

/// By CLIENT REPLY.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ReplyMode {
    #[default]
    On,
    Off,
    /// Not for the next command.
    SkipNext,
}
