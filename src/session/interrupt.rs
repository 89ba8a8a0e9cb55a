//! Wakes a session that waits for messages, from another thread.

use crate::error::{Code, Error};
use once_cell::sync::OnceCell;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError};

/// Ends a call of a [`Session`](crate::Session) that waits, as if its time were up.
///
/// [`Session::receive`](crate::Session::receive) returns `None`, and [`Session::read`](crate::Session::read) returns 0; a blocking command that
/// was written to the stream goes on. If neither waits, the next one that would wait returns at once. A blocking command of
/// [`Session::execute`](crate::Session::execute) that waits returns nil, or what it has just received; nothing is lost. If none waits, later ones
/// are not affected. An interrupter can be used from any thread, and it can outlive its session.
#[derive(Clone, Default)]
pub struct Interrupter(Arc<Signals>);

type Action = Box<dyn FnOnce() + Send>;

/// Independent requests to a waiting thread. Each stays set until the thread takes or clears it.
#[derive(Default)]
struct Signals {
    /// End the call. Set by the user.
    interrupt: AtomicBool,
    /// The number of interrupts so far.
    interrupts: AtomicU64,
    /// The session is to be closed. It stays set.
    closing: AtomicBool,
    /// What to do when `closing` is set.
    on_close: Mutex<Option<Action>>,
    /// Release the session for another call, then wait again. Set by a [`SharedSession`](crate::SharedSession).
    pause: AtomicBool,
    /// A blocking command has begun and not ended.
    is_blocked: AtomicBool,
    /// End the blocking command. Set by CLIENT UNBLOCK in another session: 1 as if its time were up, 2 with an error.
    unblock: AtomicU8,
    /// The receiver, which the waiting thread polls, and the transmitter. They are opened by the first call that waits.
    wake_up: OnceCell<(UnixStream, UnixStream)>,
}

impl Interrupter {
    /// Ends a call that waits. Never waits itself.
    pub fn interrupt(&self) {
        self.0.interrupts.fetch_add(1, Ordering::SeqCst);
        self.set(&self.0.interrupt);
    }

    /// Whether both are of one session.
    pub(crate) fn is_same(&self, other: &Interrupter) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the number of interrupts so far.
    pub(crate) fn interrupts(&self) -> u64 {
        self.0.interrupts.load(Ordering::SeqCst)
    }

    /// Ends a blocking command that waits, with an error. The session runs no further command.
    pub(crate) fn close(&self) {
        self.set(&self.0.closing);
        self.run_on_close();
    }

    /// Sets what to do when the session is to be closed.
    pub(crate) fn on_close(&self, action: Action) {
        *self.0.on_close.lock().unwrap_or_else(PoisonError::into_inner) = Some(action);
        if self.is_closing() {
            self.run_on_close();
        }
    }

    fn run_on_close(&self) {
        // The lock is free again when the action runs.
        let action = self.0.on_close.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(action) = action {
            action();
        }
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.0.closing.load(Ordering::SeqCst)
    }

    /// Notes whether a blocking command has begun and not ended.
    pub(crate) fn set_blocked(&self, is_blocked: bool) {
        self.0.is_blocked.store(is_blocked, Ordering::SeqCst);
        if !is_blocked {
            self.0.unblock.store(0, Ordering::SeqCst);
        }
    }

    /// Ends the blocking command of the session, with an error or as if its time were up. Returns whether there is one.
    pub(crate) fn unblock(&self, with_error: bool) -> bool {
        let is_blocked = self.0.is_blocked.load(Ordering::SeqCst);
        if is_blocked {
            self.0.unblock.store(if with_error { 2 } else { 1 }, Ordering::SeqCst);
            self.wake();
        }
        is_blocked
    }

    /// Whether the blocking command is to be ended, and if so, whether with an error.
    pub(crate) fn unblock_requested(&self) -> Option<bool> {
        match self.0.unblock.load(Ordering::SeqCst) {
            0 => None,
            kind => Some(kind == 2),
        }
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

    /// Forgets the requests so far. Those that come later make [`Interrupter::rx`] readable. Check the requests after this call and before waiting.
    pub(crate) fn drain(&self) -> Result<(), Error> {
        let mut rx = self.rx()?;
        let mut bytes = [0; 64];
        while matches!(rx.read(&mut bytes), Ok(64)) {}
        fence(Ordering::SeqCst);
        Ok(())
    }

    /// Returns a socket that is readable if a request was made since [`Interrupter::drain`].
    pub(crate) fn rx(&self) -> Result<&UnixStream, Error> {
        let sockets = self.0.wake_up.get_or_try_init(|| -> std::io::Result<(UnixStream, UnixStream)> {
            let (rx, tx) = UnixStream::pair()?;
            rx.set_nonblocking(true)?;
            tx.set_nonblocking(true)?;
            Ok((rx, tx))
        });
        sockets.map(|(rx, _)| rx).map_err(|error| Error::new(Code::Internal, format!("cannot open a pair of sockets: {error}")))
    }

    fn set(&self, signal: &AtomicBool) {
        signal.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Makes the waiting thread look at the signals and at the session.
    pub(crate) fn wake(&self) {
        // Either this thread sees the sockets that the waiting thread opened, or the waiting thread sees the signal.
        fence(Ordering::SeqCst);
        if let Some((_, tx)) = self.0.wake_up.get() {
            // A write fails only if the socket is full of unread bytes. One byte is enough.
            let _ = (&mut &*tx).write(&[0]);
        }
    }
}
