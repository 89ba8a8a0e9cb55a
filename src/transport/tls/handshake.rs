//! Opens a TLS connection over a connected socket.

use crate::config::{Address, Tls, server_name};
use crate::error::{Code, Error};
use crate::transport::clock::Time;
use crate::transport::deadline::wait_for;
use crate::transport::tls::client_config::client_config;
use crate::transport::tls::reasons::reason;
use crate::transport::tls::stream::{Needs, State, TlsStream};
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use rustls::client::UnbufferedClientConnection;
use std::os::fd::OwnedFd;

impl TlsStream {
    /// Completes the handshake by that time. The error says what failed; nothing of the caller has been sent.
    pub(crate) fn open(socket: &OwnedFd, tls: &Tls, address: &Address, until: Time) -> Result<TlsStream, Error> {
        let mut handshake = Handshake::start(tls, address)?;
        match handshake.advance(socket, until)? {
            true => Ok(TlsStream::new(handshake.0)),
            false => Err(Error::new(Code::Timeout, "TLS handshake: the server did not reply in time; check that its port expects TLS")),
        }
    }
}

/// A handshake that can be continued.
pub(crate) struct Handshake(State);

impl Handshake {
    pub(crate) fn start(tls: &Tls, address: &Address) -> Result<Handshake, Error> {
        let host = match (&tls.server_name, address) {
            (Some(name), _) => name.as_str(),
            (None, Address::Tcp { host, .. }) => host.as_str(),
            (None, Address::Unix { .. } | Address::Service { .. }) => "localhost",
        };
        let name = server_name(host).map_err(|what| failed(&format!("{what} that a certificate can have; set tls.server_name")))?;
        let config = client_config(tls).map_err(|what| failed(&what))?;
        let connection = UnbufferedClientConnection::new(config, name).map_err(|error| reason(&error))?;
        Ok(Handshake(State::new(connection)))
    }

    /// Continues until that time; returns whether the handshake is complete.
    pub(crate) fn advance(&mut self, socket: &OwnedFd, until: Time) -> Result<bool, Error> {
        let outcome = advance(&mut self.0, socket, until);
        if outcome.is_err() {
            self.0.queue_alert();
            let _ = self.0.outgoing.send(socket, SendFlags::DONTWAIT);
        }
        outcome
    }
}

fn advance(state: &mut State, socket: &OwnedFd, until: Time) -> Result<bool, Error> {
    loop {
        let needs = state.process(&[], |_| Err(failed("the server sent data before a command")))?;
        while !state.outgoing.is_empty() {
            match state.outgoing.send(socket, SendFlags::DONTWAIT) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if wait(socket, PollFlags::OUT, until)? => {}
                Err(Errno::AGAIN) => return Ok(false),
                Err(error) => return Err(failed(&std::io::Error::from(error).to_string())),
            }
        }
        if needs == Needs::Nothing {
            return Ok(true);
        }
        if !wait(socket, PollFlags::IN, until)? {
            return Ok(false);
        }
        match state.incoming.read(socket, RecvFlags::DONTWAIT)? {
            Ok(0) => return Err(failed("the server closed the connection; check that its port expects TLS")),
            Ok(_) | Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(failed(&format!("{}; check that the port expects TLS", std::io::Error::from(error)))),
        }
    }
}

/// Waits until the socket is ready; false if it is not by that time.
fn wait(socket: &OwnedFd, event: PollFlags, until: Time) -> Result<bool, Error> {
    loop {
        match wait_for(&[PollFd::new(socket, event)], until) {
            Ok(ready) => return Ok(ready[0]),
            Err(Errno::INTR) => {}
            Err(error) => return Err(failed(&format!("poll: {error}"))),
        }
    }
}

#[cold]
fn failed(what: &str) -> Error {
    Error::new(Code::Connect, format!("TLS handshake: {what}"))
}
