//! Opens a socket without blocking: all addresses of a name are tried, the next one a moment after the one before (RFC 8305), so that a dead
//! address does not delay the connection to another one.

use crate::config::{Address, Config};
use crate::transport::clock::{NEVER, Time, exact_now};
use crate::transport::deadline::{deadline, wait_for};
use crate::transport::endpoint::{Endpoint, endpoints, is_name};
use crate::transport::name_lookup::NameLookup;
use crate::transport::signals::after_signal;
use rustix::event::{PollFd, PollFlags};
use rustix::io::{Errno, ioctl_fionbio};
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with, sockopt};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

/// How long an attempt has the network for itself before the next address is tried too.
const ATTEMPT_DELAY: Time = 250_000_000;
/// How long to wait before a Unix socket whose queue is full is tried again.
const QUEUE_DELAY: Time = 5_000_000;

/// A socket that is being connected.
pub(crate) struct Connecting {
    /// The lookup of the host name. `None`: the addresses are known.
    lookup: Option<Arc<NameLookup>>,
    untried: VecDeque<Endpoint>,
    attempts: Vec<OwnedFd>,
    /// When the next address is tried.
    next_attempt: Time,
    last_error: io::Error,
}

impl Connecting {
    /// Begins to resolve the name. Nothing is sent yet.
    pub(crate) fn start(address: &Address) -> io::Result<Connecting> {
        match is_name(address) {
            true => Ok(Connecting { lookup: Some(NameLookup::begin(address)?), ..Connecting::to(VecDeque::new()) }),
            false => Ok(Connecting::to(endpoints(address)?)),
        }
    }

    fn to(endpoints: VecDeque<Endpoint>) -> Connecting {
        Connecting { lookup: None, untried: endpoints, attempts: Vec::new(), next_attempt: 0, last_error: no_address() }
    }

    /// Waits for a connection, at most until that time. `None`: there is none yet.
    pub(crate) fn advance(&mut self, until: Time) -> io::Result<Option<OwnedFd>> {
        if !self.wait_for_addresses(until)? {
            return Ok(None);
        }
        loop {
            if let Some(socket) = self.attempt_next()? {
                return Ok(Some(socket));
            }
            let next = if self.untried.is_empty() { NEVER } else { self.next_attempt };
            if let Some(socket) = self.wait(until.min(next))? {
                return Ok(Some(socket));
            }
            if exact_now() >= until.min(deadline()) {
                return Ok(None);
            }
        }
    }

    /// Waits for the lookup of the name; false: it has not ended by that time.
    fn wait_for_addresses(&mut self, until: Time) -> io::Result<bool> {
        while let Some(lookup) = &self.lookup {
            if let Some(outcome) = lookup.outcome() {
                (self.untried, self.lookup) = (outcome?, None);
            } else if exact_now() >= until.min(deadline()) {
                return Ok(false);
            } else {
                match wait_for(&[PollFd::new(lookup.ended(), PollFlags::IN)], until) {
                    Ok(_) => {}
                    Err(Errno::INTR) => after_signal().map_err(io::Error::other)?,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(true)
    }

    fn timed_out(&self) -> io::Error {
        let text = if self.lookup.is_some() { "the lookup of the host name timed out" } else { "timed out" };
        io::Error::new(io::ErrorKind::TimedOut, text)
    }

    /// Tries the next address if it is time for that.
    fn attempt_next(&mut self) -> io::Result<Option<OwnedFd>> {
        while self.attempts.is_empty() || exact_now() >= self.next_attempt {
            let Some(endpoint) = self.untried.pop_front() else { break };
            match begin(&endpoint) {
                Ok((socket, true)) => return Ok(Some(socket)),
                Ok((socket, false)) => {
                    self.attempts.push(socket);
                    self.next_attempt = exact_now().saturating_add(ATTEMPT_DELAY);
                }
                // The queue of a Unix socket is full. It has only one address.
                Err(Errno::AGAIN) if matches!(endpoint, Endpoint::Unix(_)) => {
                    self.untried.push_front(endpoint);
                    self.next_attempt = exact_now().saturating_add(QUEUE_DELAY);
                    return Ok(None);
                }
                Err(error) => self.last_error = error.into(),
            }
        }
        if self.attempts.is_empty() && self.untried.is_empty() {
            return Err(std::mem::replace(&mut self.last_error, io::ErrorKind::NotConnected.into()));
        }
        Ok(None)
    }

    /// Waits for one of the attempts. After a failure the next address is tried at once.
    fn wait(&mut self, until: Time) -> io::Result<Option<OwnedFd>> {
        let sockets: Vec<PollFd> = self.attempts.iter().map(|socket| PollFd::new(socket, PollFlags::OUT)).collect();
        let ready = match wait_for(&sockets, until) {
            Ok(ready) => ready,
            Err(Errno::INTR) => {
                after_signal().map_err(io::Error::other)?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        for at in (0..ready.len()).rev().filter(|&at| ready[at]) {
            let socket = self.attempts.swap_remove(at);
            match sockopt::socket_error(&socket)? {
                Ok(()) => return Ok(Some(socket)),
                Err(error) => {
                    self.last_error = error.into();
                    self.next_attempt = 0;
                }
            }
        }
        Ok(None)
    }
}

pub(super) fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the host name has no address")
}

/// Begins to connect; true: the socket is connected already.
pub(super) fn begin(endpoint: &Endpoint) -> Result<(OwnedFd, bool), Errno> {
    let family = match endpoint {
        Endpoint::Tcp(SocketAddr::V4(_)) => AddressFamily::INET,
        Endpoint::Tcp(SocketAddr::V6(_)) => AddressFamily::INET6,
        Endpoint::Unix(_) => AddressFamily::UNIX,
    };
    let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK, None)?;
    let outcome = match endpoint {
        Endpoint::Tcp(address) => connect(&socket, address),
        Endpoint::Unix(address) => connect(&socket, address),
    };
    match outcome {
        Ok(()) => Ok((socket, true)),
        // After a signal the kernel goes on connecting.
        Err(Errno::INPROGRESS | Errno::INTR) => Ok((socket, false)),
        Err(error) => Err(error),
    }
}

/// Connects until that time at the latest, and sets what the configuration says about sockets. The socket blocks.
pub(crate) fn open_socket(address: &Address, config: &Config, until: Time) -> io::Result<OwnedFd> {
    let mut connecting = Connecting::start(address)?;
    let socket = connecting.advance(until)?.ok_or_else(|| connecting.timed_out())?;
    ioctl_fionbio(&socket, false)?;
    set_options(&socket, address, config)?;
    Ok(socket)
}

/// Sets what the configuration says about sockets.
pub(super) fn set_options(socket: &OwnedFd, address: &Address, config: &Config) -> io::Result<()> {
    if let Address::Tcp { .. } = address {
        sockopt::set_tcp_nodelay(socket, true)?;
        set_keepalive(socket, config.keepalive)?;
        if let Some(time) = config.tcp_user_timeout {
            sockopt::set_tcp_user_timeout(socket, u32::try_from(time.as_millis()).unwrap_or(u32::MAX).max(1))?;
        }
    }
    Ok(())
}

/// The kernel checks three times, at a third of the time each, and then closes the connection.
fn set_keepalive(socket: &OwnedFd, time: Option<Duration>) -> io::Result<()> {
    /// The longest time that the kernel accepts, in seconds.
    const LONGEST: u64 = 32_767;
    let Some(time) = time else { return Ok(()) };
    let in_seconds = |time: Duration| Duration::from_secs(time.as_secs().clamp(1, LONGEST));
    sockopt::set_socket_keepalive(socket, true)?;
    sockopt::set_tcp_keepidle(socket, in_seconds(time))?;
    sockopt::set_tcp_keepintvl(socket, in_seconds(time / 3))?;
    sockopt::set_tcp_keepcnt(socket, 3)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    fn connect_to(addresses: &[SocketAddr], limit: Duration) -> io::Result<Option<SocketAddr>> {
        let mut connecting = Connecting::to(addresses.iter().copied().map(Endpoint::Tcp).collect());
        let socket = connecting.advance(exact_now() + limit.as_nanos() as u64)?;
        Ok(socket.map(|socket| TcpStream::from(socket).peer_addr().unwrap()))
    }

    /// A listener that accepts nothing and whose queue is full, so that the kernel ignores further connections, with those in the queue.
    fn black_hole() -> (OwnedFd, SocketAddr, Vec<OwnedFd>) {
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None).unwrap();
        rustix::net::bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        rustix::net::listen(&socket, 0).unwrap();
        let address = TcpListener::from(socket.try_clone().unwrap()).local_addr().unwrap();
        let queued = (0..4).map(|_| begin(&Endpoint::Tcp(address)).unwrap().0).collect();
        (socket, address, queued)
    }

    #[test]
    fn a_dead_address_does_not_keep_the_next_one_from_being_tried() {
        let (_socket, dead, _queued) = black_hole();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let alive = listener.local_addr().unwrap();
        let began = exact_now();
        assert_eq!(connect_to(&[dead, alive], Duration::from_secs(20)).unwrap(), Some(alive));
        assert!(exact_now() - began < 10_000_000_000, "the first address was awaited to its end");
    }

    #[test]
    fn a_refusing_address_is_followed_by_the_next_one_at_once() {
        let refusing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let alive = listener.local_addr().unwrap();
        assert_eq!(connect_to(&[refusing, alive], Duration::from_secs(20)).unwrap(), Some(alive));
        assert_eq!(connect_to(&[refusing], Duration::from_secs(20)).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn a_connection_that_takes_too_long_is_given_up() {
        let (_socket, dead, _queued) = black_hole();
        assert_eq!(connect_to(&[dead, dead], Duration::from_millis(20)).unwrap(), None);
    }
}
