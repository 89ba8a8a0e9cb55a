//! The number of the private interface of the PHP binding.

/// The PHP interface that this header describes. It changes with every change of this header, independently of `REDISCLUSTER_ABI_VERSION`.
/// `rediscluster_php_interface_version` returns that of the loaded library; the PHP binding uses no library with another number.
pub const REDISCLUSTER_PHP_INTERFACE_VERSION: u32 = 1;

/// Returns the number of the PHP interface of the loaded library. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_php_interface_version() -> u32 {
    REDISCLUSTER_PHP_INTERFACE_VERSION
}
