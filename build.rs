//! Linker options of the shared library: its ABI number, and that it stays loaded.

/// Incremented whenever a program that was linked to an earlier library could misbehave with this one. It is the number in the soname.
/// The test in src/ffi/version.rs compares it with the number that `rediscluster_abi_version` returns.
const ABI_VERSION: u32 = 1;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=REDISCLUSTER_ABI_VERSION={ABI_VERSION}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,librediscluster.so.{ABI_VERSION}");
        // PHP unloads the library after each request that used FFI::cdef; unloaded, it would lose the shared handles and leak their sockets.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
