//! Which library this is.

use libc::c_char;

/// The version of this header. `rediscluster_version` answers that of the library.
pub const REDISCLUSTER_VERSION: &str = "0.6.0";

/// The ABI of this header. `rediscluster_abi_version` answers that of the library; a program must not use a library with another one.
pub const REDISCLUSTER_ABI_VERSION: u32 = 1;

/// The version of the library: NUL-terminated, never freed. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The ABI of the library, which is also the number in its soname. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_abi_version() -> u32 {
    REDISCLUSTER_ABI_VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_the_package_and_the_soname_agree() {
        assert_eq!(REDISCLUSTER_VERSION, env!("CARGO_PKG_VERSION"));
        assert_eq!(REDISCLUSTER_ABI_VERSION.to_string(), env!("REDISCLUSTER_ABI_VERSION"));
    }
}
