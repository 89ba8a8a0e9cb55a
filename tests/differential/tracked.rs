//! A session with CLIENT TRACKING, and a client of one server, learn of the same keys that became invalid. Another client of each runs a part
//! of the commands.

use super::compare::same;
use super::comparisons::comparison_of;
use super::generate::Command;
use super::generate::command::{Side, quoted};
use super::generate::key_names::home;
use super::harness::{Harness, Mismatch};
use super::pipelined::{homes, is_defined};
use super::raw_connection::RawConnection;
use super::refusals;
use super::reply::{Client, OwnedReply};
use super::session_client::SessionClient;
use crate::support::crc32;
use rediscluster::HashTag;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// What a session does wrong, to show that the comparison notices it.
#[derive(Clone, Copy, PartialEq)]
pub enum Fault {
    None,
    /// The messages of the second node are lost.
    SecondNodeIsSilent,
    /// CLIENT CACHING has no effect.
    CachingIsForgotten,
    /// What the session writes itself is announced in spite of NOLOOP.
    LoopsBack,
}

/// Names of stored keys; [`ALL`] if all keys became invalid.
type Invalid = BTreeSet<Vec<u8>>;

/// No key has this name.
const ALL: &[u8] = b"(all keys)";

/// A connection on which messages arrive between replies.
pub trait WithMessages: Client {
    fn receive(&self) -> OwnedReply;
    fn send(&self, args: &[&[u8]]);
}

impl WithMessages for RawConnection {
    fn receive(&self) -> OwnedReply {
        RawConnection::receive(self)
    }

    fn send(&self, args: &[&[u8]]) {
        RawConnection::send(self, args);
    }
}

impl WithMessages for SessionClient {
    fn receive(&self) -> OwnedReply {
        SessionClient::receive(self)
    }

    fn send(&self, args: &[&[u8]]) {
        SessionClient::send(self, args);
    }
}

/// A client that tracks, with the messages that it has received.
struct Tracker<C> {
    connection: C,
    invalid: RefCell<Invalid>,
}

impl<C: WithMessages> Tracker<C> {
    fn new(connection: C) -> Tracker<C> {
        Tracker { connection, invalid: RefCell::default() }
    }

    fn take(&self) -> Invalid {
        self.invalid.take()
    }

    fn note(&self, message: &[OwnedReply]) {
        let [OwnedReply::Text(kind), keys] = message else { panic!("an unknown message: {message:?}") };
        assert_eq!(kind, b"invalidate");
        let mut invalid = self.invalid.borrow_mut();
        match keys {
            OwnedReply::Null => {
                invalid.insert(ALL.to_vec());
            }
            // A session announces a key by its stored name and by the name that it has used.
            keys => invalid.extend(keys.items().iter().map(|key| HashTag::Strip.split(key.bytes()).name.to_vec())),
        }
    }
}

impl<C: WithMessages> Client for Tracker<C> {
    fn run(&self, args: &[&[u8]]) -> OwnedReply {
        self.connection.send(args);
        loop {
            match self.connection.receive() {
                OwnedReply::Push(message) => self.note(&message),
                reply => return reply,
            }
        }
    }
}

pub struct Tracked<'h> {
    harness: &'h Harness,
    session: Tracker<SessionClient>,
    plain: Tracker<RawConnection>,
    writer: SessionClient,
    /// Commands of the session without an effect, whose replies follow all messages about earlier commands of any client.
    fences: Vec<[Vec<u8>; 3]>,
    /// The mode that both have accepted.
    is_noloop: Cell<bool>,
    fault: Fault,
}

impl Tracked<'_> {
    pub fn new(harness: &Harness, seed: u64, fault: Fault) -> Tracked<'_> {
        let missing =
            |node| (0..).map(|number| format!("missing{number}").into_bytes()).find(|key| home(key, harness.masters.len()) == node);
        let missing = |node| missing(node).expect("there are many keys");
        // COPY between nodes awaits the messages of both.
        let fences = (1..harness.masters.len()).map(|node| [b"COPY".to_vec(), missing(0), missing(node)]).collect();
        Tracked {
            harness,
            session: Tracker::new(SessionClient::new(&harness.cluster, 3, seed)),
            plain: Tracker::new(harness.connect(3)),
            writer: SessionClient::new(&harness.cluster, 3, seed),
            fences,
            is_noloop: Cell::new(false),
            fault,
        }
    }

    /// Runs a sequence on empty servers; `None` if all replies, the keys that became invalid after each command, and the final data are the same.
    pub fn run_sequence(&self, sequence: &[Command]) -> Option<Mismatch> {
        for tracker in [&self.session as &dyn Client, &self.plain] {
            tracker.run(&[b"CLIENT", b"TRACKING", b"OFF"]);
        }
        self.harness.empty(&self.writer, sequence);
        self.await_messages();
        self.session.take();
        self.plain.take();
        let masters = self.harness.masters.len();
        self.is_noloop.set(false);
        for (at, command) in sequence.iter().enumerate() {
            if !is_defined(command) || has_hidden_keys(command) || refusals::expected(command, masters, true).is_some() {
                continue;
            }
            if let Some(text) = self.step(command) {
                return Some(Mismatch { at, text });
            }
        }
        self.harness.difference_of_data().map(|text| Mismatch { at: sequence.len(), text })
    }

    fn step(&self, command: &Command) -> Option<String> {
        let is_own = is_of_tracker(command);
        let (session, plain): (&dyn Client, &dyn Client) =
            if is_own { (&self.session, &self.plain) } else { (&self.writer, &self.harness.typed) };
        let run = |client: &dyn Client, words: Vec<Vec<u8>>| client.run(&words.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let expected = run(plain, command.spelled(Side::Oracle, 0));
        let found = run(session, self.spelled_with_fault(command));
        let is_across = homes(command, self.harness.masters.len()).len() > 1;
        self.harness.count(command, |counts| {
            counts.replies += 1;
            counts.errors += usize::from(expected.is_error());
            counts.across += usize::from(is_across);
        });
        if !same(comparison_of(&command.name), &found, &expected) && self.fault == Fault::None {
            return Some(format!("session:    {found}\n   one server: {expected}"));
        }
        if command.name == "client|tracking" && !expected.is_error() {
            self.is_noloop.set(command.to_string().contains("NOLOOP"));
        }
        // Another command would end the effect of this one.
        if command.name == "client|caching" {
            return None;
        }
        self.await_messages();
        let (found, expected) = (self.without_lost(self.session.take()), self.plain.take());
        // Commands across nodes use other connections, so the session is not the client that has written.
        let may_loop = self.is_noloop.get() && is_own && is_across;
        let is_same = if may_loop { found.is_superset(&expected) } else { found == expected };
        (!is_same).then(|| format!("invalid in the session: {}\n   on one server:          {}", listed(&found), listed(&expected)))
    }

    /// Receives all messages about the commands so far.
    fn await_messages(&self) {
        for fence in &self.fences {
            self.session.run(&fence.each_ref().map(Vec::as_slice));
        }
        // With BCAST a server sends the messages when it has replied to all commands that it has received.
        self.plain.run(&[b"PING"]);
        self.plain.run(&[b"PING"]);
    }

    fn spelled_with_fault(&self, command: &Command) -> Vec<Vec<u8>> {
        let mut words = command.spelled(Side::Library, 0);
        match (self.fault, command.name.as_str()) {
            (Fault::CachingIsForgotten, "client|caching") => words = vec![b"PING".to_vec()],
            (Fault::LoopsBack, "client|tracking") => words.retain(|word| word != b"NOLOOP"),
            _ => {}
        }
        words
    }

    fn without_lost(&self, mut invalid: Invalid) -> Invalid {
        if self.fault == Fault::SecondNodeIsSilent {
            invalid.retain(|key| key == ALL || home(key, self.harness.masters.len()) != 1);
        }
        invalid
    }
}

/// Whether the client that tracks runs a command. It is the same for every attempt to shorten the sequence.
fn is_of_tracker(command: &Command) -> bool {
    command.name.starts_with("client|") || !crc32(command.to_string().as_bytes()).is_multiple_of(3)
}

/// One server does not see the keys of an XREAD with an unknown option. The session does, because a newer server may know the option.
fn has_hidden_keys(command: &Command) -> bool {
    command.name == "xread" && command.corrupted
}

fn listed(keys: &Invalid) -> String {
    keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(" ")
}
