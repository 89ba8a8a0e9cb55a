//! The memory of a freed large reply, kept for the next one. The kernel maps new memory page by page, which can take as long as reading the
//! reply into it.

use crate::resp::index::Entry;
use std::sync::Mutex;

/// One buffer per process. Smaller buffers are cheap to allocate; larger ones would keep too much memory.
static CACHED: Mutex<Option<CachedBuffer>> = Mutex::new(None);
const MIN_SIZE: usize = 32 << 10;
const MAX_SIZE: usize = 1 << 20;

pub(crate) struct CachedBuffer {
    pub bytes: Vec<u8>,
    pub entries: Vec<Entry>,
}

/// Takes the cached buffer, if there is one. Never waits: returns `None` while another thread uses the cache.
pub(crate) fn take() -> Option<CachedBuffer> {
    CACHED.try_lock().ok()?.take()
}

/// Replaces the cached buffer by this one if its size is within the limits.
pub(crate) fn keep(mut bytes: Vec<u8>, mut entries: Vec<Entry>) {
    let size = bytes.capacity();
    if !(MIN_SIZE..=MAX_SIZE).contains(&size) {
        return;
    }
    bytes.clear();
    entries.clear();
    if entries.capacity() * size_of::<Entry>() > MAX_SIZE {
        entries = Vec::new();
    }
    if let Ok(mut cached) = CACHED.try_lock() {
        *cached = Some(CachedBuffer { bytes, entries });
    }
}
