//! A TLS connection: encrypts what is sent and decrypts what is received, with the results of the system calls of a plain socket.

use crate::error::{Code, Error};
use crate::resp::Reader;
use crate::transport::tls::buffers::{Incoming, Outgoing};
use crate::transport::tls::reasons::reason;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use rustls::client::UnbufferedClientConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus};
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most bytes of a message of TLS itself. Only the client's certificates are longer; a message that does not fit says its length.
const MESSAGE: usize = 4 << 10;

pub(crate) struct TlsStream(Mutex<State>);

pub(super) struct State {
    connection: UnbufferedClientConnection,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    /// Decrypted bytes that no reader was there for.
    held: Vec<u8>,
    /// The server has said that it sends nothing more.
    is_closed: bool,
}

/// What the connection waits for.
#[derive(PartialEq, Eq)]
pub(super) enum Needs {
    /// Bytes of the server: the handshake is not complete.
    Handshake,
    Nothing,
}

impl TlsStream {
    pub(super) fn new(state: State) -> TlsStream {
        TlsStream(Mutex::new(state))
    }

    /// Like send(2). `bytes` begin with those of the last call that were not sent.
    pub(crate) fn send(&self, socket: &OwnedFd, bytes: &[u8], flags: SendFlags) -> Result<Result<usize, Errno>, Error> {
        let state = &mut *self.lock();
        loop {
            if state.outgoing.is_empty() {
                state.process(bytes, |_| Err(unexpected())).map_err(late)?;
            }
            if state.outgoing.is_empty() {
                return Ok(if bytes.is_empty() { Ok(0) } else { Err(Errno::PIPE) });
            }
            match state.outgoing.send(socket, flags) {
                Ok(0) => {}
                sent => return Ok(sent),
            }
        }
    }

    /// Like recv(2) into the reader. After it nothing that can be decrypted is left: the next bytes make the socket readable.
    pub(crate) fn recv(&self, socket: &OwnedFd, reader: &mut Reader, flags: RecvFlags) -> Result<Result<usize, Errno>, Error> {
        let state = &mut *self.lock();
        if !state.held.is_empty() {
            let held = std::mem::take(&mut state.held);
            return reader.append(&held).map(|()| Ok(held.len()));
        }
        state.receive(socket, flags, |bytes| reader.append(bytes)).map_err(late)
    }

    /// Whether [`TlsStream::has_arrived`] has found data that was not taken yet.
    pub(crate) fn holds_data(&self) -> bool {
        !self.lock().held.is_empty()
    }

    /// Whether the next [`TlsStream::recv`] returns at once. Messages of TLS itself make the socket readable, too.
    pub(crate) fn has_arrived(&self, socket: &OwnedFd) -> Result<bool, Error> {
        let state = &mut *self.lock();
        if !state.held.is_empty() {
            return Ok(true);
        }
        let mut held = Vec::new();
        let received = state.receive(socket, RecvFlags::DONTWAIT, |bytes| hold(&mut held, bytes));
        state.held = held;
        Ok(!matches!(received.map_err(late)?, Err(Errno::AGAIN | Errno::INTR)))
    }

    /// Tells the server that the connection ends, if that is possible at once.
    pub(crate) fn close(&self, socket: &OwnedFd) {
        let state = &mut *self.lock();
        if state.outgoing.is_empty() && state.queue_close().is_ok() {
            let _ = state.outgoing.send(socket, SendFlags::DONTWAIT);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(super) fn new(connection: UnbufferedClientConnection) -> State {
        State { connection, incoming: Incoming::default(), outgoing: Outgoing::default(), held: Vec::new(), is_closed: false }
    }

    /// Reads once and gives `take` what can be decrypted. An interrupted call is one that got nothing of that.
    fn receive(
        &mut self,
        socket: &OwnedFd,
        flags: RecvFlags,
        mut take: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Result<usize, Errno>, Error> {
        if self.is_closed {
            return Ok(Ok(0));
        }
        match self.incoming.read(socket, flags)? {
            Ok(0) => return Ok(Ok(0)),
            Err(error) => return Ok(Err(error)),
            Ok(_) => {}
        }
        let mut count = 0;
        self.process(&[], |bytes| {
            count += bytes.len();
            take(bytes)
        })?;
        Ok(if count == 0 && !self.is_closed { Err(Errno::INTR) } else { Ok(count) })
    }

    /// Passes all that can be decrypted to `take`, replies to messages of the TLS protocol, and encrypts the first of `bytes` if the handshake is complete.
    pub(super) fn process(&mut self, bytes: &[u8], mut take: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<Needs, Error> {
        loop {
            let UnbufferedStatus { mut discard, state, .. } = self.connection.process_tls_records(self.incoming.bytes());
            let mut end = None;
            match state.map_err(|error| reason(&error))? {
                ConnectionState::ReadTraffic(mut traffic) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(|error| reason(&error))?;
                        discard += record.discard;
                        take(record.payload)?;
                    }
                }
                ConnectionState::EncodeTlsData(mut data) => {
                    let mut length = MESSAGE;
                    // The first call tells the length of a long message.
                    if let Err(EncodeError::InsufficientSize(InsufficientSizeError { required_size })) = data.encode(&mut []) {
                        length = length.max(required_size);
                    }
                    self.outgoing.push_message(length, |room| data.encode(room).map_err(|error| internal(&error)))?;
                }
                ConnectionState::TransmitTlsData(data) => data.done(),
                ConnectionState::PeerClosed => self.is_closed = true,
                ConnectionState::WriteTraffic(mut traffic) => {
                    self.outgoing.push_records(bytes, |piece, room| traffic.encrypt(piece, room).map_err(|error| not_encrypted(&error)))?;
                    end = Some(Needs::Nothing);
                }
                ConnectionState::Closed => end = Some(Needs::Nothing),
                ConnectionState::BlockedHandshake => end = Some(Needs::Handshake),
                _ => return Err(internal(&"an unknown state of a TLS connection")),
            }
            self.incoming.discard(discard);
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Queues the alert that tells the server why the handshake failed.
    pub(super) fn queue_alert(&mut self) {
        while let ConnectionState::EncodeTlsData(mut data) = match self.connection.process_tls_records(&mut []).state {
            Ok(state) => state,
            Err(_) => return,
        } {
            if self.outgoing.push_message(MESSAGE, |room| data.encode(room).map_err(|error| internal(&error))).is_err() {
                return;
            }
        }
    }

    fn queue_close(&mut self) -> Result<(), Error> {
        let UnbufferedStatus { state, .. } = self.connection.process_tls_records(self.incoming.bytes());
        match state {
            Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                self.outgoing.push_message(MESSAGE, |room| traffic.queue_close_notify(room).map_err(|error| not_encrypted(&error)))
            }
            _ => Err(unexpected()),
        }
    }
}

fn hold(held: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    held.try_reserve(bytes.len()).map_err(|_| Error::new(Code::Memory, "out of memory"))?;
    held.extend_from_slice(bytes);
    Ok(())
}

#[cold]
fn unexpected() -> Error {
    Error::new(Code::Protocol, "the server sent more replies than there were commands")
}

/// A server may report after the handshake that it rejects the client's certificate. It executes nothing then.
#[cold]
fn late(error: Error) -> Error {
    if error.code() == Code::Connect { Error::new(Code::Connect, format!("cannot connect: {}", error.message())) } else { error }
}

#[cold]
fn not_encrypted(error: &EncryptError) -> Error {
    Error::new(Code::Io, format!("connection lost: TLS: {error}"))
}

#[cold]
fn internal(error: &dyn std::fmt::Display) -> Error {
    Error::new(Code::Internal, format!("TLS: {error}"))
}
