//! A proxy between the library and its servers that records which commands are sent in which round.
//!
//! A round is all commands that are sent before any of their replies is waited for. The recorder passes requests on at once and holds their
//! replies back until the client thread is blocked and every byte that it sent has been read. So the rounds do not depend on time: the
//! sockets to the client are Unix sockets, where a byte that was sent can be read at once.

use rustix::event::{PollFd, PollFlags, poll};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::proxy::end_of_value;

/// A command as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Counted from 0.
    pub node: usize,
    pub words: Vec<Vec<u8>>,
}

/// The commands of each round, in the order in which they were received.
pub type Rounds = Vec<Vec<Sent>>;

/// One thread that serves all nodes.
pub struct Recorder {
    folder: tempfile::TempDir,
    nodes: usize,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    recording: Mutex<Option<Recording>>,
    closing: AtomicBool,
}

struct Recording {
    /// Describes the client thread, below /proc.
    client: PathBuf,
    rounds: Rounds,
    /// A command of the last round has been received, and none of its replies has been passed on.
    is_round_open: bool,
    /// When the last bytes came from the client.
    active: Instant,
}

impl Recorder {
    /// Starts before these servers, given by their ports on this machine.
    pub fn start(targets: Vec<u16>) -> Recorder {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bind = |node: usize| {
            let listener = UnixListener::bind(socket(&folder, node)).expect("a free path");
            listener.set_nonblocking(true).expect("a socket");
            listener
        };
        let listeners = (0..targets.len()).map(bind).collect();
        let (nodes, shared) = (targets.len(), Arc::new(Shared::default()));
        let event_loop = EventLoop { targets, listeners, connections: Vec::new(), shared: shared.clone() };
        Recorder { folder, nodes, shared, thread: Some(std::thread::spawn(move || event_loop.run())) }
    }

    /// The configuration of a cluster whose nodes are reached through the recorder. It asks no server for its role.
    pub fn config(&self) -> String {
        let node = |node| format!(r#""node_{}":{{"unix":"{}"}}"#, node + 1, socket(&self.folder, node).display());
        let nodes: Vec<String> = (0..self.nodes).map(node).collect();
        format!(r#"{{"nodes":{{{}}},"refresh_interval":0,"hash_tag":"strip"}}"#, nodes.join(","))
    }

    /// Runs an action of this thread and returns the rounds that it sent.
    pub fn record<T>(&self, action: impl FnOnce() -> T) -> (T, Rounds) {
        let thread = std::fs::read_link("/proc/thread-self").expect("procfs is mounted");
        let client = PathBuf::from("/proc").join(thread);
        let recording = Recording { client, rounds: Vec::new(), is_round_open: false, active: Instant::now() };
        *self.shared.lock() = Some(recording);
        let outcome = action();
        let recording = self.shared.lock().take().expect("it was recording");
        (outcome, recording.rounds)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            panic!("the recorder panicked");
        }
    }
}

fn socket(folder: &tempfile::TempDir, node: usize) -> PathBuf {
    folder.path().join(format!("{node}.sock"))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Option<Recording>> {
        self.recording.lock().expect("no thread panicked with the lock")
    }
}

impl Recording {
    fn add(&mut self, node: usize, words: Vec<Vec<u8>>) {
        if !self.is_round_open {
            self.rounds.push(Vec::new());
            self.is_round_open = true;
        }
        self.rounds.last_mut().expect("the open round").push(Sent { node, words });
    }

    /// Whether the client waits for bytes from a socket; where procfs does not tell, whether it has sent nothing for long.
    fn is_client_blocked(&self) -> bool {
        const SILENCE: Duration = Duration::from_millis(200);
        // `running`, or the number of the system call in which the thread is blocked, and its arguments.
        let Ok(call) = std::fs::read_to_string(self.client.join("syscall")) else { return self.active.elapsed() > SILENCE };
        let number = call.split_whitespace().next().and_then(|number| number.parse::<libc::c_long>().ok());
        number.is_some_and(|number| WAITS.contains(&number))
    }
}

/// The system calls in which the library waits for a server.
#[cfg(target_arch = "x86_64")]
const WAITS: &[libc::c_long] = &[libc::SYS_recvfrom, libc::SYS_ppoll, libc::SYS_poll];
#[cfg(not(target_arch = "x86_64"))]
const WAITS: &[libc::c_long] = &[libc::SYS_recvfrom, libc::SYS_ppoll];

/// A connection of the client, and the one to the server that belongs to it.
struct Connection {
    node: usize,
    client: UnixStream,
    server: TcpStream,
    /// The beginning of a request.
    request: Vec<u8>,
    /// Requests that were received, and are not sent yet.
    to_server: Vec<u8>,
    /// The beginning of a reply.
    reply: Vec<u8>,
    /// The number of requests without a complete reply.
    pending: usize,
    /// Replies that are held back until the round ends.
    held: Vec<u8>,
    /// Replies that are not sent yet.
    to_client: Vec<u8>,
    is_closed: bool,
}

struct EventLoop {
    targets: Vec<u16>,
    listeners: Vec<UnixListener>,
    connections: Vec<Connection>,
    shared: Arc<Shared>,
}

impl EventLoop {
    fn run(mut self) {
        while !self.shared.closing.load(Ordering::Relaxed) {
            // Taken now, so that what follows sees all that was sent before.
            let was_blocked = self.shared.lock().as_ref().is_some_and(Recording::is_client_blocked);
            let is_idle = !self.accept() & !self.read();
            if is_idle && was_blocked {
                self.end_round();
            }
            self.write();
            self.connections.retain(|connection| !connection.is_closed);
            if is_idle {
                self.wait();
            }
        }
    }

    /// Waits for bytes, or until it is time to look at the client again.
    fn wait(&self) {
        let is_waiting = self.shared.lock().as_ref().is_some_and(|recording| recording.is_round_open);
        let timeout = Duration::from_micros(if is_waiting { 200 } else { 5_000 });
        let event = |connection: &Connection| if connection.to_client.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let mut sockets: Vec<PollFd> = self.listeners.iter().map(|listener| PollFd::new(listener, PollFlags::IN)).collect();
        for connection in &self.connections {
            sockets.push(PollFd::new(&connection.client, event(connection)));
            sockets.push(PollFd::new(&connection.server, PollFlags::IN));
        }
        let _ = poll(&mut sockets, timeout.try_into().ok().as_ref());
    }

    /// True if a connection was accepted.
    fn accept(&mut self) -> bool {
        let mut is_new = false;
        for (node, listener) in self.listeners.iter().enumerate() {
            while let Ok((client, _)) = listener.accept() {
                self.connections.push(Connection::new(node, client, self.targets[node]));
                is_new = true;
            }
        }
        is_new
    }

    /// Reads what has come; true if anything has.
    fn read(&mut self) -> bool {
        let mut recording = self.shared.lock();
        let mut is_active = false;
        for connection in &mut self.connections {
            let before = connection.request.len();
            let is_open = read_all(&mut connection.client, &mut connection.request);
            if connection.request.len() > before {
                is_active = true;
                recording.iter_mut().for_each(|recording| recording.active = Instant::now());
            }
            connection.take_requests(|node, words| recording.iter_mut().for_each(|recording| recording.add(node, words.clone())));
            let before = connection.reply.len();
            let is_server_open = read_all(&mut connection.server, &mut connection.reply);
            is_active |= connection.reply.len() > before;
            connection.take_replies();
            if recording.is_none() {
                connection.pass_on();
            }
            connection.is_closed = !is_open || !is_server_open;
        }
        is_active
    }

    /// Passes the replies on if every request was received completely and has a reply.
    fn end_round(&mut self) {
        let mut recording = self.shared.lock();
        let Some(recording) = recording.as_mut() else { return };
        if self.connections.iter().all(|connection| connection.pending == 0 && connection.request.is_empty()) {
            recording.is_round_open = false;
            self.connections.iter_mut().for_each(Connection::pass_on);
        }
    }

    fn write(&mut self) {
        for connection in &mut self.connections {
            connection.is_closed |= !write_all(&mut connection.server, &mut connection.to_server);
            connection.is_closed |= !write_all(&mut connection.client, &mut connection.to_client);
        }
    }
}

impl Connection {
    fn new(node: usize, client: UnixStream, target: u16) -> Connection {
        let server = TcpStream::connect(("127.0.0.1", target)).expect("the server listens");
        server.set_nodelay(true).expect("a TCP socket");
        server.set_nonblocking(true).expect("a TCP socket");
        client.set_nonblocking(true).expect("a socket");
        let [request, to_server, reply, held, to_client] = Default::default();
        Connection { node, client, server, request, to_server, reply, pending: 0, held, to_client, is_closed: false }
    }

    fn take_requests(&mut self, mut record: impl FnMut(usize, &Vec<Vec<u8>>)) {
        let mut at = 0;
        while let Some(end) = end_of_value(&self.request, at).filter(|&end| end > at) {
            record(self.node, &words(&self.request[at..end]));
            self.pending += 1;
            at = end;
        }
        self.to_server.extend(self.request.drain(..at));
    }

    fn take_replies(&mut self) {
        let mut at = 0;
        while let Some(end) = end_of_value(&self.reply, at).filter(|&end| end > at) {
            // A message is not a reply to a request.
            if !self.reply[at..end].starts_with(b"*3\r\n$7\r\nmessage\r\n") {
                self.pending = self.pending.checked_sub(1).expect("a reply belongs to a request");
            }
            at = end;
        }
        self.held.extend(self.reply.drain(..at));
    }

    fn pass_on(&mut self) {
        self.to_client.append(&mut self.held);
    }
}

/// The arguments of a request, an array of strings.
fn words(request: &[u8]) -> Vec<Vec<u8>> {
    let line = |at: usize| at + request[at..].windows(2).position(|pair| pair == b"\r\n").expect("a whole request");
    let number = |from: usize, to: usize| std::str::from_utf8(&request[from + 1..to]).ok().and_then(|text| text.parse::<usize>().ok());
    let mut at = line(0);
    let count = number(0, at).expect("an array");
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        let end = line(at + 2);
        let length = number(at + 2, end).expect("a string");
        words.push(request[end + 2..end + 2 + length].to_vec());
        at = end + 2 + length;
    }
    words
}

/// Reads what is there; false when the stream has ended.
fn read_all(stream: &mut impl Read, bytes: &mut Vec<u8>) -> bool {
    let mut chunk = [0; 64 << 10];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return false,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

/// Writes what is taken; false when the stream has ended.
fn write_all(stream: &mut impl Write, bytes: &mut Vec<u8>) -> bool {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(count) => drop(bytes.drain(..count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    true
}
