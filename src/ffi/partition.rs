//! The partitioner as a function of its own.

use crate::ffi::pointers::bytes;
use crate::partition::partition;
use libc::c_char;

/// Returns the number of the node, 1 to `masters`, that a key belongs to: crc32(key) % masters + 1.
///
/// All bytes of the key are hashed: hash tags are not interpreted, see `rediscluster_node_for` for that. Returns 0, which is no node, if
/// `masters` is 0, or if `key` is NULL and `key_length` is not 0. Thread safe.
///
/// # Safety
/// `key` must point to `key_length` readable bytes, or be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_partition(key: *const c_char, key_length: usize, masters: u32) -> u32 {
    // SAFETY: the caller makes the same promise.
    match unsafe { bytes(key, key_length, "key") } {
        Ok(key) => partition(key, masters),
        Err(_) => 0,
    }
}
