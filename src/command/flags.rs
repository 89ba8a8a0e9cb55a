//! What the transport must know of a command.

use crate::command::ReadTimeout;

/// What must be known of a command while it is under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandFlags {
    /// It may be sent again when nobody knows whether it arrived.
    pub repeatable: bool,
    pub read_timeout: ReadTimeout,
}
