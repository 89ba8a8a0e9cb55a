//! Threads of the library. They run no signal handler of the host.

use crate::error::{Code, Error};
use crate::event_loop::Work;
use std::mem::MaybeUninit;
use std::thread::Builder;

/// Runs some work on a new thread, which runs no signal handler of the process.
///
/// # Errors
///
/// The system has no more threads.
pub fn start(work: Work) -> Result<(), Error> {
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: both sets are written before they are read. The new thread inherits the mask, and this one gets its own back.
    let thread = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        let thread = Builder::new().name("rediscluster".to_owned()).spawn(work);
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut());
        thread
    };
    thread.map(drop).map_err(|error| Error::new(Code::Memory, format!("cannot start a thread: {error}")))
}
