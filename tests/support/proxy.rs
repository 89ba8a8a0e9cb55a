//! A network between the library and real servers that fails on demand, at a step that is named beforehand.
//!
//! A server carries out whole commands only, so a step is one command: either it never reaches the server, or its reply never comes back.
//! Commands that were sent together pass one by one, and each node counts its own, so the steps are the same in every run although several
//! nodes may be asked at once.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is lost, and with it the connection; or is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Command,
    Reply,
}

/// What the network is like from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// New connections work.
    Works,
    /// The node cannot be reached any more.
    NodeIsGone,
    /// No node can be reached any more; to the servers that is a client that died.
    AllAreGone,
    /// Nothing is lost, but something else happens first: to the servers that is a client that was stopped for a while.
    GoesOnLater,
}

/// What happens first.
pub type Meanwhile = Box<dyn FnOnce() + Send>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 0.
    pub node: usize,
    /// The how-manieth command to that node is hit, from 1.
    pub step: usize,
    pub cut: Cut,
    pub then: Then,
}

/// A proxy before each of several servers. They share their fate.
pub struct Network {
    ports: Vec<u16>,
    state: Arc<Mutex<State>>,
    listeners: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    meanwhile: Option<Meanwhile>,
    happened: bool,
    /// The commands that each node was sent.
    steps: Vec<usize>,
    gone: Vec<bool>,
    /// Both ends of what is open, and its node.
    open: Vec<(usize, TcpStream, TcpStream)>,
    threads: Vec<JoinHandle<()>>,
    closing: bool,
}

impl Network {
    pub fn start(targets: &[u16]) -> Network {
        let state = Arc::new(Mutex::new(State { steps: vec![0; targets.len()], gone: vec![false; targets.len()], ..State::default() }));
        let mut network = Network { ports: Vec::new(), state, listeners: Vec::new() };
        for (node, &target) in targets.iter().enumerate() {
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            network.ports.push(listener.local_addr().expect("its address").port());
            let state = network.state.clone();
            network.listeners.push(std::thread::spawn(move || accept(&state, &listener, node, target)));
        }
        network
    }

    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// Begins anew: everything works, and counts from 1, until the fault.
    pub fn arm(&self, fault: Option<Fault>) {
        self.arm_with(fault, None);
    }

    /// The same, with what [`Then::GoesOnLater`] waits for.
    pub fn arm_with(&self, fault: Option<Fault>, meanwhile: Option<Meanwhile>) {
        let mut state = lock(&self.state);
        state.steps.fill(0);
        state.gone.fill(false);
        state.happened = false;
        state.fault = fault;
        state.meanwhile = meanwhile;
    }

    pub fn happened(&self) -> bool {
        lock(&self.state).happened
    }

    /// How many commands each node was sent.
    pub fn steps(&self) -> Vec<usize> {
        lock(&self.state).steps.clone()
    }

    /// Waits, after the client has let go of its connections, until the servers have too.
    pub fn settle(&self) {
        for &port in &self.ports {
            // The listener takes connections in order; when it comes to this one it has taken those before.
            let mut last = TcpStream::connect(("127.0.0.1", port)).expect("the proxy listens");
            let _ = last.write_all(b"!").and_then(|()| last.read_exact(&mut [0]));
        }
        let threads = std::mem::take(&mut lock(&self.state).threads);
        threads.into_iter().for_each(|thread| thread.join().expect("a connection that ended"));
        lock(&self.state).open.clear();
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        lock(&self.state).closing = true;
        self.ports.iter().for_each(|&port| drop(TcpStream::connect(("127.0.0.1", port))));
        self.listeners.drain(..).for_each(|thread| drop(thread.join()));
    }
}

/// What becomes of a command.
enum Fate {
    Passes,
    IsLost,
    LosesItsReply,
    IsLate,
    HasALateReply,
}

impl State {
    fn next(&mut self, node: usize) -> Fate {
        self.steps[node] += 1;
        match self.fault {
            _ if self.gone[node] => Fate::IsLost,
            Some(fault) if fault.node == node && fault.step == self.steps[node] => match (fault.cut, fault.then) {
                (Cut::Command, Then::GoesOnLater) => Fate::IsLate,
                (Cut::Reply, Then::GoesOnLater) => Fate::HasALateReply,
                (Cut::Command, _) => {
                    self.strike(fault);
                    Fate::IsLost
                }
                (Cut::Reply, _) => Fate::LosesItsReply,
            },
            _ => Fate::Passes,
        }
    }

    fn strike_now(&mut self) {
        if let Some(fault) = self.fault {
            self.strike(fault);
        }
    }

    fn strike(&mut self, fault: Fault) {
        self.happened = true;
        for node in 0..self.gone.len() {
            self.gone[node] = match fault.then {
                Then::Works | Then::GoesOnLater => false,
                Then::NodeIsGone => node == fault.node,
                Then::AllAreGone => true,
            };
        }
        for (_, client, server) in self.open.iter().filter(|(node, ..)| self.gone[*node]) {
            let _ = client.shutdown(Shutdown::Both);
            // The server carries out what has reached it.
            let _ = server.shutdown(Shutdown::Write);
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no proxy panicked")
}

fn accept(shared: &Arc<Mutex<State>>, listener: &TcpListener, node: usize, target: u16) {
    for client in listener.incoming().flatten() {
        let mut state = lock(shared);
        if state.closing {
            return;
        }
        if !state.gone[node] {
            let copy = shared.clone();
            state.threads.push(std::thread::spawn(move || serve(&copy, node, target, &client)));
        }
    }
}

fn serve(shared: &Mutex<State>, node: usize, target: u16, mut client: &TcpStream) {
    let mut asked = Vec::new();
    let Some(first) = take_value(client, &mut asked, || true) else { return };
    if first == b"!" {
        let _ = client.write_all(b"!");
        return;
    }
    let server = TcpStream::connect(("127.0.0.1", target)).expect("the server listens");
    for stream in [client, &server] {
        stream.set_nodelay(true).expect("a TCP socket");
    }
    server.set_read_timeout(Some(Duration::from_millis(20))).expect("a TCP socket");
    let ends = (node, client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
    lock(shared).open.push(ends);
    let (mut answered, mut command) = (Vec::new(), Some(first));
    while let Some(next) = command {
        if !carry(shared, node, &next, client, &server, &mut answered) {
            break;
        }
        command = take_value(client, &mut asked, || true);
    }
    end(client, &server);
}

/// Carries a command to the server and its reply back. False: that is the end of the connection.
fn carry(
    shared: &Mutex<State>,
    node: usize,
    command: &[u8],
    mut client: &TcpStream,
    mut server: &TcpStream,
    answered: &mut Vec<u8>,
) -> bool {
    let fate = lock(shared).next(node);
    match fate {
        Fate::IsLost => return false,
        Fate::IsLate => wait(shared),
        _ => {}
    }
    if server.write_all(command).is_err() {
        return false;
    }
    let Some(reply) = take_value(server, answered, || is_open(client)) else { return false };
    match fate {
        Fate::LosesItsReply => {
            lock(shared).strike_now();
            return false;
        }
        Fate::HasALateReply => wait(shared),
        _ => {}
    }
    client.write_all(&reply).is_ok()
}

/// Waits while something else happens.
fn wait(shared: &Mutex<State>) {
    let mut state = lock(shared);
    state.happened = true;
    let meanwhile = state.meanwhile.take();
    drop(state);
    meanwhile.into_iter().for_each(|meanwhile| meanwhile());
}

/// Closes both sides, the server's when it has seen to that.
fn end(client: &TcpStream, mut server: &TcpStream) {
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Write);
    let _ = server.set_read_timeout(Some(Duration::from_secs(10)));
    while matches!(server.read(&mut [0; 4096]), Ok(count) if count > 0) {}
    let _ = server.shutdown(Shutdown::Both);
}

/// The next whole value that the stream brings; `None` when it ends, or when nobody wants it any more.
fn take_value(mut stream: &TcpStream, buffer: &mut Vec<u8>, is_wanted: impl Fn() -> bool) -> Option<Vec<u8>> {
    let mut chunk = [0; 16 << 10];
    loop {
        if let Some(end) = end_of_value(buffer, 0) {
            return Some(buffer.drain(..end).collect());
        }
        match stream.read(&mut chunk) {
            Ok(0) => return None,
            Ok(count) => buffer.extend_from_slice(&chunk[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                if !is_wanted() {
                    return None;
                }
            }
            Err(_) => return None,
        }
    }
}

fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).expect("a socket");
    let seen = stream.peek(&mut [0]);
    stream.set_nonblocking(false).expect("a socket");
    matches!(seen, Ok(count) if count > 0) || matches!(seen, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

/// Where the RESP value that begins at `at` ends, if it is all there.
pub fn end_of_value(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) == Some(&b'!') {
        return Some(at + 1);
    }
    let line = at + bytes.get(at..)?.windows(2).position(|pair| pair == b"\r\n")?;
    let number = || std::str::from_utf8(&bytes[at + 1..line]).ok().and_then(|text| text.parse::<i64>().ok()).expect("a length");
    let end = line + 2;
    match bytes[at] {
        b'$' => match usize::try_from(number()) {
            Ok(length) => Some(end + length + 2).filter(|&end| end <= bytes.len()),
            Err(_) => Some(end),
        },
        b'*' => (0..number().max(0)).try_fold(end, |end, _| end_of_value(bytes, end)),
        _ => Some(end),
    }
}
