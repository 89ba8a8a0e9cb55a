//! The way from clients to a server, which fails as networks do. It knows nothing of the bytes that it carries, so they may be encrypted.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// What a link does to all of its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFault {
    /// Everything arrives later by this.
    Delay(Duration),
    /// Bytes arrive one by one.
    Drip,
    /// Bytes are held back in both directions, and neither side gets an error. They are delivered when the fault ends.
    BlackHole,
    /// Connections are closed, new ones too.
    Cut,
    /// The open connections are reset. New ones work.
    Reset,
    /// The open connections drop all bytes, also after the fault has ended, and the clients get no error. New ones work.
    HalfOpen,
}

/// A port that leads to a server.
pub struct Link {
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    target: AtomicU16,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    fault: Option<LinkFault>,
    open: Vec<Arc<Ends>>,
    is_closing: bool,
}

struct Ends {
    client: TcpStream,
    server: TcpStream,
    /// The connection to the server is closed, and that to the client stays open.
    is_half_open: AtomicBool,
    is_reset: AtomicBool,
}

impl Link {
    /// A link that leads nowhere yet.
    pub fn new() -> Link {
        let port = super::free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a free port");
        let shared = Arc::new(Shared::default());
        let copy = shared.clone();
        std::thread::spawn(move || accept(&copy, &listener));
        Link { port, shared }
    }

    pub fn lead_to(&self, port: u16) {
        self.shared.target.store(port, Ordering::SeqCst);
    }

    pub fn fail(&self, fault: LinkFault) {
        let mut state = self.shared.state();
        state.fault = Some(fault);
        for ends in &state.open {
            match fault {
                LinkFault::Cut => ends.close(),
                LinkFault::Reset => {
                    ends.is_reset.store(true, Ordering::SeqCst);
                    let _ = rustix::net::sockopt::set_socket_linger(&ends.client, Some(Duration::ZERO));
                    let _ = ends.client.shutdown(Shutdown::Read);
                    let _ = ends.server.shutdown(Shutdown::Both);
                }
                LinkFault::HalfOpen => {
                    ends.is_half_open.store(true, Ordering::SeqCst);
                    let _ = ends.server.shutdown(Shutdown::Both);
                }
                LinkFault::Delay(_) | LinkFault::Drip | LinkFault::BlackHole => {}
            }
        }
        if matches!(fault, LinkFault::Reset | LinkFault::HalfOpen) {
            state.open.clear();
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    pub fn heal(&self) {
        self.shared.state().fault = None;
        self.shared.changed.notify_all();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.is_closing = true;
        state.fault = None;
        state.open.drain(..).for_each(|ends| ends.close());
        drop(state);
        self.shared.changed.notify_all();
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread of a link panicked")
    }

    /// Passes bytes on, as the link does at the moment. Returns whether the connection goes on.
    fn carry(&self, mut bytes: &[u8], mut to: &TcpStream, ends: &Ends) -> bool {
        while !bytes.is_empty() {
            if ends.is_half_open.load(Ordering::SeqCst) {
                return true;
            }
            let mut state = self.state();
            while state.fault == Some(LinkFault::BlackHole) && !ends.is_half_open.load(Ordering::SeqCst) {
                state = self.changed.wait(state).expect("no thread of a link panicked");
            }
            let fault = state.fault;
            drop(state);
            let mut next = bytes.len();
            match fault {
                Some(LinkFault::Delay(time)) => std::thread::sleep(time),
                Some(LinkFault::Drip) => {
                    next = 1;
                    std::thread::sleep(Duration::from_millis(4));
                }
                _ => {}
            }
            if to.write_all(&bytes[..next]).is_err() {
                return ends.is_half_open.load(Ordering::SeqCst);
            }
            bytes = &bytes[next..];
        }
        true
    }
}

impl Ends {
    fn close(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    for client in listener.incoming().flatten() {
        let state = shared.state();
        if state.is_closing {
            return;
        }
        if state.fault != Some(LinkFault::Cut) {
            let copy = shared.clone();
            std::thread::spawn(move || serve(&copy, client));
        }
    }
}

fn serve(shared: &Arc<Shared>, client: TcpStream) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", shared.target.load(Ordering::SeqCst))) else { return };
    let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let ends = Arc::new(Ends { client, server, is_half_open: AtomicBool::new(false), is_reset: AtomicBool::new(false) });
    let mut state = shared.state();
    if state.is_closing || state.fault == Some(LinkFault::Cut) {
        return;
    }
    state.open.push(ends.clone());
    drop(state);
    let (copy, other) = (shared.clone(), ends.clone());
    let replies = std::thread::spawn(move || {
        pump(&copy, &other.server, &other.client, &other);
        if !other.is_half_open.load(Ordering::SeqCst) && !other.is_reset.load(Ordering::SeqCst) {
            other.close();
        }
    });
    pump(shared, &ends.client, &ends.server, &ends);
    if !ends.is_reset.load(Ordering::SeqCst) {
        ends.close();
    }
    let _ = replies.join();
    shared.state().open.retain(|open| !Arc::ptr_eq(open, &ends));
}

fn pump(shared: &Shared, mut from: &TcpStream, to: &TcpStream, ends: &Ends) {
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !shared.carry(&buffer[..count], to, ends) {
            return;
        }
    }
}
