//! Runs commands for programs with an event loop: descriptor, timeout, submit with a tag, process, next. There are no callbacks and no threads, and
//! no call waits for a server.
//!
//! All commands for a server share one connection, whoever submits them: many small requests become one large one.

mod answer;
#[allow(clippy::module_inception)]
mod event_loop;
mod node;
mod rounds;

pub(crate) use crate::event_loop::answer::Answer;
pub(crate) use crate::event_loop::event_loop::{EventLoop, Submitted};
