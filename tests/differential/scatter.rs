//! Between commands, moves keys back to their places of a previous layout, as if nobody had moved them yet.

use super::generate::Command;
use super::generate::key_names::{NAMES, home};
use super::harness::Harness;
use super::raw_connection::RawConnection;
use super::reply::{Client, OwnedReply};
use crate::support::Server;
use crate::support::random::Random;
use std::cell::RefCell;

/// Connections to three masters. In the previous layout the same servers have another order, so that the place of each key differs.
pub struct Scatter {
    nodes: Vec<RawConnection>,
    random: RefCell<Random>,
}

/// The number of a master in the previous layout, by its number there.
const PREVIOUS: [usize; 3] = [1, 2, 0];

/// The member `previous` of the configuration.
pub fn previous_member(masters: &[Server]) -> String {
    let nodes: Vec<String> = PREVIOUS
        .iter()
        .enumerate()
        .map(|(at, &master)| format!(r#""node_{}":"redis://127.0.0.1:{}""#, at + 1, masters[master].port))
        .collect();
    format!(r#""previous":{{"nodes":{{{}}}}}"#, nodes.join(","))
}

/// Whether a command has the same effect while keys move: its keys have no tags, which are refused, and it does not swap the database whose keys move
/// with another one.
pub fn works_while_keys_move(command: &Command) -> bool {
    !command.name.eq_ignore_ascii_case("swapdb") && command.keys().all(|key| NAMES[key].tag.is_none())
}

impl Scatter {
    pub fn new(masters: &[Server], seed: u64) -> Scatter {
        let nodes = masters.iter().map(|server| RawConnection::connect(server.port)).collect();
        Scatter { nodes, random: RefCell::new(Random::from_seed(seed)) }
    }

    /// Moves some of the keys to their old places. No command is running.
    pub fn scatter(&self) {
        let mut random = self.random.borrow_mut();
        for name in NAMES.iter().filter(|name| name.tag.is_none()).map(|name| name.name) {
            if random.below(2) == 0 {
                continue;
            }
            let at = home(name, self.nodes.len());
            let (new, old) = (&self.nodes[at], &self.nodes[PREVIOUS[at]]);
            new.send_all(&[vec![&b"DUMP"[..], name], vec![b"PEXPIRETIME", name]]);
            let replies = new.receive_many(2);
            if replies[0] == OwnedReply::Nil {
                continue;
            }
            let expires = replies[1].number().unwrap_or(0).max(0).to_string();
            old.send_all(&[vec![&b"RESTORE"[..], name, expires.as_bytes(), replies[0].bytes(), b"REPLACE", b"ABSTTL"]]);
            assert!(!old.receive().is_error());
            new.send_all(&[vec![&b"DEL"[..], name]]);
            new.receive();
        }
    }

    /// Moves all keys to their new places, by a command that changes nothing.
    pub fn gather(&self, harness: &Harness) {
        for name in NAMES.iter().filter(|name| name.tag.is_none()).map(|name| name.name) {
            harness.cluster.run(&[b"TOUCH", name]);
        }
    }
}
