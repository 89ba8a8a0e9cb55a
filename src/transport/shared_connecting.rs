//! A shared connection that is being made. It never waits: the owner polls the socket and calls [`SharedConnecting::advance`] when it is ready.

use crate::config::{Config, Server};
use crate::error::Error;
use crate::resp::Framer;
use crate::transport::clock::{Time, now, span};
use crate::transport::connect::{begin, no_address, set_options};
use crate::transport::connection_errors::{connect_failed, timed_out};
use crate::transport::endpoint::{Endpoint, endpoints, is_name};
use crate::transport::errand::Errand;
use crate::transport::greeting::{check_first_reply, first_commands};
use crate::transport::resolution::Lookup;
use crate::transport::shared_socket::SharedSocket;
use std::collections::VecDeque;

pub(crate) struct SharedConnecting {
    /// During a lookup, the one that is readable when that has ended.
    socket: SharedSocket,
    /// The lookup of the host name. `None`: the addresses are known.
    lookup: Option<Lookup>,
    /// The addresses to try if this one fails.
    others: VecDeque<Endpoint>,
    /// What is sent first, and how much of it the kernel took. `None`: the connection is not established yet.
    sent: Option<usize>,
    greeting: Vec<u8>,
    /// The number of replies to come.
    missing: usize,
    framer: Framer,
    deadline: Option<Time>,
}

/// How far an attempt has come.
pub(crate) enum Step {
    Waiting,
    /// The socket is another one: the next address is tried.
    OtherSocket,
    Connected,
}

impl SharedConnecting {
    pub(crate) fn begin(server: &Server, config: &Config) -> Result<SharedConnecting, Error> {
        let (socket, others, lookup) = if is_name(&server.address) {
            let (lookup, ended) = Lookup::new(&server.address)?;
            (SharedSocket::new(ended), VecDeque::new(), Some(lookup))
        } else {
            let mut addresses = endpoints(&server.address).map_err(|error| connect_failed(&error.to_string()))?;
            (next_socket(&mut addresses, server, config)?, addresses, None)
        };
        let greeting = first_commands(server, config.protocol);
        Ok(SharedConnecting {
            socket,
            lookup,
            others,
            sent: None,
            missing: greeting.len(),
            greeting: greeting.concat(),
            framer: Framer::with_max_depth(config.max_reply_depth),
            deadline: config.connect_timeout.map(|timeout| now().saturating_add(span(timeout))),
        })
    }

    /// The lookup of the host name, which another thread has to run.
    pub(crate) fn take_errand(&mut self) -> Option<Errand> {
        self.lookup.as_mut().and_then(|lookup| lookup.errand.take())
    }

    pub(crate) fn socket(&self) -> &SharedSocket {
        &self.socket
    }

    pub(crate) fn into_socket(self) -> SharedSocket {
        self.socket
    }

    /// When the attempt takes too long.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.deadline
    }

    /// The error if the attempt takes too long.
    pub(crate) fn timed_out(&self) -> Error {
        match self.sent {
            None if self.lookup.is_some() => connect_failed("the lookup of the host name timed out"),
            None => connect_failed("connection timed out"),
            Some(_) => connect_failed(timed_out().message()),
        }
    }

    /// Whether the socket has to be writable for the next step; otherwise readable.
    pub(crate) fn awaits_writable(&self) -> bool {
        self.lookup.is_none() && self.sent.is_none_or(|sent| sent < self.greeting.len())
    }

    /// Goes on as far as possible without waiting.
    pub(crate) fn advance(&mut self, server: &Server, config: &Config) -> Result<Step, Error> {
        if let Some(lookup) = &self.lookup {
            let Some(addresses) = lookup.outcome()? else { return Ok(Step::Waiting) };
            (self.others, self.lookup) = (addresses, None);
            self.socket = next_socket(&mut self.others, server, config)?;
            return Ok(Step::OtherSocket);
        }
        if self.sent.is_none() {
            if let Err(error) = self.socket.connect_outcome() {
                if self.others.is_empty() {
                    return Err(error);
                }
                self.socket = next_socket(&mut self.others, server, config)?;
                return Ok(Step::OtherSocket);
            }
            self.sent = Some(0);
        }
        if let Some(sent) = self.sent.as_mut().filter(|sent| **sent < self.greeting.len()) {
            *sent += self.socket.send(&self.greeting[*sent..]).map_err(|error| connect_failed(error.message()))?;
        }
        if self.missing > 0 {
            self.socket.receive(self.framer.reader()).map_err(|error| connect_failed(error.message()))?;
        }
        while self.missing > 0
            && let Some(reply) = self.framer.next_reply()?
        {
            check_first_reply(&reply.root(), config.protocol)?;
            self.missing -= 1;
        }
        Ok(if self.missing == 0 { Step::Connected } else { Step::Waiting })
    }
}

/// Begins with the next address; skips those that fail at once.
fn next_socket(others: &mut VecDeque<Endpoint>, server: &Server, config: &Config) -> Result<SharedSocket, Error> {
    let mut last = no_address();
    while let Some(endpoint) = others.pop_front() {
        match begin(&endpoint).map_err(Into::into).and_then(|(socket, _)| set_options(&socket, &server.address, config).map(|()| socket)) {
            Ok(socket) => return Ok(SharedSocket::new(socket)),
            Err(error) => last = error,
        }
    }
    Err(connect_failed(&last.to_string()))
}
