//! Interrupts a command at every step, and compares the data afterwards with that of one plain server before and after the command.

use crate::support::data::{Content, Data, DirectConnections, Dump};
use crate::support::proxy::{Afterwards, Callback, Fault, Lost, Network};
use crate::support::recover::recover;
use crate::support::{Server, cluster, format_value, name_on, ports};
use rediscluster::{Cluster, Error, Reply, pack};
use std::sync::Arc;
use std::time::Duration;

/// No command needs more steps on one node. The limit ends a test that would run forever.
const MANY_STEPS: usize = 500;

/// The states of the network after something was lost.
pub const AFTER_LOSS: [Afterwards; 3] = [Afterwards::Works, Afterwards::NodeUnreachable, Afterwards::AllUnreachable];

/// Several masters over a network that fails, and one plain server that gives the expected replies.
pub struct Harness {
    masters: u32,
    oracle_data: DirectConnections,
    oracle: Cluster,
    node_data: DirectConnections,
    direct_handle: Arc<Cluster>,
    network: Network,
    /// The failures found so far: the first of each script.
    faults: Vec<String>,
    _servers: Vec<Server>,
}

/// The result of a command on one plain server.
struct Expected {
    dumps: Vec<Dump>,
    before: Data,
    after: Data,
    reply: String,
}

/// The result of one attempt.
struct Outcome {
    hit: bool,
    result: Result<Reply, Error>,
    /// The data before and after `recover`.
    before_recover: Data,
    after_recover: Data,
    /// The number of transfers that were recovered.
    recovered: usize,
}

impl Harness {
    pub fn new(masters: u32) -> Harness {
        let mut servers = Server::start_many(masters as usize + 1);
        let plain = servers.split_off(masters as usize);
        let (oracle_data, oracle) = (DirectConnections::to(&plain), cluster(&ports(&plain), &[]));
        let (node_data, direct_handle) = (DirectConnections::to(&servers), Arc::new(cluster(&ports(&servers), &[])));
        let network = Network::start(&ports(&servers));
        servers.extend(plain);
        Harness { masters, oracle_data, oracle, node_data, direct_handle, network, faults: Vec::new(), _servers: servers }
    }

    /// Interrupts a command at every step. A script consists of commands that create the data and, last, the command to interrupt,
    /// separated by `;`. Keys are written `name@node`; a node beyond the last one is the last one.
    pub fn interrupt(&mut self, script: &str) {
        let (data, command) = self.parts(script);
        let faults = self.find_failures(&AFTER_LOSS, script, &data, |cluster| cluster.command(&slices(&command)));
        self.note(&faults);
    }

    /// Pauses the client at every step while another client recovers its command, and then lets it continue.
    pub fn resume_after_recover(&mut self, script: &str) {
        let (data, command) = self.parts(script);
        let faults = self.find_failures(&[Afterwards::Delayed], script, &data, |cluster| cluster.command(&slices(&command)));
        self.note(&faults);
    }

    /// Interrupts `recover` at every step, after the command was interrupted at every step.
    pub fn interrupt_recover(&mut self, script: &str) {
        let (data, command) = self.parts(script);
        let run = |cluster: &Cluster| cluster.command(&slices(&command));
        let expected = self.expected(&data, &run);
        let mut faults = Vec::new();
        let outcome = self.attempt(&expected, None, None, &run);
        faults.extend(self.failure(&expected, &outcome, script, "no fault"));
        // To the servers, a lost command is the same as a lost reply to the command before.
        self.at_every_step(&[Lost::Reply], &[Afterwards::AllUnreachable], |harness, first| {
            let first_attempt = harness.attempt(&expected, Some(first), None, &run);
            if first_attempt.recovered == 0 {
                return first_attempt.hit;
            }
            harness.at_every_step(&[Lost::Reply], &[Afterwards::AllUnreachable], |harness, second| {
                let outcome = harness.attempt(&expected, Some(first), Some(second), &run);
                faults.extend(harness.failure(&expected, &outcome, script, &format!("{first:?} and, while recovering, {second:?}")));
                harness.network.happened()
            });
            true
        });
        self.note(&faults);
    }

    fn note(&mut self, faults: &[String]) {
        self.faults.extend(faults.first().map(|first| format!("{} failures, the first is: {first}", faults.len())));
    }

    fn parts(&self, script: &str) -> (Vec<Vec<Vec<u8>>>, Vec<Vec<u8>>) {
        let mut commands: Vec<Vec<Vec<u8>>> = script.split(';').map(|command| self.words(command.trim())).collect();
        let command = commands.pop().expect("a command");
        (commands, command)
    }

    /// All interruptions that leave invalid data.
    pub fn find_failures(
        &mut self,
        afterwards_cases: &[Afterwards],
        name: &str,
        data: &[Vec<Vec<u8>>],
        run: impl Fn(&Cluster) -> Result<Reply, Error>,
    ) -> Vec<String> {
        let expected = self.expected(data, &run);
        let mut faults = Vec::new();
        let mut attempt = |harness: &mut Harness, fault| {
            let outcome = harness.attempt(&expected, fault, None, &run);
            faults.extend(harness.failure(&expected, &outcome, name, &format!("{fault:?}")));
            outcome.hit
        };
        attempt(self, None);
        self.at_every_step(&[Lost::Command, Lost::Reply], afterwards_cases, |harness, fault| attempt(harness, Some(fault)));
        faults
    }

    /// Tries each fault at each step until a step is never reached.
    fn at_every_step(&mut self, losses: &[Lost], afterwards_cases: &[Afterwards], mut attempt: impl FnMut(&mut Harness, Fault) -> bool) {
        for node in 0..self.masters as usize {
            for step in 1.. {
                assert!(step < MANY_STEPS, "too many steps on node_{}", node + 1);
                let mut hit = false;
                for &lost in losses {
                    for &afterwards in afterwards_cases {
                        hit |= attempt(self, Fault { node, step, lost, afterwards });
                    }
                }
                if !hit {
                    break;
                }
            }
        }
    }

    /// Describes what is wrong with an outcome, if anything is.
    fn failure(&mut self, expected: &Expected, outcome: &Outcome, name: &str, fault: &str) -> Option<String> {
        let what = expected.check(outcome).and_then(|()| self.check_leftovers(outcome.recovered > 0)).err()?;
        Some(format!(
            "{} over {} masters, {fault}: {what}\n  result: {}\n  before: {:#?}\n  before_recover: {:#?}\n  after_recover: {:#?}\n  after: {:#?}",
            &name[..name.len().min(300)],
            self.masters,
            format_result(&outcome.result),
            expected.before,
            outcome.before_recover,
            outcome.after_recover,
            expected.after
        ))
    }

    fn expected(&mut self, data: &[Vec<Vec<u8>>], run: &impl Fn(&Cluster) -> Result<Reply, Error>) -> Expected {
        self.oracle_data.restore(&[]);
        for command in data {
            let request = pack(&slices(command));
            let _: redis::Value = redis::ConnectionLike::req_packed_command(&mut self.oracle_data.0[0], &request).expect("data");
        }
        let (dumps, before) = (self.oracle_data.dumps(), self.oracle_data.data());
        let reply = run(&self.oracle).expect("the plain server replies");
        Expected { dumps, before, after: self.oracle_data.data(), reply: format_value(&reply.root()) }
    }

    /// Runs a command over the network with that fault and recovers. With `while_recovering`, first recovers over the network with that
    /// second fault.
    fn attempt(
        &mut self,
        expected: &Expected,
        fault: Option<Fault>,
        while_recovering: Option<Fault>,
        run: &impl Fn(&Cluster) -> Result<Reply, Error>,
    ) -> Outcome {
        self.node_data.restore(&expected.dumps);
        let direct_handle = self.direct_handle.clone();
        let recovers: Callback = Box::new(move || drop(recover(&direct_handle)));
        self.network.arm_with(fault, Some(recovers));
        let result = run(&self.handle());
        self.network.settle();
        let hit = self.network.happened();
        let before_recover = self.node_data.data();
        if while_recovering.is_some() {
            self.network.arm(while_recovering);
            let _ = self.handle().recover(Duration::ZERO);
            self.network.settle();
        }
        let recovered = recover(&self.direct_handle).len();
        Outcome { hit, result, before_recover, after_recover: self.node_data.data(), recovered }
    }

    /// A handle over the network that fails.
    fn handle(&self) -> Cluster {
        // Without role checks, so that the steps are the same in every run.
        cluster(self.network.ports(), &[r#""read_timeout":2"#, r#""connect_timeout":2"#, r#""refresh_interval":0"#])
    }

    /// No internal key remains, and a second `recover` finds nothing after a first one did.
    fn check_leftovers(&mut self, was_recovered: bool) -> Result<(), String> {
        let hidden = self.node_data.internal_keys();
        if !hidden.is_empty() {
            return Err(format!("recover leaves {hidden:?}"));
        }
        match if was_recovered { recover(&self.direct_handle) } else { Vec::new() } {
            again if again.is_empty() => Ok(()),
            again => Err(format!("a second recover still finds {again:?}")),
        }
    }

    /// Ends a test.
    pub fn faults(self) -> Vec<String> {
        self.faults
    }

    pub fn words(&self, command: &str) -> Vec<Vec<u8>> {
        command.split(' ').map(|word| self.word(word).into_bytes()).collect()
    }

    /// Replaces `name@node` by a key on that node.
    fn word(&self, word: &str) -> String {
        let Some((name, node)) = word.split_once('@') else { return word.to_owned() };
        let (node, rest) = node.split_at(1);
        let node = node.parse::<u32>().expect("a node").min(self.masters);
        name_on(&format!("{name}:"), node, self.masters) + rest
    }
}

impl Expected {
    fn check(&self, outcome: &Outcome) -> Result<(), String> {
        // While a command runs, each key has its old or its new value, and nothing in between.
        let keys = self.before.keys().chain(self.after.keys()).chain(outcome.before_recover.keys());
        for key in keys {
            let before_recover = outcome.before_recover.get(key);
            if before_recover != self.before.get(key) && before_recover != self.after.get(key) {
                return Err(format!("{key} has neither its old nor its new value: {before_recover:?}"));
            }
        }
        match &outcome.result {
            Ok(reply) if format_value(&reply.root()) != self.reply => return Err(format!("one server replies {}", self.reply)),
            Ok(_) => same("a successful command has another effect", &outcome.before_recover, &self.after)?,
            Err(_) if !outcome.hit => return Err("it fails although the network works".into()),
            Err(error) if !error.executed() => {
                same("a command reported as not executed has an effect", &outcome.before_recover, &self.before)?;
                same("recover completes a command reported as not executed", &outcome.after_recover, &self.before)?;
            }
            Err(_) => {}
        }
        if outcome.result.is_ok() {
            return same("recover undid a successful command", &outcome.after_recover, &self.after);
        }
        if outcome.after_recover == self.before {
            Ok(())
        } else {
            same("the command is neither complete nor undone", &outcome.after_recover, &self.after)
        }
    }
}

fn same(what: &str, found: &Data, wanted: &Data) -> Result<(), String> {
    let differs = |key: &&String| -> bool { found.get(*key) != wanted.get(*key) };
    let content = |content: Option<&Content>| content.map_or("nothing".into(), |content| format!("{content:?}"));
    match found.keys().chain(wanted.keys()).find(differs) {
        None => Ok(()),
        Some(key) => Err(format!("{what}: {key} is {} instead of {}", content(found.get(key)), content(wanted.get(key)))),
    }
}

fn format_result(result: &Result<Reply, Error>) -> String {
    match result {
        Ok(reply) => format_value(&reply.root()),
        Err(error) => format!("{error:?}"),
    }
}

pub fn slices(words: &[Vec<u8>]) -> Vec<&[u8]> {
    words.iter().map(Vec::as_slice).collect()
}
