//! Sessions: one client of all servers with the state that a connection to one server has, such as MULTI, WATCH, SELECT and SUBSCRIBE.

mod blocked;
mod blocked_wait;
mod blocking;
mod connection;
mod dispatch;
mod identity;
mod interrupt;
mod monitor;
mod pubsub;
mod pubsub_connection;
mod queued;
mod receive;
mod routing;
mod select;
#[allow(clippy::module_inception)]
mod session;
mod shared;
mod socket;
mod state_command;
mod stream;
mod stream_buffer;
mod subscriptions;
mod transaction;

pub use crate::session::interrupt::Interrupter;
pub use crate::session::session::Session;
pub use crate::session::shared::SharedSession;
