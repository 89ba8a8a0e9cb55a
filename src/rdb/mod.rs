//! The payloads of DUMP and RESTORE: values in the format of RDB files.

pub(crate) mod decode;
pub(crate) mod double;
pub(crate) mod encode;
