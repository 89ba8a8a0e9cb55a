//! The private interface of the PHP binding, include/rediscluster_php.h.
//!
//! A call through PHP's FFI and each access to a struct cost more than in other languages. So one call takes a command as `serialize()` or
//! `implode()` wrote it, and fills a struct with a scalar or with text for `unserialize()` or `explode()`.

mod cluster;
mod log;
mod reply;
mod session;
mod version;
