//! Signals that interrupt a system call that waits: the host program decides whether the call of the library goes on.

use crate::error::{Code, Error};
use once_cell::sync::OnceCell;

const INTERRUPTED: &str = "interrupted by a signal";

static HANDLER: OnceCell<fn() -> bool> = OnceCell::new();

/// Sets what runs, on the thread that waits, when a signal has interrupted a wait for a server: for example the signal handlers of an
/// interpreter. If it returns true, the call of the library fails with [`Code::Timeout`] and the connection that it waited for is closed;
/// otherwise the wait goes on. Without a handler all waits go on.
///
/// The handler is set once for the process; later calls have no effect. It must not panic and must not call this library.
pub fn on_signal(handler: fn() -> bool) {
    let _ = HANDLER.set(handler);
}

/// Runs the handler after a system call failed with EINTR.
#[cold]
pub(crate) fn after_signal() -> Result<(), Error> {
    match HANDLER.get() {
        Some(handler) if handler() => Err(Error::new(Code::Timeout, INTERRUPTED)),
        _ => Ok(()),
    }
}

/// Whether an error of a connection is that of [`after_signal`]: the call must not wait for other servers either.
pub(super) fn is_interruption(error: &Error) -> bool {
    error.code() == Code::Timeout && error.message() == INTERRUPTED
}
