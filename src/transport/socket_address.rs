//! Where to connect to: an address of a host, or the path of a Unix socket. Connects without waiting.

use crate::config::Address;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with, sockopt};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;

pub(crate) enum SocketAddressOrPath {
    Tcp(SocketAddr),
    Unix(SocketAddrUnix),
}

impl SocketAddressOrPath {
    /// The addresses of a server, to be tried in turn. A host name is looked up, which waits for the resolver of the system.
    pub(crate) fn all_of(address: &Address) -> io::Result<Vec<SocketAddressOrPath>> {
        let all: Vec<SocketAddressOrPath> = match address {
            Address::Unix { path } => vec![SocketAddressOrPath::Unix(SocketAddrUnix::new(path.as_str())?)],
            Address::Tcp { host, port } => (host.as_str(), *port).to_socket_addrs()?.map(SocketAddressOrPath::Tcp).collect(),
        };
        match all.is_empty() {
            true => Err(io::Error::new(io::ErrorKind::NotFound, "the host name has no address")),
            false => Ok(all),
        }
    }

    /// Opens a socket and begins to connect it.
    pub(super) fn connect_without_waiting(&self) -> io::Result<OwnedFd> {
        let family = match self {
            SocketAddressOrPath::Tcp(SocketAddr::V4(_)) => AddressFamily::INET,
            SocketAddressOrPath::Tcp(SocketAddr::V6(_)) => AddressFamily::INET6,
            SocketAddressOrPath::Unix(_) => AddressFamily::UNIX,
        };
        let socket = socket_with(family, SocketType::STREAM, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, None)?;
        let outcome = match self {
            SocketAddressOrPath::Tcp(address) => {
                sockopt::set_tcp_nodelay(&socket, true)?;
                sockopt::set_socket_keepalive(&socket, true)?;
                connect(&socket, address)
            }
            SocketAddressOrPath::Unix(path) => connect(&socket, path),
        };
        match outcome {
            Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
            Err(error) => Err(error.into()),
        }
    }
}
