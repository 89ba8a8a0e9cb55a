//! `recover` with a minimum age of 0 while the command runs, at every pair of steps: no acknowledged command is undone, and none is left half done.
//!
//! The command stops at one step. `recover` begins, and stops at one of its own. The command continues to its end, or dies. Then `recover` continues.

use crate::support::data::{Data, DirectConnections};
use crate::support::proxy::{Afterwards, Fault, Gate, Lost, Network};
use crate::support::recover::recover;
use crate::support::{Server, cluster, format_value, name_on, ports, words};
use rediscluster::{Cluster, Error, Reply};
use std::time::Duration;

/// What happens to a command after `recover` has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Continues,
    /// At its next step on this node all of its connections are lost.
    DiesAt(usize),
}

/// What happened to a command.
struct Outcome {
    result: Result<Reply, Error>,
    /// After the `recover` that ran beside it, and another one.
    after: Data,
    command_stopped: bool,
    recover_stopped: bool,
}

struct Setup {
    direct: DirectConnections,
    handle: Cluster,
    command_network: Network,
    recover_network: Network,
    masters: u32,
    _servers: Vec<Server>,
}

fn delayed(node: usize, step: usize) -> Fault {
    Fault { node, step, lost: Lost::Command, afterwards: Afterwards::Delayed }
}

impl Setup {
    fn new(masters: u32) -> Setup {
        let servers = Server::start_many(masters as usize);
        let ports = ports(&servers);
        Setup {
            direct: DirectConnections::to(&servers),
            handle: cluster(&ports, &[]),
            command_network: Network::start(&ports),
            recover_network: Network::start(&ports),
            masters,
            _servers: servers,
        }
    }

    /// Replaces `name@node` by a key on that node.
    fn line(&self, line: &str) -> String {
        let word = |word: &str| match word.split_once('@') {
            Some((name, node)) => name_on(name, node.parse().expect("a node"), self.masters),
            None => word.to_owned(),
        };
        line.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    fn over(&self, network: &Network) -> Cluster {
        // Without role checks, so that the steps are the same in every run.
        cluster(network.ports(), &[r#""read_timeout":60"#, r#""connect_timeout":2"#, r#""refresh_interval":0"#])
    }

    fn data(&mut self, data: &str) -> Data {
        self.direct.restore(&[]);
        for line in data.split("; ").filter(|line| !line.is_empty()) {
            self.handle.command(&words(&self.line(line))).expect("data");
        }
        self.direct.data()
    }

    /// Stops the command before the step of `at`, after the earlier `faults` of its network; then `recover` before the step of `recover_at`.
    fn interleave(&mut self, command: &str, mut faults: Vec<Fault>, at: Fault, recover_at: Fault, then: Then) -> Outcome {
        let command = self.line(command);
        let ((gate, wait), (recover_gate, recover_wait)) = (Gate::new(), Gate::new());
        faults.retain(|fault| *fault != at);
        let mut armed: Vec<_> = faults.into_iter().map(|fault| (fault, None)).collect();
        armed.push((at, Some(wait)));
        self.command_network.arm_all(armed);
        self.recover_network.arm_with(Some(recover_at), Some(recover_wait));
        let (runner, recoverer) = (self.over(&self.command_network), self.over(&self.recover_network));
        let (result, command_stopped, recover_stopped) = std::thread::scope(|scope| {
            let running = scope.spawn(|| {
                let runner = runner;
                runner.command(&words(&command))
            });
            let command_stopped = gate.await_arrival(|| running.is_finished());
            let recovering = scope.spawn(|| {
                let recoverer = recoverer;
                drop(recoverer.recover(Duration::ZERO));
            });
            let recover_stopped = recover_gate.await_arrival(|| recovering.is_finished());
            if let Then::DiesAt(node) = then {
                // The command that waits at the gate has been counted already, so it is sent if it is for this node.
                self.command_network.arm(Some(Fault { node, step: 1, lost: Lost::Command, afterwards: Afterwards::AllUnreachable }));
            }
            gate.open();
            let result = running.join().expect("no panic");
            recover_gate.open();
            recovering.join().expect("no panic");
            (result, command_stopped, recover_stopped)
        });
        self.command_network.settle();
        self.recover_network.settle();
        recover(&self.handle);
        Outcome { result, after: self.direct.data(), command_stopped, recover_stopped }
    }

    /// All pairs of steps. Returns what went wrong.
    fn all_pairs(&mut self, data: &str, command: &str) -> Vec<String> {
        let before = self.data(data);
        let expected = self.handle.command(&words(&self.line(command))).expect("the servers are up");
        let (expected, complete) = (format_value(&expected.root()), self.direct.data());
        let nodes = self.masters as usize;
        let mut faults = Vec::new();
        for then in std::iter::once(Then::Continues).chain((0..nodes).map(Then::DiesAt)) {
            for node in 0..nodes {
                for step in 1.. {
                    let mut command_stopped = false;
                    for recover_node in 0..nodes {
                        for recover_step in 1.. {
                            self.data(data);
                            let (at, recover_at) = (delayed(node, step), delayed(recover_node, recover_step));
                            let outcome = self.interleave(command, Vec::new(), at, recover_at, then);
                            if let Err(what) = check(&outcome, &before, &complete, &expected) {
                                faults.push(format!("{command} at {at:?}, recover at {recover_at:?}, {then:?}: {what}"));
                            }
                            command_stopped |= outcome.command_stopped;
                            if !outcome.recover_stopped || !outcome.command_stopped {
                                break;
                            }
                        }
                    }
                    if !command_stopped {
                        break;
                    }
                }
            }
        }
        faults
    }
}

fn check(outcome: &Outcome, before: &Data, complete: &Data, reply: &str) -> Result<(), String> {
    let (is_before, is_complete) = (outcome.after == *before, outcome.after == *complete);
    match &outcome.result {
        Ok(reply_now) if format_value(&reply_now.root()) != reply => Err(format!("it returns {}", format_value(&reply_now.root()))),
        Ok(_) if !is_complete => Err(format!("it succeeded, but: {:?}", outcome.after)),
        Err(error) if !error.executed() && !is_before => Err(format!("{error}: not executed, but: {:?}", outcome.after)),
        Err(error) if !is_before && !is_complete => Err(format!("{error}: half done: {:?}", outcome.after)),
        _ => Ok(()),
    }
}

fn no_faults(faults: &[String]) {
    assert!(faults.is_empty(), "{} pairs of steps fail:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn recover_never_tears_an_msetnx_that_is_running() {
    no_faults(&Setup::new(2).all_pairs("", "MSETNX a@1 1 b@2 2"));
}

#[test]
fn recover_never_undoes_a_rename_that_succeeds() {
    no_faults(&Setup::new(2).all_pairs("RPUSH src@1 a b; SET dst@2 old", "RENAME src@1 dst@2"));
}

#[test]
fn recover_never_undoes_a_renamenx_that_succeeds() {
    no_faults(&Setup::new(2).all_pairs("RPUSH src@1 a b", "RENAMENX src@1 dst@2"));
}

#[test]
fn recover_never_undoes_an_lmove_that_succeeds() {
    no_faults(&Setup::new(2).all_pairs("RPUSH src@1 a b; RPUSH dst@2 x", "LMOVE src@1 dst@2 LEFT RIGHT"));
}

/// The reply of the last node to store is lost. `recover` sees that all nodes have stored, and stops before it says so. The call dies at any
/// later step.
#[test]
fn an_msetnx_that_lost_a_reply_is_complete_or_undone() {
    let mut setup = Setup::new(3);
    let command = "MSETNX a@1 1 b@2 2 c@3 3";
    let before = setup.data("");
    setup.handle.command(&words(&setup.line(command))).expect("the servers are up");
    let complete = setup.direct.data();
    // HSETNX, HMGET, WATCH, EXISTS, TIME, MULTI, HSET, HDEL, MSET, EXEC.
    let lost = Fault { node: 2, step: 10, lost: Lost::Reply, afterwards: Afterwards::Works };
    let mut faults = Vec::new();
    for recover_node in 0..3 {
        for recover_step in 1.. {
            let mut recover_stopped = false;
            for then in [Then::Continues, Then::DiesAt(0), Then::DiesAt(1), Then::DiesAt(2)] {
                setup.data("");
                let recover_at = delayed(recover_node, recover_step);
                // The next command for the third node asks about the lost reply.
                let outcome = setup.interleave(command, vec![lost], delayed(2, 11), recover_at, then);
                assert!(outcome.command_stopped);
                recover_stopped |= outcome.recover_stopped;
                faults.extend(
                    check(&outcome, &before, &complete, "1").err().map(|what| format!("recover at {recover_at:?}, {then:?}: {what}")),
                );
            }
            if !recover_stopped {
                break;
            }
        }
    }
    no_faults(&faults);
}

/// The server refuses a delivery, because another client has created the destination, and the call dies. A `recover` dies at any step; the next one
/// must not take the refused delivery for one that happened.
#[test]
fn a_value_whose_delivery_was_refused_survives_recovers_that_die() {
    let mut setup = Setup::new(2);
    for (data, command, refusing) in [
        ("RPUSH src@1 a b", "RENAMENX src@1 dst@2", "SET dst@2 x"),
        ("RPUSH src@1 a b", "LMOVE src@1 dst@2 LEFT RIGHT", "SET dst@2 x"),
        ("SADD src@1 a b", "SMOVE src@1 dst@2 a", "SET dst@2 x"),
    ] {
        for node in 0..2 {
            for step in 1.. {
                setup.data(data);
                setup.refuse_delivery(command, refusing);
                let fault = Fault { node, step, lost: Lost::Reply, afterwards: Afterwards::AllUnreachable };
                setup.recover_network.arm(Some(fault));
                drop(setup.over(&setup.recover_network).recover(Duration::ZERO));
                setup.recover_network.settle();
                let died = setup.recover_network.happened();
                recover(&setup.handle);
                let source = setup.line("src@1");
                let elements = setup.direct.data().get(&source).map_or(0, |content| content.elements.len());
                assert_eq!(elements, 2, "{command}, recover died at step {step} of node {node}");
                if !died {
                    break;
                }
            }
        }
    }
}

impl Setup {
    /// Runs a command. Other clients create the destination before the delivery; the reply to that is lost, and the client dies.
    fn refuse_delivery(&mut self, command: &str, refusing: &str) {
        let (command, refusing) = (self.line(command), self.line(refusing));
        // The commands for the target server before the delivery: RENAMENX sends HSET, RESTORE, WATCH, EXISTS, EXISTS; others WATCH and LLEN or SCARD.
        let before = if command.starts_with("RENAMENX") { 5 } else { 2 };
        let (gate, wait) = Gate::new();
        let lost = Fault { node: 1, step: before + 5, lost: Lost::Reply, afterwards: Afterwards::AllUnreachable };
        self.command_network.arm_all(vec![(delayed(1, before + 1), Some(wait)), (lost, None)]);
        std::thread::scope(|scope| {
            let running = scope.spawn(|| drop(self.over(&self.command_network).command(&words(&command))));
            assert!(gate.await_arrival(|| running.is_finished()));
            self.handle.command(&words(&refusing)).expect("the server is up");
            gate.open();
        });
        self.command_network.settle();
        assert!(self.command_network.happened());
    }
}
