//! Runs commands for programs with an event loop: timeout, submit with a tag, flush, process the events of its sockets, next. There are no
//! callbacks, and no call waits for a server. What may wait is for other threads, which [`Threads`] keeps.
//!
//! The commands of all callers for one server share a connection, so that many small requests become one large request.

mod completion;
#[allow(clippy::module_inception)]
mod event_loop;
mod node;
mod rounds;
mod threads;

pub(crate) use crate::event_loop::completion::Completion;
pub(crate) use crate::event_loop::event_loop::{EventLoop, Submitted};
pub(crate) use crate::event_loop::threads::{Start, Threads, Work};
