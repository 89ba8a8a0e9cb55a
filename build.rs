//! Gives the shared library what a linker must be told: its ABI name, and that it stays once it is loaded.

/// Raised whenever a program linked to the library before could misbehave with the library after.
/// `rediscluster_abi_version` answers the same number; `tests/abi` compares the two.
const ABI_VERSION: u32 = 1;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=REDISCLUSTER_ABI_VERSION={ABI_VERSION}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,librediscluster.so.{ABI_VERSION}");
        // A host that unloads the library (PHP does, after each request that used FFI::cdef) would lose the shared handles
        // and leak their sockets.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
