//! What ends a wait for keys besides a change and the deadline of the command: the caller of a session.

use std::cell::{Cell, RefCell};
use std::os::fd::BorrowedFd;
use std::time::Instant;

/// A command whose wait was ended by this has the reply of a timeout. The caller discards it, or runs the command again.
pub(crate) struct WaitLimit<'w> {
    /// The wait ends at this time.
    pub deadline: Option<Instant>,
    /// Becomes readable when `is_requested` may have become true.
    pub wake_up: BorrowedFd<'w>,
    /// Whether the wait must end now.
    pub is_requested: &'w dyn Fn() -> bool,
    /// The positions from which streams are read: `$` means the last entry when the command began, not when it was continued.
    pub stream_ids: &'w RefCell<Option<Vec<Vec<u8>>>>,
    /// The command began to wait before, and was suspended.
    pub is_continued: bool,
    /// Whether the wait was ended.
    pub has_ended: Cell<bool>,
}

impl WaitLimit<'_> {
    pub(crate) fn ends_wait(&self) -> bool {
        let ends = (self.is_requested)() || self.deadline.is_some_and(|deadline| deadline <= Instant::now());
        self.has_ended.set(ends);
        ends
    }
}
