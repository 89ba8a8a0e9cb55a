//! Wakes a session that waits for messages, from another thread.

use crate::error::{Code, Error};
use once_cell::sync::OnceCell;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};

/// Ends a call of [`Session::receive`](crate::Session::receive) or [`Session::read`](crate::Session::read) that waits, as if its time were up.
///
/// If no call waits, the next one that would wait returns at once. An interrupter can be used from any thread, and it can outlive its session.
#[derive(Clone, Default)]
pub struct Interrupter(Arc<Signals>);

/// Two independent requests to a waiting thread. Each stays set until the thread takes or clears it.
#[derive(Default)]
struct Signals {
    /// End the call. Set by the user.
    interrupt: AtomicBool,
    /// Release the session for another call, then wait again. Set by a [`SharedSession`](crate::SharedSession).
    pause: AtomicBool,
    /// The receiver, which the waiting thread polls, and the transmitter. They are opened by the first call that waits.
    wake_up: OnceCell<(UnixStream, UnixStream)>,
}

impl Interrupter {
    /// Ends a call that waits, or the next one that would wait. Never waits itself.
    pub fn interrupt(&self) {
        self.set(&self.0.interrupt);
    }

    /// Makes a call that waits release the session.
    pub(crate) fn request_pause(&self) {
        self.set(&self.0.pause);
    }

    /// Withdraws the request to pause.
    pub(crate) fn clear_pause(&self) {
        self.0.pause.store(false, Ordering::SeqCst);
    }

    pub(crate) fn is_pause_requested(&self) -> bool {
        self.0.pause.load(Ordering::SeqCst)
    }

    /// Returns whether an interrupt was requested, and ends the request.
    pub(crate) fn take_interrupt(&self) -> bool {
        self.0.interrupt.swap(false, Ordering::SeqCst)
    }

    /// Returns whether the waiting thread has a request to handle.
    pub(crate) fn is_requested(&self) -> bool {
        self.0.interrupt.load(Ordering::SeqCst) || self.is_pause_requested()
    }

    /// Returns a socket that becomes readable when a request is made after this call. Requests from before this call may not make it readable:
    /// check [`Interrupter::is_requested`] after this call and before waiting.
    pub(crate) fn rx(&self) -> Result<&UnixStream, Error> {
        let sockets = self.0.wake_up.get_or_try_init(|| -> std::io::Result<(UnixStream, UnixStream)> {
            let (rx, tx) = UnixStream::pair()?;
            rx.set_nonblocking(true)?;
            tx.set_nonblocking(true)?;
            Ok((rx, tx))
        });
        let (rx, _) = sockets.map_err(|error| Error::new(Code::Internal, format!("cannot open a pair of sockets: {error}")))?;
        // The bytes of earlier requests must not end the next wait.
        let mut bytes = [0; 64];
        while matches!((&mut &*rx).read(&mut bytes), Ok(count) if count > 0) {}
        fence(Ordering::SeqCst);
        Ok(rx)
    }

    fn set(&self, signal: &AtomicBool) {
        signal.store(true, Ordering::SeqCst);
        // Either this thread sees the sockets that the waiting thread opened, or the waiting thread sees the signal.
        fence(Ordering::SeqCst);
        if let Some((_, tx)) = self.0.wake_up.get() {
            // A write fails only if the socket is full of unread bytes. One byte is enough.
            let _ = (&mut &*tx).write(&[0]);
        }
    }
}
