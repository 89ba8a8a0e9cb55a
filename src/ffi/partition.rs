//! The partitioner alone.

use crate::ffi::boundary::bytes;
use crate::partition::partition;
use libc::c_char;

/// The number of the node, from 1, of `masters` that the bytes of `key` hash to: crc32(key) % masters + 1. The key is hashed as it is: hash
/// tags are for `rediscluster_node_for`. ResponsePolicy 0, which is no node, when `masters` is 0 or `key` is NULL with a length. Thread safe.
///
/// # Safety
/// `key` must lead to `key_length` readable bytes, or be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_partition(key: *const c_char, key_length: usize, masters: u32) -> u32 {
    // SAFETY: the caller's promise is the same.
    match unsafe { bytes(key, key_length, "key") } {
        Ok(key) => partition(key, masters),
        Err(_) => 0,
    }
}
