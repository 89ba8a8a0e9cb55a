//! Why a reply cannot be read although it is RESP.

use crate::error::{Code, Error};

#[cold]
pub(super) fn too_large(max_size: usize) -> Error {
    Error::new(Code::Protocol, format!("the reply has more than {max_size} bytes (max_reply_size)"))
}

#[cold]
pub(super) fn out_of_memory() -> Error {
    Error::new(Code::Memory, "out of memory for the reply")
}
