//! The clients that connect, and the end of the listener.

use crate::error::Error;
use crate::listener::client::Client;
use crate::listener::client_socket::ClientSocket;
use crate::listener::counters::ListenerCounters;
use crate::listener::job::{Job, Message, Results};
use crate::listener::listener::{Listener, NEW_CLIENTS, failed};
use crate::listener::listening_socket::ListeningSocket;
use crate::listener::tls::{ListenerTls, TlsStream};
use crate::session::Credentials;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, send, shutdown, sockopt};
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// What a client receives that is too many; the text of one server.
const TOO_MANY: &[u8] = b"-ERR max number of clients reached\r\n";

/// Ends [`Listener::serve`], from any thread.
#[derive(Clone)]
pub struct Stopper(Results);

impl Stopper {
    /// Makes the listener refuse new clients and take no more commands. Clients receive the replies to the commands that have arrived, blocking
    /// commands end as if their clients had left, and `serve` returns once all clients are disconnected.
    pub fn stop(&self) {
        self.0.send(Message::Stop);
    }
}

impl Listener {
    /// Also serves the clients that connect to another socket.
    pub fn add_socket(&mut self, socket: impl Into<OwnedFd>) -> Result<(), Error> {
        let socket = ListeningSocket::new(socket.into()).map_err(failed)?;
        epoll::add(&self.epoll, &socket, EventData::new_u64(NEW_CLIENTS), EventFlags::IN).map_err(failed)?;
        self.sockets.push(socket);
        Ok(())
    }

    /// Sets how many clients may be connected at the same time. Others receive the error of a server with too many clients.
    pub fn set_max_clients(&mut self, max_clients: usize) {
        self.max_clients = max_clients as u64;
    }

    /// Makes all clients use TLS that connect from now on, except those of Unix sockets.
    pub fn set_tls(&mut self, tls: ListenerTls) {
        self.tls = Some(tls);
    }

    /// Sets the user and the password that clients need, in place of those of the configuration.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        self.credentials = Some(Arc::new(credentials));
    }

    /// Returns what ends [`Listener::serve`].
    pub fn stopper(&self) -> Stopper {
        Stopper(self.results.clone())
    }

    /// Returns what the listener counts.
    pub fn counters(&self) -> Arc<ListenerCounters> {
        self.counters.clone()
    }

    pub(super) fn accept(&mut self, buffer: &mut [u8], start: &mut impl FnMut(Job)) {
        for at in 0..self.sockets.len() {
            loop {
                match self.sockets[at].accept() {
                    Ok(socket) => self.admit(at, socket, buffer, start),
                    Err(Errno::AGAIN) => break,
                    Err(Errno::INTR | Errno::CONNABORTED) => {}
                    Err(_) => return self.pause_accepting(),
                }
            }
        }
    }

    /// Adds the client that has connected to a socket, unless there are too many.
    fn admit(&mut self, listening: usize, socket: OwnedFd, buffer: &mut [u8], start: &mut impl FnMut(Job)) {
        match self.sockets[listening].encrypt(self.tls.as_mut()) {
            Ok(tls) if self.counters.connected() < self.max_clients => self.add_client(socket, tls, buffer, start),
            Ok(None) => {
                let _ = send(&socket, TOO_MANY, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
                self.counters.note_rejected();
            }
            // A client with TLS reads nothing before the handshake.
            Ok(Some(_)) | Err(_) => self.counters.note_rejected(),
        }
    }

    fn add_client(&mut self, socket: OwnedFd, tls: Option<TlsStream>, buffer: &mut [u8], start: &mut impl FnMut(Job)) {
        // Replies are small, and the client waits for them. Unix sockets have no such option.
        let _ = sockopt::set_tcp_nodelay(&socket, true);
        let socket = Arc::new(socket);
        let mut session = Box::new(self.cluster.session());
        match &self.credentials {
            Some(credentials) => session.require_credentials(credentials.clone()),
            None => session.require_authentication(),
        }
        // CLIENT KILL by another client.
        let killed = socket.clone();
        session.on_close(move || {
            let _ = shutdown(&killed, Shutdown::Read);
        });
        let number = self.free.pop().unwrap_or_else(|| {
            self.clients.push(None);
            self.clients.len() - 1
        });
        let handle = self.events.handle(session.stateless_handle());
        let mut client = Client::new(ClientSocket::new(socket, tls), number as u64, session, handle);
        client.watch(&self.epoll);
        self.clients[number] = Some(client);
        self.counters.note_accepted();
        // What it has sent already has arrived before what other clients send later.
        self.receive(number, EventFlags::IN, buffer, start);
    }

    fn pause_accepting(&mut self) {
        self.is_accepting = false;
        for socket in &self.sockets {
            let _ = epoll::delete(&self.epoll, socket);
        }
    }

    pub(super) fn accept_again(&mut self) {
        if !self.is_accepting && !self.is_stopping {
            let add = |socket| epoll::add(&self.epoll, socket, EventData::new_u64(NEW_CLIENTS), EventFlags::IN);
            // One that could not be removed is still there.
            self.is_accepting = self.sockets.iter().map(add).all(|added| matches!(added, Ok(()) | Err(Errno::EXIST)));
        }
    }

    /// Takes no more clients and no more commands.
    pub(super) fn stop(&mut self) {
        self.is_stopping = true;
        for socket in self.sockets.drain(..) {
            let _ = epoll::delete(&self.epoll, &socket);
        }
        for number in 0..self.clients.len() {
            if let Some(client) = &mut self.clients[number] {
                client.hang_up();
                self.interrupt_if_left(number);
                self.resumed.push(number);
            }
        }
    }

    /// Whether the listener was stopped and has no more clients.
    pub(super) fn has_ended(&self) -> bool {
        self.is_stopping && self.counters.connected() == 0
    }
}
