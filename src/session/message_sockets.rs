//! The sockets over which the messages of a session arrive, while epoll watches them.

use crate::error::Error;
use crate::session::session::Session;
use rustix::event::PollFlags;
use rustix::event::epoll::{self, EventData, EventFlags};
use std::os::fd::OwnedFd;
use std::sync::Arc;

#[derive(Default)]
pub(crate) struct MessageSockets(Vec<Arc<OwnedFd>>);

impl MessageSockets {
    /// Makes epoll wait for messages, with this data in the events.
    pub(crate) fn watch(&mut self, epoll: &OwnedFd, session: &mut Session, data: u64) -> Result<(), Error> {
        let mut sockets = session.message_sockets()?;
        sockets.push((session.wake_up_socket()?, PollFlags::IN));
        for (socket, events) in sockets {
            let wanted = if events.contains(PollFlags::IN) { EventFlags::IN } else { EventFlags::RDHUP };
            let _ = epoll::add(epoll, &socket, EventData::new_u64(data), wanted);
            self.0.push(socket);
        }
        Ok(())
    }

    pub(crate) fn ignore(&mut self, epoll: &OwnedFd) {
        for socket in self.0.drain(..) {
            let _ = epoll::delete(epoll, &socket);
        }
    }
}
