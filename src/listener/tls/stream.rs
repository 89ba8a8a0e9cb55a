//! TLS of a listener's clients, with rustls. The results of the calls are those of the system calls on a plain socket.

use crate::error::{Code, Error};
use crate::listener::tls::ListenerTls;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use rustls::ServerConnection;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;

/// The encrypted bytes that are read at once. With the rest of a record that has arrived before, they decrypt to less than the buffer that is left.
const ENCRYPTED: usize = 20 << 10;

/// The TLS of one client.
pub(crate) struct TlsStream {
    connection: ServerConnection,
    /// The client has said that it sends nothing more.
    has_finished: bool,
}

impl TlsStream {
    pub(crate) fn new(tls: &ListenerTls) -> Result<TlsStream, Error> {
        let connection = ServerConnection::new(tls.server_config()).map_err(|error| Error::new(Code::Internal, format!("TLS: {error}")))?;
        Ok(TlsStream { connection, has_finished: false })
    }

    /// Like recv(2). After it nothing that can be decrypted is left: the next bytes make the socket readable. Messages of TLS itself yield `AGAIN`.
    pub(crate) fn recv(&mut self, socket: &OwnedFd, buffer: &mut [u8]) -> Result<usize, Errno> {
        let (plain, encrypted) = buffer.split_at_mut(buffer.len().saturating_sub(ENCRYPTED));
        let (count, _) = recv(socket, &mut *encrypted, RecvFlags::DONTWAIT)?;
        if count == 0 {
            return Ok(0);
        }
        let outcome = self.decrypt(&encrypted[..count], plain);
        // After an error this is the alert, which says why the connection ends.
        match (outcome, self.flush(socket)) {
            (Err(error), _) | (_, Err(error)) if error != Errno::AGAIN => Err(error),
            (Ok(0), _) if !self.has_finished => Err(Errno::AGAIN),
            (outcome, _) => outcome,
        }
    }

    fn decrypt(&mut self, mut encrypted: &[u8], plain: &mut [u8]) -> Result<usize, Errno> {
        let mut end = 0;
        while !encrypted.is_empty() {
            self.connection.read_tls(&mut encrypted).map_err(|_| Errno::PROTO)?;
            let state = self.connection.process_new_packets().map_err(|_| Errno::PROTO)?;
            self.has_finished |= state.peer_has_closed();
            let room = plain.get_mut(end..end + state.plaintext_bytes_to_read()).ok_or(Errno::PROTO)?;
            self.connection.reader().read_exact(room).map_err(|_| Errno::PROTO)?;
            end += room.len();
        }
        Ok(end)
    }

    /// Like send(2), except that what it has taken may not have been sent: [`TlsStream::has_unsent`].
    pub(crate) fn send(&mut self, socket: &OwnedFd, bytes: &[u8]) -> Result<usize, Errno> {
        self.flush(socket)?;
        let count = self.connection.writer().write(bytes).map_err(|_| Errno::PROTO)?;
        if count == 0 && !bytes.is_empty() {
            return Err(Errno::AGAIN);
        }
        match self.flush(socket) {
            Err(error) if error != Errno::AGAIN => Err(error),
            _ => Ok(count),
        }
    }

    pub(crate) fn has_unsent(&self) -> bool {
        self.connection.wants_write()
    }

    pub(crate) fn has_finished(&self) -> bool {
        self.has_finished
    }

    fn flush(&mut self, socket: &OwnedFd) -> Result<(), Errno> {
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut Sender(socket)) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Errno::from_io_error(&error).unwrap_or(Errno::PIPE)),
            }
        }
        Ok(())
    }

    /// Tells the client that the connection ends, if that is possible at once.
    pub(crate) fn close(&mut self, socket: &OwnedFd) {
        self.connection.send_close_notify();
        let _ = self.flush(socket);
    }
}

struct Sender<'s>(&'s OwnedFd);

impl Write for Sender<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(send(self.0, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
