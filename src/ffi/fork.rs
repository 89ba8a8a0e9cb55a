//! Notices forks without a system call.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// The forks between the first process that used the library and this one.
static FORKS: AtomicU32 = AtomicU32::new(0);
static WATCH: Once = Once::new();

extern "C" fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// A number that is another one in a forked child than in its parent.
#[inline]
pub(crate) fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Makes [`generation`] count from now on.
pub(crate) fn watch() {
    WATCH.call_once(|| {
        // SAFETY: the handler is async-signal-safe, and the library stays loaded (`-z nodelete`). Without memory for the handler, a child is
        // noticed later.
        unsafe { libc::pthread_atfork(None, None, Some(count_fork)) };
    });
}
