//! The faults: each hits one server, its link, or a Sentinel, and ends.

use crate::servers::{NODES, Servers};
use crate::support::link::LinkFault;
use crate::support::random::Random;
use std::fmt;
use std::time::Duration;

pub struct Fault {
    pub what: &'static str,
    pub node: usize,
    member: usize,
    kind: Kind,
    duration: Duration,
}

enum Kind {
    Link(LinkFault),
    /// The server is killed and started again.
    Kill,
    /// The server is suspended.
    Hang,
    HangSentinel(usize),
    /// Sentinel is told to make the replica the master.
    FailOver,
}

impl Fault {
    pub fn random(random: &mut Random, servers: &Servers) -> Fault {
        let (node, member) = (random.below(NODES), random.below(2));
        let has_sentinels = servers.has_sentinels(node);
        let delay = Duration::from_millis(20 + random.below(180) as u64);
        let (what, kind) = match random.below(15) {
            0..2 => ("delay", Kind::Link(LinkFault::Delay(delay))),
            2..4 => ("drip", Kind::Link(LinkFault::Drip)),
            4..6 => ("black hole", Kind::Link(LinkFault::BlackHole)),
            6..8 => ("cut", Kind::Link(LinkFault::Cut)),
            8..10 => ("reset", Kind::Link(LinkFault::Reset)),
            10..12 => ("half-open", Kind::Link(LinkFault::HalfOpen)),
            12 => ("kill", Kind::Kill),
            13 => ("hang", Kind::Hang),
            _ if has_sentinels && random.below(2) == 0 => ("failover", Kind::FailOver),
            _ => ("hung Sentinel", Kind::HangSentinel(random.below(servers.sentinels.len()))),
        };
        // Some last so long that Sentinel looks for another master.
        let longest = if has_sentinels && random.below(4) == 0 { 4000 } else { 500 };
        let duration = match kind {
            Kind::Link(LinkFault::Reset | LinkFault::HalfOpen) => 50,
            _ => 50 + random.below(longest) as u64,
        };
        Fault { what, node, member, kind, duration: Duration::from_millis(duration) }
    }

    /// Causes the fault, waits, and ends it.
    pub fn run(&self, servers: &mut Servers) {
        let wait = || std::thread::sleep(self.duration);
        let member = &mut servers.nodes[self.node][self.member];
        match self.kind {
            Kind::Link(fault) => {
                member.link.fail(fault);
                wait();
                member.link.heal();
            }
            Kind::Kill => {
                member.server.stop();
                wait();
                member.server.restart();
            }
            Kind::Hang => {
                member.server.hang();
                wait();
                member.server.resume();
            }
            Kind::HangSentinel(number) => {
                servers.sentinels[number].hang();
                wait();
                servers.sentinels[number].resume();
            }
            Kind::FailOver => {
                servers.fail_over(self.node);
                wait();
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of server {} of node_{} for {:?}", self.what, self.member + 1, self.node + 1, self.duration)
    }
}
