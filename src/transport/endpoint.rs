//! The addresses of a server, as the kernel takes them.

use crate::config::Address;
use rustix::net::SocketAddrUnix;
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

/// Where to connect to: an address of a host, or the path of a Unix socket.
#[derive(Clone)]
pub(super) enum Endpoint {
    Tcp(SocketAddr),
    Unix(SocketAddrUnix),
}

/// Whether the address is a name.
pub(super) fn is_name(address: &Address) -> bool {
    matches!(address, Address::Tcp { host, .. } if host.parse::<IpAddr>().is_err())
}

/// The addresses of a server in the order in which they are tried. A host name is looked up, which waits for the resolver of the system.
pub(super) fn endpoints(address: &Address) -> io::Result<VecDeque<Endpoint>> {
    Ok(match address {
        Address::Tcp { host, port } => alternate_families((host.as_str(), *port).to_socket_addrs()?).map(Endpoint::Tcp).collect(),
        Address::Unix { path } => [Endpoint::Unix(SocketAddrUnix::new(path.as_str())?)].into(),
        Address::Service { .. } => return Err(io::Error::new(io::ErrorKind::NotFound, "its master is not known")),
    })
}

/// The addresses in their order, but after each one of one family one of the other, if there is one.
fn alternate_families(addresses: impl Iterator<Item = SocketAddr>) -> impl Iterator<Item = SocketAddr> {
    let all: Vec<SocketAddr> = addresses.collect();
    let first_is_v6 = all.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<SocketAddr>, VecDeque<SocketAddr>) =
        all.into_iter().partition(|one| one.is_ipv6() == first_is_v6);
    std::iter::from_fn(move || {
        let next = first.pop_front().or_else(|| second.pop_front());
        std::mem::swap(&mut first, &mut second);
        next
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn families_alternate_and_keep_their_order() {
        let v4 = |last: u8| SocketAddr::from((Ipv4Addr::new(10, 0, 0, last), 1));
        let v6 = |last: u16| SocketAddr::from((Ipv6Addr::new(1, 0, 0, 0, 0, 0, 0, last), 1));
        let all = [v6(1), v6(2), v4(1), v6(3), v4(2)];
        assert_eq!(alternate_families(all.into_iter()).collect::<Vec<_>>(), [v6(1), v4(1), v6(2), v4(2), v6(3)]);
        assert_eq!(alternate_families([v4(1), v4(2)].into_iter()).collect::<Vec<_>>(), [v4(1), v4(2)]);
    }
}
