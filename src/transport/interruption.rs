//! Ends calls from another thread: their waits end as if a deadline had passed. See [`deadline`](crate::transport::deadline).

use crate::transport::waker::Waker;
use once_cell::sync::OnceCell;
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};

/// Ends calls of the handle that [`Cluster::with_interrupt`](crate::Cluster::with_interrupt) has returned with it. Any thread can use it.
#[derive(Clone)]
pub struct Interrupt(Arc<State>);

struct State {
    /// A forked child has the descriptor of its parent, which it must not wake.
    process: u32,
    is_set: AtomicBool,
    /// Readable once `is_set`. The first wait opens it.
    wake_up: OnceCell<Waker>,
}

impl Interrupt {
    pub(crate) fn new() -> Interrupt {
        Interrupt(Arc::new(State { process: std::process::id(), is_set: AtomicBool::new(false), wake_up: OnceCell::new() }))
    }

    /// Ends the calls that are in progress and all later ones. Never waits itself. Has no effect in a forked child.
    pub fn interrupt(&self) {
        if self.0.process != std::process::id() {
            return;
        }
        self.0.is_set.store(true, Ordering::SeqCst);
        // Either this thread sees the descriptor that a waiting thread has opened, or that thread sees the flag.
        fence(Ordering::SeqCst);
        if let Some(wake_up) = self.0.wake_up.get() {
            wake_up.wake();
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_set.load(Ordering::SeqCst)
    }

    /// A descriptor that is readable after the interruption. Check [`Interrupt::is_set`] after this call and before waiting.
    pub(crate) fn wake_up(&self) -> Result<BorrowedFd<'_>, Errno> {
        let wake_up = self.0.wake_up.get_or_try_init(Waker::new)?;
        fence(Ordering::SeqCst);
        Ok(wake_up.as_fd())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    #[test]
    fn the_descriptor_is_readable_after_an_interruption() {
        let interrupt = Interrupt::new();
        let is_readable = || {
            let mut socket = [PollFd::from_borrowed_fd(interrupt.wake_up().unwrap(), PollFlags::IN)];
            poll(&mut socket, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() == 1
        };
        assert!(!is_readable() && !interrupt.is_set());
        interrupt.clone().interrupt();
        assert!(is_readable() && interrupt.is_set());
    }
}
