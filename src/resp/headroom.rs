//! Whether there is memory for what a call is about to do, in a process whose address space is limited (`RLIMIT_AS`).
//!
//! The memory for replies of servers is requested so that a failure is an error. Much else is proportional to the request or to these replies, and
//! is made of many small pieces, each of which would end the process if there were no memory for it. So such a call first looks whether there is
//! enough for all of them. Without a limit the kernel never refuses memory, and nothing is looked at.

use crate::error::{Code, Error};
use once_cell::sync::Lazy;
use rustix::process::{Resource, getrlimit};
use std::hint::black_box;

/// For every call, besides what is proportional to its data.
const RESERVE: usize = 512 << 10;
/// For an argument or an element, with what is recorded for it, in a vector that is being doubled.
const PER_ELEMENT: usize = 320;
/// The bytes themselves, in a vector that is being doubled.
const PER_BYTE: usize = 3;

static IS_LIMITED: Lazy<bool> = Lazy::new(|| getrlimit(Resource::As).current.is_some());

/// Whether the address space was limited when this was first asked.
#[inline]
pub(crate) fn is_memory_limited() -> bool {
    *IS_LIMITED
}

/// Fails if there is not enough memory to handle so many bytes in so many elements.
pub(crate) fn check_memory(bytes: usize, elements: usize) -> Result<(), Error> {
    if !is_memory_limited() {
        return Ok(());
    }
    let wanted = RESERVE.saturating_add(bytes.saturating_mul(PER_BYTE)).saturating_add(elements.saturating_mul(PER_ELEMENT));
    let mut scratch: Vec<u8> = Vec::new();
    let outcome = scratch.try_reserve_exact(wanted);
    black_box(&scratch);
    outcome.map_err(|_| Error::new(Code::Memory, format!("not enough memory for {elements} elements of {bytes} bytes (RLIMIT_AS)")))
}

/// The same for a request in RESP, from its length and the number of `$` in it.
pub(crate) fn check_memory_for_request(request: &[u8]) -> Result<(), Error> {
    if !is_memory_limited() {
        return Ok(());
    }
    check_memory(request.len(), memchr::memchr_iter(b'$', request).count())
}
