//! Commands on their way to servers: what one call has for one server makes a lane, and lanes run side by side.

mod blame;
mod commands;
mod exchange;
mod outbox;

pub(crate) use crate::lane::blame::{explain, may_begin_again};
pub(crate) use crate::lane::commands::Lane;
pub(crate) use crate::lane::exchange::exchange;
pub(crate) use crate::lane::outbox::LARGE;
