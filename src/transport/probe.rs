//! Finds out whether a server replies, without waiting for it: a connection of its own, and a PING or the handshake of TLS.

use crate::config::{Address, Tls};
use crate::transport::clock::{Time, exact_now};
use crate::transport::connect::Connecting;
use crate::transport::deadline::{deadline, wait_for};
use crate::transport::tls::Handshake;
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::io;
use std::os::fd::OwnedFd;

const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";

pub(crate) struct Probe {
    pub began: Time,
    state: State,
}

enum State {
    Connecting(Connecting, Option<Box<Handshake>>),
    Handshaking(OwnedFd, Box<Handshake>),
    /// PING was sent.
    Waiting(OwnedFd),
}

impl Probe {
    pub(crate) fn start(address: &Address, tls: Option<&Tls>) -> io::Result<Probe> {
        let handshake = tls.map(|tls| Handshake::start(tls, address)).transpose().map_err(io::Error::other)?;
        Ok(Probe { began: exact_now(), state: State::Connecting(Connecting::start(address)?, handshake.map(Box::new)) })
    }

    /// Waits for the reply, at most until that time. True: the server has replied. Any reply will do, for example that a password is required.
    pub(crate) fn advance(&mut self, until: Time) -> io::Result<bool> {
        if let State::Connecting(connecting, handshake) = &mut self.state {
            let Some(socket) = connecting.advance(until)? else { return Ok(false) };
            self.state = match handshake.take() {
                Some(handshake) => State::Handshaking(socket, handshake),
                None => {
                    send(&socket, PING, SendFlags::NOSIGNAL)?;
                    State::Waiting(socket)
                }
            };
        }
        if let State::Handshaking(socket, handshake) = &mut self.state {
            return handshake.advance(socket, until).map_err(io::Error::other);
        }
        let State::Waiting(socket) = &self.state else { return Ok(false) };
        loop {
            let mut reply = [0; 64];
            match recv(socket, &mut reply, RecvFlags::DONTWAIT) {
                Ok((0, _)) => return Err(io::Error::other("closed by the server")),
                Ok((count, _)) => return hung_up(&reply[..count]).map_or(Ok(true), |text| Err(io::Error::other(text))),
                Err(Errno::AGAIN) if exact_now() >= until.min(deadline()) => return Ok(false),
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            match wait_for(&[PollFd::new(socket, PollFlags::IN)], until) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// What a server says before it closes a connection that it does not want; `None` if this is something else. It executes no command on such a
/// connection.
pub(crate) fn hung_up(reply: &[u8]) -> Option<String> {
    const REASONS: [&[u8]; 2] = [b"-ERR max number of clients", b"-DENIED "];
    let line = reply.split(|&byte| byte == b'\r').next().unwrap_or_default();
    REASONS.iter().any(|reason| reply.starts_with(reason)).then(|| String::from_utf8_lossy(&line[1..]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    fn probe(listener: &TcpListener) -> Probe {
        Probe::start(&Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() }, None).unwrap()
    }

    #[test]
    fn a_probe_waits_no_longer_than_it_is_told_and_finds_a_reply_later() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut probe = probe(&listener);
        assert!(!probe.advance(0).unwrap());
        assert!(!probe.advance(exact_now() + 1_000_000).unwrap());
        listener.accept().unwrap().0.write_all(b"-NOAUTH Authentication required.\r\n").unwrap();
        assert!(probe.advance(exact_now() + 10_000_000_000).unwrap());
    }

    #[test]
    fn a_server_that_hangs_up_does_not_serve() {
        for reply in ["", "-ERR max number of clients reached\r\n"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut probe = probe(&listener);
            let _ = probe.advance(0);
            listener.accept().unwrap().0.write_all(reply.as_bytes()).unwrap();
            assert!(probe.advance(exact_now() + 10_000_000_000).is_err(), "{reply:?}");
        }
    }
}
