//! Cuts a command short at every step there is, and compares what is left with what one plain server has before and after it.

use crate::support::data::{Content, Data, DirectConnections, Dump};
use crate::support::proxy::{Afterwards, Callback, Fault, Lost, Network};
use crate::support::recover::recover;
use crate::support::{Server, cluster, format_value, name_on, ports};
use rediscluster::{Cluster, Error, Reply, pack};
use std::sync::Arc;
use std::time::Duration;

/// No command needs more of a node; a test that gets there would never end.
const MANY_STEPS: usize = 500;

/// What may follow when something was lost.
pub const CUT: [Afterwards; 3] = [Afterwards::Works, Afterwards::NodeUnreachable, Afterwards::AllUnreachable];

/// Several masters behind a network that fails, and a plain server that knows the right answers.
pub struct World {
    masters: u32,
    judge: DirectConnections,
    judging: Cluster,
    nodes: DirectConnections,
    direct: Arc<Cluster>,
    network: Network,
    /// What was found so far: the first fault of each script.
    faults: Vec<String>,
    _servers: Vec<Server>,
}

/// What one plain server makes of a command.
struct Expected {
    dumps: Vec<Dump>,
    before: Data,
    after: Data,
    reply: String,
}

/// What came of an attempt.
struct Outcome {
    hit: bool,
    result: Result<Reply, Error>,
    /// As the library told it, before anybody recovered anything, and afterwards.
    seen: Data,
    left: Data,
    /// How much there was to recover.
    recovered: usize,
}

impl World {
    pub fn new(masters: u32) -> World {
        let mut servers = Server::start_many(masters as usize + 1);
        let plain = servers.split_off(masters as usize);
        let (judge, judging) = (DirectConnections::of(&plain), cluster(&ports(&plain), &[]));
        let (nodes, direct) = (DirectConnections::of(&servers), Arc::new(cluster(&ports(&servers), &[])));
        let network = Network::start(&ports(&servers));
        servers.extend(plain);
        World { masters, judge, judging, nodes, direct, network, faults: Vec::new(), _servers: servers }
    }

    /// Whether the command can be cut short at every step. It is what stands last; those before it, by `;`, make the data. Keys are written
    /// `name@node`; a node beyond the last is the last.
    pub fn survives(&mut self, script: &str) {
        let (data, command) = self.parts(script);
        let faults = self.faults_found(&CUT, script, &data, |cluster| cluster.command(&slices(&command)));
        self.note(&faults);
    }

    /// Whether the client can be stopped at every step for so long that somebody recovers what it does, and then goes on.
    pub fn is_taken_for_dead(&mut self, script: &str) {
        let (data, command) = self.parts(script);
        let faults = self.faults_found(&[Afterwards::Delayed], script, &data, |cluster| cluster.command(&slices(&command)));
        self.note(&faults);
    }

    /// Whether recovering can be cut short at every step, after the client of that command has died at every step.
    pub fn recovers(&mut self, script: &str) {
        let (data, command) = self.parts(script);
        let run = |cluster: &Cluster| cluster.command(&slices(&command));
        let expected = self.expected(&data, &run);
        let mut faults = Vec::new();
        let outcome = self.attempt(&expected, None, None, &run);
        faults.extend(self.fault(&expected, &outcome, script, "no fault"));
        // To the servers a command that was lost is the same as a lost reply to the one before.
        self.at_every_step(&[Lost::Reply], &[Afterwards::AllUnreachable], |world, first| {
            let alone = world.attempt(&expected, Some(first), None, &run);
            if alone.recovered == 0 {
                return alone.hit;
            }
            world.at_every_step(&[Lost::Reply], &[Afterwards::AllUnreachable], |world, second| {
                let outcome = world.attempt(&expected, Some(first), Some(second), &run);
                faults.extend(world.fault(&expected, &outcome, script, &format!("{first:?} and, while recovering, {second:?}")));
                world.network.happened()
            });
            true
        });
        self.note(&faults);
    }

    fn note(&mut self, faults: &[String]) {
        self.faults.extend(faults.first().map(|first| format!("{} faults, the first of which is: {first}", faults.len())));
    }

    fn parts(&self, script: &str) -> (Vec<Vec<Vec<u8>>>, Vec<Vec<u8>>) {
        let mut commands: Vec<Vec<Vec<u8>>> = script.split(';').map(|command| self.words(command.trim())).collect();
        let command = commands.pop().expect("a command");
        (commands, command)
    }

    /// Every way in which an interruption leaves what it must not.
    pub fn faults_found(
        &mut self,
        afterwards_cases: &[Afterwards],
        name: &str,
        data: &[Vec<Vec<u8>>],
        run: impl Fn(&Cluster) -> Result<Reply, Error>,
    ) -> Vec<String> {
        let expected = self.expected(data, &run);
        let mut faults = Vec::new();
        let mut attempt = |world: &mut World, fault| {
            let outcome = world.attempt(&expected, fault, None, &run);
            faults.extend(world.fault(&expected, &outcome, name, &format!("{fault:?}")));
            outcome.hit
        };
        attempt(self, None);
        self.at_every_step(&[Lost::Command, Lost::Reply], afterwards_cases, |world, fault| attempt(world, Some(fault)));
        faults
    }

    /// Tries each fault, step by step, until none is hit any more.
    fn at_every_step(&mut self, losses: &[Lost], afterwards_cases: &[Afterwards], mut attempt: impl FnMut(&mut World, Fault) -> bool) {
        for node in 0..self.masters as usize {
            for step in 1.. {
                assert!(step < MANY_STEPS, "there is no end of steps on node_{}", node + 1);
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

    /// What is wrong with an outcome, if anything is.
    fn fault(&mut self, expected: &Expected, outcome: &Outcome, name: &str, fault: &str) -> Option<String> {
        let what = expected.judge(outcome).and_then(|()| self.clean(outcome.recovered > 0)).err()?;
        Some(format!(
            "{} over {} masters, {fault}: {what}\n  result: {}\n  before: {:#?}\n  seen: {:#?}\n  left: {:#?}\n  after: {:#?}",
            &name[..name.len().min(300)],
            self.masters,
            told(&outcome.result),
            expected.before,
            outcome.seen,
            outcome.left,
            expected.after
        ))
    }

    fn expected(&mut self, data: &[Vec<Vec<u8>>], run: &impl Fn(&Cluster) -> Result<Reply, Error>) -> Expected {
        self.judge.restore(&[]);
        for command in data {
            let request = pack(&slices(command));
            let _: redis::Value = redis::ConnectionLike::req_packed_command(&mut self.judge.0[0], &request).expect("data");
        }
        let (dumps, before) = (self.judge.dumps(), self.judge.data());
        let reply = run(&self.judging).expect("a plain server answers");
        Expected { dumps, before, after: self.judge.data(), reply: format_value(&reply.root()) }
    }

    /// Runs something over the network with that fault, and recovers; before that, if so asked, recovers over the network with another fault.
    fn attempt(
        &mut self,
        expected: &Expected,
        fault: Option<Fault>,
        while_recovering: Option<Fault>,
        run: &impl Fn(&Cluster) -> Result<Reply, Error>,
    ) -> Outcome {
        self.nodes.restore(&expected.dumps);
        let direct = self.direct.clone();
        let recovers: Callback = Box::new(move || drop(recover(&direct)));
        self.network.arm_with(fault, Some(recovers));
        let result = run(&self.handle());
        self.network.settle();
        let hit = self.network.happened();
        let seen = self.nodes.data();
        if while_recovering.is_some() {
            self.network.arm(while_recovering);
            let _ = self.handle().recover(Duration::ZERO);
            self.network.settle();
        }
        let recovered = recover(&self.direct).len();
        Outcome { hit, result, seen, left: self.nodes.data(), recovered }
    }

    /// Over the network that fails.
    fn handle(&self) -> Cluster {
        // No question but the commands' own: the steps must be the same in every run.
        cluster(self.network.ports(), &[r#""read_timeout":2"#, r#""connect_timeout":2"#, r#""refresh_interval":0"#])
    }

    /// Nothing of the library's own stays, and where there was something to recover there is nothing more.
    fn clean(&mut self, was_recovered: bool) -> Result<(), String> {
        let hidden = self.nodes.internal_keys();
        if !hidden.is_empty() {
            return Err(format!("recovering leaves {hidden:?}"));
        }
        match if was_recovered { recover(&self.direct) } else { Vec::new() } {
            again if again.is_empty() => Ok(()),
            again => Err(format!("there is more to recover the second time: {again:?}")),
        }
    }

    /// Ends a test.
    pub fn faults(self) -> Vec<String> {
        self.faults
    }

    pub fn words(&self, command: &str) -> Vec<Vec<u8>> {
        command.split(' ').map(|word| self.word(word).into_bytes()).collect()
    }

    /// `name@node` becomes a name that lies there.
    fn word(&self, word: &str) -> String {
        let Some((name, node)) = word.split_once('@') else { return word.to_owned() };
        let (node, rest) = node.split_at(1);
        let node = node.parse::<u32>().expect("a node").min(self.masters);
        name_on(&format!("{name}:"), node, self.masters) + rest
    }
}

impl Expected {
    fn judge(&self, outcome: &Outcome) -> Result<(), String> {
        // One at a time may be in an old or a new state while a command is under way, but none in between.
        let keys = self.before.keys().chain(self.after.keys()).chain(outcome.seen.keys());
        for key in keys {
            let seen = outcome.seen.get(key);
            if seen != self.before.get(key) && seen != self.after.get(key) {
                return Err(format!("{key} is neither as it was nor as it should become: {seen:?}"));
            }
        }
        match &outcome.result {
            Ok(reply) if format_value(&reply.root()) != self.reply => return Err(format!("one server answers {}", self.reply)),
            Ok(_) => same("what it succeeded in is not what is seen", &outcome.seen, &self.after)?,
            Err(_) if !outcome.hit => return Err("it fails although the network works".into()),
            Err(error) if !error.executed() => {
                same("what was certainly not executed is seen", &outcome.seen, &self.before)?;
                same("what was certainly not executed was executed in the end", &outcome.left, &self.before)?;
            }
            Err(_) => {}
        }
        if outcome.result.is_ok() {
            return same("what succeeded was undone", &outcome.left, &self.after);
        }
        if outcome.left == self.before { Ok(()) } else { same("it is neither done nor undone", &outcome.left, &self.after) }
    }
}

fn same(what: &str, found: &Data, wanted: &Data) -> Result<(), String> {
    let differs = |key: &&String| -> bool { found.get(*key) != wanted.get(*key) };
    let content = |content: Option<&Content>| content.map_or("nothing".into(), |content| format!("{content:?}"));
    match found.keys().chain(wanted.keys()).find(differs) {
        None => Ok(()),
        Some(key) => Err(format!("{what}: {key} is {}, and should be {}", content(found.get(key)), content(wanted.get(key)))),
    }
}

fn told(result: &Result<Reply, Error>) -> String {
    match result {
        Ok(reply) => format_value(&reply.root()),
        Err(error) => format!("{error:?}"),
    }
}

pub fn slices(words: &[Vec<u8>]) -> Vec<&[u8]> {
    words.iter().map(Vec::as_slice).collect()
}
