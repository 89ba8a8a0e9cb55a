//! Finds what interrupted transfers and MSETNX have left on the servers, and ends it.

mod recovery;
mod report;
mod to_key;

pub(crate) use crate::crossnode::recover::recovery::recover;
pub(crate) use crate::crossnode::recover::to_key::recover_to;
