//! A network between the library and real servers that fails at a chosen step.
//!
//! A server executes only complete commands, so a step is one command: either the command is lost before the server, or its reply is lost.
//! Commands that were sent together pass one by one, and each node counts its own steps, so the steps are the same in every run.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is lost together with the connection, or is delayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    Command,
    Reply,
}

/// The state of the network after the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// New connections work.
    Works,
    /// The node is unreachable.
    NodeUnreachable,
    /// All nodes are unreachable. To the servers this looks like a client that died.
    AllUnreachable,
    /// Nothing is lost, but a callback runs first. To the servers this looks like a client that was paused.
    Delayed,
}

/// Runs before the delayed command or reply continues.
pub type Callback = Box<dyn FnOnce() + Send>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 0.
    pub node: usize,
    /// The number of the command for that node, from 1.
    pub step: usize,
    pub lost: Lost,
    pub afterwards: Afterwards,
}

/// One proxy for each of several servers, with one common state.
pub struct Network {
    ports: Vec<u16>,
    state: Arc<Mutex<State>>,
    listeners: Vec<JoinHandle<()>>,
}

/// A place where a command or a reply waits until the test lets it continue.
pub struct Gate {
    arrival: Receiver<()>,
    opening: Sender<()>,
}

impl Gate {
    /// A gate, and the callback for [`Afterwards::Delayed`] that waits at it. If the gate is dropped, the callback waits no longer.
    pub fn new() -> (Gate, Callback) {
        let ((arrived, arrival), (opening, opened)) = (channel(), channel());
        let wait = move || {
            let _ = arrived.send(());
            let _ = opened.recv_timeout(Duration::from_secs(60));
        };
        (Gate { arrival, opening }, Box::new(wait))
    }

    /// Waits until something waits at the gate, or `is_over` returns true. Returns whether something does.
    pub fn await_arrival(&self, is_over: impl Fn() -> bool) -> bool {
        loop {
            match self.arrival.recv_timeout(Duration::from_millis(1)) {
                Ok(()) => return true,
                Err(_) if is_over() => return self.arrival.try_recv().is_ok(),
                Err(_) => {}
            }
        }
    }

    pub fn open(&self) {
        let _ = self.opening.send(());
    }
}

#[derive(Default)]
struct State {
    faults: Vec<(Fault, Option<Callback>)>,
    happened: bool,
    /// The number of commands that each node has received.
    steps: Vec<usize>,
    gone: Vec<bool>,
    /// The open connections: node, client side, server side.
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

    /// Restores the network, counts from 1 again and sets the next fault.
    pub fn arm(&self, fault: Option<Fault>) {
        self.arm_with(fault, None);
    }

    /// Like `arm`, with the callback for [`Afterwards::Delayed`].
    pub fn arm_with(&self, fault: Option<Fault>, callback: Option<Callback>) {
        self.arm_all(fault.map(|fault| (fault, callback)).into_iter().collect());
    }

    /// Sets several faults, of which at most one is for each step of a node.
    pub fn arm_all(&self, faults: Vec<(Fault, Option<Callback>)>) {
        let mut state = lock(&self.state);
        state.steps.fill(0);
        state.gone.fill(false);
        state.happened = false;
        state.faults = faults;
    }

    pub fn happened(&self) -> bool {
        lock(&self.state).happened
    }

    /// The number of commands that each node has received.
    pub fn steps(&self) -> Vec<usize> {
        lock(&self.state).steps.clone()
    }

    /// Waits, after the client has closed its connections, until the servers have closed them too.
    pub fn settle(&self) {
        for &port in &self.ports {
            // The listener accepts connections in order, so all earlier ones are accepted when this one is.
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

/// What happens to a command.
enum Fate {
    Passes,
    IsLost,
    ReplyIsLost(Fault),
    IsDelayed(Option<Callback>),
    ReplyIsDelayed(Option<Callback>),
}

impl State {
    fn next(&mut self, node: usize) -> Fate {
        self.steps[node] += 1;
        if self.gone[node] {
            return Fate::IsLost;
        }
        let step = self.steps[node];
        let Some((fault, callback)) = self.faults.iter_mut().find(|(fault, _)| fault.node == node && fault.step == step) else {
            return Fate::Passes;
        };
        let (fault, callback) = (*fault, callback.take());
        match (fault.lost, fault.afterwards) {
            (Lost::Command, Afterwards::Delayed) => Fate::IsDelayed(callback),
            (Lost::Reply, Afterwards::Delayed) => Fate::ReplyIsDelayed(callback),
            (Lost::Command, _) => {
                self.trigger_fault(fault);
                Fate::IsLost
            }
            (Lost::Reply, _) => Fate::ReplyIsLost(fault),
        }
    }

    fn trigger_fault(&mut self, fault: Fault) {
        self.happened = true;
        for node in 0..self.gone.len() {
            self.gone[node] = match fault.afterwards {
                Afterwards::Works | Afterwards::Delayed => false,
                Afterwards::NodeUnreachable => node == fault.node,
                Afterwards::AllUnreachable => true,
            };
        }
        for (_, client, server) in self.open.iter().filter(|(node, ..)| self.gone[*node]) {
            let _ = client.shutdown(Shutdown::Both);
            // The server executes what it has already received.
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
    let mut received = Vec::new();
    let Some(first) = read_value(client, &mut received, || true) else { return };
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
    let (mut replied, mut command) = (Vec::new(), Some(first));
    while let Some(next) = command {
        if !forward(shared, node, &next, client, &server, &mut replied) {
            break;
        }
        command = read_value(client, &mut received, || true);
    }
    end(client, &server);
}

/// Forwards a command to the server and its reply to the client. Returns false at the end of the connection.
fn forward(
    shared: &Mutex<State>,
    node: usize,
    command: &[u8],
    mut client: &TcpStream,
    mut server: &TcpStream,
    replied: &mut Vec<u8>,
) -> bool {
    let mut fate = lock(shared).next(node);
    match &mut fate {
        Fate::IsLost => return false,
        Fate::IsDelayed(callback) => wait(shared, callback.take()),
        _ => {}
    }
    if server.write_all(command).is_err() {
        return false;
    }
    let Some(reply) = read_value(server, replied, || is_open(client)) else { return false };
    match fate {
        Fate::ReplyIsLost(fault) => {
            lock(shared).trigger_fault(fault);
            return false;
        }
        Fate::ReplyIsDelayed(callback) => wait(shared, callback),
        _ => {}
    }
    client.write_all(&reply).is_ok()
}

/// Runs the callback.
fn wait(shared: &Mutex<State>, callback: Option<Callback>) {
    lock(shared).happened = true;
    callback.into_iter().for_each(|callback| callback());
}

/// Closes both sides; the server side after the server has processed everything.
fn end(client: &TcpStream, mut server: &TcpStream) {
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Write);
    let _ = server.set_read_timeout(Some(Duration::from_secs(10)));
    while matches!(server.read(&mut [0; 4096]), Ok(count) if count > 0) {}
    let _ = server.shutdown(Shutdown::Both);
}

/// Reads the next complete value; `None` at the end of the stream, or when `is_wanted` returns false.
fn read_value(mut stream: &TcpStream, buffer: &mut Vec<u8>, is_wanted: impl Fn() -> bool) -> Option<Vec<u8>> {
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

/// The end of the RESP value that begins at `at`, if it is complete.
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
