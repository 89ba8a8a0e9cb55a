//! What a connection does with TLS, apart from the paths of plain connections, which must not pay for it.

use crate::error::Error;
use crate::resp::Reader;
use crate::transport::connection::Connection;
use crate::transport::connection_errors::{closed, not_accepted, timed_out};
use crate::transport::deadline::has_deadline;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

impl Connection {
    /// [`Connection::send_part`] with TLS, or for a call that may have a deadline: the limits of the socket are those of the configuration, so such a
    /// call waits by itself.
    #[cold]
    #[inline(never)]
    pub(super) fn send_watched(&self, bytes: &[u8], more: bool, sent: &mut usize) -> Result<(), Error> {
        let flags = if more { SendFlags::MORE } else { SendFlags::empty() };
        let has_deadline = has_deadline();
        match self.socket.send(bytes, if has_deadline { flags | SendFlags::DONTWAIT } else { flags })? {
            Ok(count) if count == bytes.len() => {
                self.statistics.sent(count);
                *sent += count;
                Ok(())
            }
            Err(Errno::AGAIN) if !has_deadline => Err(self.fail(not_accepted())),
            first => self.send_rest(bytes, first, sent),
        }
    }

    /// [`Connection::receive`] with TLS.
    #[cold]
    #[inline(never)]
    pub(super) fn receive_encrypted(&self, reader: &mut Reader, wanted: usize) -> Result<(), Error> {
        match self.socket.recv(reader, RecvFlags::empty())? {
            Ok(0) => return Err(self.fail(closed())),
            Ok(count) => {
                self.statistics.received(count);
                reader.advance(wanted).map_err(|error| self.broken(error))?;
            }
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Err(self.fail(timed_out())),
            Err(error) => return Err(self.lost(error)),
        }
        if reader.complete() < wanted { self.receive_rest(reader, wanted) } else { Ok(()) }
    }

    /// A server that expects TLS closes a connection without it, and sends nothing.
    pub(super) fn with_hint(&self, error: Error) -> Error {
        let hint = if self.socket.is_plain_tcp() { "; check whether the server expects TLS (rediss://)" } else { "" };
        Error::new(error.code(), format!("{}{hint}", error.message()))
    }
}
