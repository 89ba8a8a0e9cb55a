//! The version and the ABI number of the library.

use libc::c_char;

/// The ABI that this header describes. `rediscluster_abi_version` returns that of the loaded library. A program must not use a library with
/// another number: structs, numbers and functions may differ.
pub const REDISCLUSTER_ABI_VERSION: u32 = 1;

/// Returns the version of the loaded library, such as `1.2.3`: NUL-terminated, never to be freed. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Returns the ABI number of the loaded library, which is also the number in its soname. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_abi_version() -> u32 {
    REDISCLUSTER_ABI_VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_and_the_soname_have_the_same_abi_number() {
        assert_eq!(REDISCLUSTER_ABI_VERSION.to_string(), env!("REDISCLUSTER_ABI_VERSION"));
    }
}
