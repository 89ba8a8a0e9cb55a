//! Waking a session that waits, from another thread.

use crate::error::{Code, Error};
use once_cell::sync::OnceCell;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};

/// Ends a call that waits in [`Session::receive`](crate::Session::receive) or [`Session::read`](crate::Session::read), as if its time were
/// up. When none waits, the next that would wait returns at once. It may be used from any thread.
#[derive(Clone, Default)]
pub struct Interrupter(Arc<Wake>);

#[derive(Default)]
struct Wake {
    raised: AtomicBool,
    /// What a waiting thread looks at, and what is written to wake it; made when first somebody waits.
    ends: OnceCell<(UnixStream, UnixStream)>,
}

impl Interrupter {
    pub fn interrupt(&self) {
        self.0.raised.store(true, Ordering::SeqCst);
        // Either we see the ends that the waiting thread made, or it sees what we raised.
        fence(Ordering::SeqCst);
        if let Some((_, bell)) = self.0.ends.get() {
            // It fails only when many rings were not heard yet, and one is enough.
            let _ = (&mut &*bell).write(&[0]);
        }
    }

    /// What can be read from when somebody interrupts.
    pub(crate) fn ear(&self) -> Result<&UnixStream, Error> {
        let ends = self.0.ends.get_or_try_init(|| -> std::io::Result<(UnixStream, UnixStream)> {
            let (ear, bell) = UnixStream::pair()?;
            ear.set_nonblocking(true)?;
            bell.set_nonblocking(true)?;
            Ok((ear, bell))
        });
        fence(Ordering::SeqCst);
        ends.map(|(ear, _)| ear).map_err(|error| Error::new(Code::Internal, format!("no pair of sockets: {error}")))
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.raised.load(Ordering::SeqCst)
    }

    /// Whether somebody interrupted, which is then settled.
    pub(crate) fn take(&self) -> bool {
        if !self.0.raised.swap(false, Ordering::SeqCst) {
            return false;
        }
        if let Some((ear, _)) = self.0.ends.get() {
            let mut rings = [0; 64];
            while matches!((&mut &*ear).read(&mut rings), Ok(count) if count > 0) {}
        }
        true
    }
}
