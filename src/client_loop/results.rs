//! What threads have done for the owner of a loop.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

/// What threads have done, and a socket that is readable if there is something.
pub(super) struct Results<T> {
    done: Arc<(Mutex<Vec<T>>, UnixStream)>,
}

impl<T> Clone for Results<T> {
    fn clone(&self) -> Results<T> {
        Results { done: self.done.clone() }
    }
}

impl<T> Results<T> {
    pub(super) fn new(wake_up: UnixStream) -> Results<T> {
        Results { done: Arc::new((Mutex::default(), wake_up)) }
    }

    pub(super) fn push(&self, result: T) {
        self.done.0.lock().unwrap_or_else(PoisonError::into_inner).push(result);
        // Fails if the reader has not yet taken earlier bytes, or has ended. One byte is enough.
        let _ = (&self.done.1).write(&[0]);
    }

    pub(super) fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.done.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
