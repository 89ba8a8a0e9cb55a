//! What the transport must know of a command.

use crate::command::ReadTimeout;

/// What the transport must know of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandFlags {
    /// It may be sent again when it is unknown whether it was executed.
    pub repeatable: bool,
    pub read_timeout: ReadTimeout,
}
