//! The payloads of DUMP and RESTORE: values as Redis stores them in RDB files.

pub(crate) mod crc64;
pub(crate) mod decode;
pub(crate) mod double;
pub(crate) mod encode;
