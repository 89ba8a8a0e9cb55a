//! The memory of a large reply that is no longer needed, for the next one. A system gives fresh memory page by page, and that may take as long as
//! reading what comes into it.

use crate::resp::index::Entry;
use std::sync::Mutex;

/// One for the process; what is smaller is had for little, and what is larger is not kept.
static SPARE: Mutex<Option<CachedBuffer>> = Mutex::new(None);
const LEAST: usize = 32 << 10;
const MOST: usize = 1 << 20;

pub(crate) struct CachedBuffer {
    pub bytes: Vec<u8>,
    pub entries: Vec<Entry>,
}

/// Takes it, if there is one. Nobody waits: whoever finds it in use goes without.
pub(crate) fn take() -> Option<CachedBuffer> {
    SPARE.try_lock().ok()?.take()
}

/// Keeps the memory, in place of what was kept before, if it is of a size that is worth it.
pub(crate) fn keep(mut bytes: Vec<u8>, mut entries: Vec<Entry>) {
    let size = bytes.capacity();
    if !(LEAST..=MOST).contains(&size) {
        return;
    }
    bytes.clear();
    entries.clear();
    if entries.capacity() * size_of::<Entry>() > MOST {
        entries = Vec::new();
    }
    if let Ok(mut spare) = SPARE.try_lock() {
        *spare = Some(CachedBuffer { bytes, entries });
    }
}
