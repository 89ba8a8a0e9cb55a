//! Sessions: one client of all servers with the state that a connection to one server has, such as MULTI, WATCH, SELECT and SUBSCRIBE.

mod auth;
mod blocked;
mod blocked_wait;
mod blocking;
mod client_reply;
mod clients;
mod connection;
mod dispatch;
mod exec;
mod exec_reply;
mod hello;
mod identity;
mod in_loop;
mod interrupt;
mod monitor;
mod monitor_connection;
mod pubsub;
mod pubsub_connection;
mod queued;
mod receive;
mod replica_wait;
mod reply_mode;
mod routing;
mod select;
mod server_wait;
#[allow(clippy::module_inception)]
mod session;
mod shared;
mod socket;
mod state_command;
mod stream;
mod stream_buffer;
mod subscriptions;
mod transaction;
mod transaction_pipeline;
mod transaction_scripts;

pub use crate::session::interrupt::Interrupter;
pub use crate::session::session::Session;
pub use crate::session::shared::SharedSession;
