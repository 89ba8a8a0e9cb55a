//! Opens a TLS connection over a connected socket.

use crate::config::{Address, Tls, server_name};
use crate::error::{Code, Error};
use crate::transport::tls::client_config::client_config;
use crate::transport::tls::reasons::reason;
use crate::transport::tls::stream::{Needs, State, TlsStream};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use rustls::client::UnbufferedClientConnection;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

impl TlsStream {
    /// Completes the handshake by the deadline. The error says what failed; nothing of the caller has been sent.
    pub(crate) fn open(socket: &OwnedFd, tls: &Tls, address: &Address, deadline: Option<Instant>) -> Result<TlsStream, Error> {
        let host = match (&tls.server_name, address) {
            (Some(name), _) => name.as_str(),
            (None, Address::Tcp { host, .. }) => host.as_str(),
            (None, Address::Unix { .. }) => "localhost",
        };
        let name = server_name(host).map_err(|what| failed(&format!("{what} that a certificate can have; set tls.server_name")))?;
        let config = client_config(tls).map_err(|what| failed(&what))?;
        let connection = UnbufferedClientConnection::new(config, name).map_err(|error| reason(&error))?;
        let mut state = State::new(connection);
        let outcome = handshake(&mut state, socket, deadline);
        if let Err(error) = outcome {
            state.queue_alert();
            let _ = state.outgoing.send(socket, SendFlags::DONTWAIT);
            return Err(error);
        }
        Ok(TlsStream::new(state))
    }
}

fn handshake(state: &mut State, socket: &OwnedFd, deadline: Option<Instant>) -> Result<(), Error> {
    loop {
        let needs = state.process(&[], |_| Err(failed("the server sent data before a command")))?;
        while !state.outgoing.is_empty() {
            match state.outgoing.send(socket, SendFlags::DONTWAIT) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => wait(socket, PollFlags::OUT, deadline)?,
                Err(error) => return Err(failed(&std::io::Error::from(error).to_string())),
            }
        }
        if needs == Needs::Nothing {
            return Ok(());
        }
        wait(socket, PollFlags::IN, deadline)?;
        match state.incoming.read(socket, RecvFlags::DONTWAIT)? {
            Ok(0) => return Err(failed("the server closed the connection; check that its port expects TLS")),
            Ok(_) | Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(failed(&format!("{}; check that the port expects TLS", std::io::Error::from(error)))),
        }
    }
}

fn wait(socket: &OwnedFd, event: PollFlags, deadline: Option<Instant>) -> Result<(), Error> {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let timeout = left.and_then(|left: Duration| left.try_into().ok());
    match poll(&mut [PollFd::new(socket, event)], timeout.as_ref()) {
        Ok(0) => Err(failed("the server did not reply in time; check that its port expects TLS")),
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(failed(&format!("poll: {error}"))),
    }
}

#[cold]
fn failed(what: &str) -> Error {
    Error::new(Code::Connect, format!("TLS handshake: {what}"))
}
