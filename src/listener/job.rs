//! Commands that the event loop does not run: the program runs them on a thread of its own.

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::session::Session;
use crate::transport::Errand;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// The bytes that are read at once.
const BUFFER: usize = 64 << 10;
/// A job ends after so many bytes of messages. The client takes these first.
const MAX_MESSAGES: usize = 1 << 20;

/// Work that may wait for servers, or for other clients. It ends by itself; it may take as long as a blocking command of a client does.
pub struct Job(Option<Work>, Results);

enum Work {
    /// The commands that a client has sent, and the messages that it receives.
    Session(usize, Box<Session>),
    /// A command without state.
    Command(u64, Cluster, Vec<u8>),
    /// The lookup of a host name. The event loop is told by its socket.
    Errand(Errand),
}

/// What a job, or another thread of the program, tells the listener.
pub(super) enum Message {
    /// Bytes for a client.
    Output {
        client: usize,
        bytes: Vec<u8>,
    },
    /// The client waits for other clients.
    Blocked {
        client: usize,
    },
    /// The session can be used again. `is_lost`: its client must be disconnected. `has_more`: there are more messages.
    Returned {
        client: usize,
        session: Option<Box<Session>>,
        is_lost: bool,
        has_more: bool,
    },
    Executed {
        tag: u64,
        outcome: Result<Reply, Error>,
    },
    /// The listener has to end.
    Stop,
}

/// Where messages go.
#[derive(Clone)]
pub(super) struct Results {
    messages: Sender<Message>,
    /// Wakes the listener.
    wake_up: Arc<UnixStream>,
}

impl Results {
    pub(super) fn new(messages: Sender<Message>, wake_up: UnixStream) -> Results {
        Results { messages, wake_up: Arc::new(wake_up) }
    }

    pub(super) fn send(&self, message: Message) {
        // Fails if the listener has ended, or if it has not yet taken earlier bytes. One is enough.
        let _ = self.messages.send(message);
        let _ = (&*self.wake_up).write(&[0]);
    }
}

impl Job {
    pub(super) fn of_session(client: usize, session: Box<Session>, results: Results) -> Job {
        Job(Some(Work::Session(client, session)), results)
    }

    pub(super) fn of_command(tag: u64, cluster: Cluster, request: Vec<u8>, results: Results) -> Job {
        Job(Some(Work::Command(tag, cluster, request)), results)
    }

    pub(super) fn of_errand(errand: Errand, results: Results) -> Job {
        Job(Some(Work::Errand(errand)), results)
    }

    /// Does the work. May be called on any thread.
    pub fn run(mut self) {
        match self.0.take() {
            Some(Work::Session(client, session)) => SessionWork { client, session: Some(session), results: self.1.clone() }.run(),
            Some(Work::Command(tag, cluster, request)) => {
                let outcome = cluster.execute(&request).map(|replies| replies.extract(1));
                self.1.send(Message::Executed { tag, outcome });
            }
            Some(Work::Errand(errand)) => errand.run(),
            None => {}
        }
    }
}

impl Drop for Job {
    /// The program does not run it: the command fails, or the client is disconnected.
    fn drop(&mut self) {
        match self.0.take() {
            Some(Work::Session(client, _)) => self.1.send(Message::Returned { client, session: None, is_lost: true, has_more: false }),
            Some(Work::Command(tag, ..)) => {
                let error = Error::new(Code::Io, "the listener has no thread for the command; it was not executed");
                self.1.send(Message::Executed { tag, outcome: Err(error) });
            }
            // The lookup fails when it is dropped.
            Some(Work::Errand(_)) | None => {}
        }
    }
}

struct SessionWork {
    client: usize,
    /// `None` once it was returned.
    session: Option<Box<Session>>,
    results: Results,
}

impl SessionWork {
    fn run(mut self) {
        let Some(session) = &mut self.session else { return };
        // Fails after QUIT or a protocol error. The replies before that remain.
        let _ = session.write(&[]);
        let outcome = self.read();
        let session = self.session.take();
        let (is_lost, has_more) = (outcome.is_err(), outcome.unwrap_or(false));
        self.results.send(Message::Returned { client: self.client, session, is_lost, has_more });
    }

    /// Passes the replies on, and the messages that have arrived. Returns whether there are more messages.
    fn read(&mut self) -> Result<bool, Error> {
        let Some(session) = &mut self.session else { return Ok(false) };
        let client = self.client;
        let mut messages = 0;
        loop {
            let bytes = session.unread().to_vec();
            session.consume(bytes.len());
            messages += bytes.len();
            if !bytes.is_empty() {
                self.results.send(Message::Output { client, bytes });
            }
            if session.has_ended() || !session.requires_reader() {
                return Ok(false);
            }
            let timeout = match session.is_blocked() {
                true => {
                    self.results.send(Message::Blocked { client });
                    None
                }
                false if messages > MAX_MESSAGES => return Ok(true),
                false => Some(Duration::ZERO),
            };
            let mut buffer = vec![0; BUFFER];
            let count = session.read(&mut buffer, timeout)?;
            if count == 0 && timeout.is_some() {
                return Ok(false);
            }
            buffer.truncate(count);
            messages += count;
            if count > 0 {
                self.results.send(Message::Output { client, bytes: buffer });
            }
        }
    }
}

impl Drop for SessionWork {
    /// After a panic the client is disconnected.
    fn drop(&mut self) {
        if self.session.is_some() {
            self.results.send(Message::Returned { client: self.client, session: None, is_lost: true, has_more: false });
        }
    }
}
