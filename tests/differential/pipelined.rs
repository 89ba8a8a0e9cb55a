//! Whole sequences in one byte stream: a session, whose input is cut at random, and one server, which gets it in one piece, send the same
//! replies.

use super::compare::same;
use super::comparisons::{Comparison, comparison_of};
use super::generate::Command;
use super::generate::command::Side;
use super::generate::key_names::home;
use super::harness::{Harness, Mismatch};
use super::raw_connection::packed;
use super::refusals;
use super::reply::{Client, OwnedReply};
use super::session_client::SessionClient;
use crate::support::crc32;
use crate::support::random::Random;
use rediscluster::{HashTag, keys_of};
use std::collections::BTreeSet;

/// What one server ignores between two commands.
const IGNORED: &[&[u8]] = &[b"\r\n", b"*0\r\n", b"*-1\r\n", b"\n"];

/// The commands that a transaction divides among nodes.
const DIVIDED: &[&str] = &["mget", "mset", "del", "unlink", "exists", "touch"];

/// What a stream does wrong, to show that the comparison notices it.
#[derive(Clone, Copy, PartialEq)]
pub enum Fault {
    None,
    /// DISCARD executes the transaction.
    DiscardExecutes,
    /// Watched keys are not watched.
    WatchIsForgotten,
    /// Two replies that follow each other have changed places.
    RepliesSwapped,
    /// In EXEC's array the replies of nodes follow each other, not those of commands.
    RepliesByNode,
}

pub struct Pipelined<'h> {
    pub harness: &'h Harness,
    pub session: SessionClient,
    pub fault: Fault,
    /// Whether the keys of a transaction may be on several nodes.
    pub per_node: bool,
}

/// The state of the stream at a command.
#[derive(Default)]
struct Walk {
    in_transaction: bool,
    /// The node of the watched keys or of the transaction.
    bound: Option<usize>,
    has_watched: bool,
}

impl Pipelined<'_> {
    /// Runs a sequence on empty servers; `None` if all replies and the final data are the same.
    pub fn run_sequence(&self, sequence: &[Command]) -> Option<Mismatch> {
        self.end_transaction();
        self.harness.empty(&self.session, sequence);
        let kept = self.comparable(sequence);
        let mut random = Random::from_seed(kept.len() as u64);
        let (mut for_session, mut for_server) = (Vec::new(), Vec::new());
        for &at in &kept {
            if random.below(8) == 0 {
                let ignored = random.pick(IGNORED);
                for_session.extend_from_slice(ignored);
                for_server.extend_from_slice(ignored);
            }
            let faulty = self.spelled_with_fault(&sequence[at]);
            for_session.extend(packed(&faulty.iter().map(Vec::as_slice).collect::<Vec<_>>()));
            let words = sequence[at].spelled(Side::Oracle, 0);
            for_server.extend(packed(&words.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        }
        self.harness.typed.write(&for_server);
        self.session.reseed(u64::from(crc32(&for_session)));
        self.session.write_in_pieces(&for_session);
        let found: Vec<OwnedReply> = kept.iter().map(|_| self.session.receive()).collect();
        let expected: Vec<OwnedReply> = kept.iter().map(|_| self.harness.typed.receive()).collect();
        let found = self.with_fault(found);
        self.end_transaction();
        let mismatch = self.first_difference(sequence, &kept, &found, &expected);
        mismatch.or_else(|| self.harness.difference_of_data().map(|text| Mismatch { at: sequence.len(), text }))
    }

    /// On both sides, whatever the last sequence has left.
    fn end_transaction(&self) {
        for command in [&b"DISCARD"[..], b"UNWATCH"] {
            self.session.run(&[command]);
            self.harness.typed.run(&[command]);
        }
    }

    fn first_difference(&self, sequence: &[Command], kept: &[usize], found: &[OwnedReply], expected: &[OwnedReply]) -> Option<Mismatch> {
        let mut queued: Option<Vec<&str>> = None;
        for ((&at, found), expected) in kept.iter().zip(found).zip(expected) {
            let name = sequence[at].name.as_str();
            let is_queued = *expected == OwnedReply::Status(b"QUEUED".to_vec());
            let is_same = match (name, found, expected) {
                ("exec", OwnedReply::Array(found), OwnedReply::Array(expected)) => {
                    let names = queued.take().unwrap_or_default();
                    found.len() == expected.len()
                        && names.len() == expected.len()
                        && names.iter().zip(found.iter().zip(expected)).all(|(name, (found, expected))| same_reply(name, found, expected))
                }
                _ => same_reply(name, found, expected),
            };
            self.harness.count(&sequence[at], |counts| {
                counts.replies += 1;
                counts.errors += usize::from(expected.is_error());
                counts.across += usize::from(homes(&sequence[at], self.harness.masters.len()).len() > 1);
            });
            match name {
                "multi" => queued = Some(queued.unwrap_or_default()),
                "exec" | "discard" => queued = None,
                name if is_queued => queued.iter_mut().for_each(|names| names.push(name)),
                _ => {}
            }
            if !is_same {
                return Some(Mismatch { at, text: format!("session:    {found}\n   one server: {expected}") });
            }
        }
        None
    }

    /// The indexes of the commands whose replies are defined and that a session does not refuse.
    fn comparable(&self, sequence: &[Command]) -> Vec<usize> {
        let mut walk = Walk::default();
        (0..sequence.len()).filter(|&at| is_defined(&sequence[at]) && self.is_accepted(&sequence[at], &mut walk)).collect()
    }

    fn is_accepted(&self, command: &Command, walk: &mut Walk) -> bool {
        let homes = homes(command, self.harness.masters.len());
        let home = homes.first().copied();
        let fits = |walk: &Walk| self.per_node || home.is_none() || walk.bound.is_none() || walk.bound == home;
        match command.name.as_str() {
            "multi" => !std::mem::replace(&mut walk.in_transaction, true),
            "exec" | "discard" => {
                if walk.in_transaction {
                    *walk = Walk::default();
                }
                true
            }
            "unwatch" if !walk.in_transaction => {
                *walk = Walk::default();
                true
            }
            // The node of watched keys is one.
            "watch" => {
                let is_accepted = !walk.in_transaction && (!walk.has_watched || walk.bound == home);
                if is_accepted {
                    (walk.bound, walk.has_watched) = (home, true);
                }
                is_accepted
            }
            name if walk.in_transaction => {
                let is_divided = self.per_node && DIVIDED.contains(&name);
                let is_accepted = (homes.len() < 2 || is_divided) && fits(walk) && (home.is_some() || is_local(command, self.per_node));
                if is_accepted {
                    walk.bound = walk.bound.or(home);
                }
                is_accepted
            }
            _ => refusals::expected(command, self.harness.masters.len(), true).is_none(),
        }
    }

    fn spelled_with_fault(&self, command: &Command) -> Vec<Vec<u8>> {
        match (self.fault, command.name.as_str()) {
            (Fault::DiscardExecutes, "discard") => vec![b"EXEC".to_vec()],
            (Fault::WatchIsForgotten, "watch") => vec![b"UNWATCH".to_vec()],
            _ => command.spelled(Side::Library, 0),
        }
    }

    fn with_fault(&self, mut replies: Vec<OwnedReply>) -> Vec<OwnedReply> {
        match self.fault {
            Fault::RepliesSwapped if replies.len() > 1 => replies.swap(0, 1),
            Fault::RepliesByNode => {
                for reply in &mut replies {
                    if let OwnedReply::Array(items) = reply
                        && items.len() > 2
                    {
                        items.swap(1, 2);
                    }
                }
            }
            _ => {}
        }
        replies
    }
}

/// The nodes of the keys of a command.
pub fn homes(command: &Command, masters: usize) -> BTreeSet<usize> {
    let words = command.spelled(Side::Library, 0);
    let args: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let named = command.keys().map(|key| super::generate::key_names::NAMES[key].name);
    let known = keys_of(&args).unwrap_or_default();
    let of_words = known.iter().map(|&at| HashTag::Strip.split(args[at]).name);
    named.chain(of_words).map(|key| home(key, masters)).collect()
}

/// Whether the reply to a command does not depend on a random choice or on the order of a hash table, and its effect neither.
pub fn is_defined(command: &Command) -> bool {
    let words = command.spelled(Side::Oracle, 0);
    let is_lex = words.iter().any(|word| word.eq_ignore_ascii_case(b"BYLEX"));
    match comparison_of(&command.name) {
        Comparison::Lex => ["zrange", "zrangestore"].contains(&command.name.as_str()) && !is_lex,
        Comparison::AfterRestore | Comparison::Scan | Comparison::RandomChoice | Comparison::Sorted | Comparison::WithNodeInErrors => false,
        _ => true,
    }
}

/// Whether a command without keys may be in a transaction of any configuration.
fn is_local(command: &Command, per_node: bool) -> bool {
    let is_script = ["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro"].contains(&command.name.as_str());
    let is_simple = ["ping", "echo", "time"].contains(&command.name.as_str()) && !command.corrupted;
    let is_for_all = ["dbsize", "keys", "flushall", "flushdb", "script|exists", "script|load", "lastsave"].contains(&command.name.as_str());
    is_simple || (per_node && is_for_all && !command.corrupted && !is_script)
}

fn same_reply(name: &str, found: &OwnedReply, expected: &OwnedReply) -> bool {
    match (found, expected) {
        (OwnedReply::Status(_), OwnedReply::Status(_)) => found == expected,
        _ => same(comparison_of(name), found, expected),
    }
}
