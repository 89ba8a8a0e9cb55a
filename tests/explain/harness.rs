//! One case: some data, a command, and what `explain` is to report of it.

use crate::comparison::{Report, compare};
use crate::recorder::Recorder;
use crate::support::data::{Content, Data, DirectConnections};
use crate::support::{Server, name_on, ports};
use rediscluster::{Cluster, Config, Value, pack};

/// In commands, `A1`, `B1` … `D3` stand for keys; the digit is the node. `HIDDEN1` … are the library's own hashes. `m*300` stands for the
/// words `m0` … `m299`, `#m*300` for the same with a number before each, `x^300` for one word of 300 letters, and `PORT` for a server that is
/// not in the cluster.
pub struct Case {
    /// As `explain` reports it; [`REJECTED`] for a command that is rejected.
    pub strategy: &'static str,
    /// How many round trips the command makes. So it is known that the data is on the intended side of a threshold.
    pub rounds: usize,
    /// Commands that set the data up, separated by `; `. Each goes to the node of its first key.
    pub data: &'static str,
    pub command: &'static str,
}

pub fn case(strategy: &'static str, rounds: usize, data: &'static str, command: &'static str) -> Case {
    Case { strategy, rounds, data, command }
}

/// The strategy of a command that the installed server lacks. Such a case is skipped: the server is asked about the command every time.
const MISSING: &str = "missing";

/// A case of a command that the installed server may lack.
pub fn newer_case(strategy: &'static str, rounds: usize, data: &'static str, command: &'static str) -> Case {
    let name = command.split(' ').next();
    let found: Vec<redis::Value> = redis::cmd("COMMAND").arg("INFO").arg(name).query(&mut Server::start().client()).expect("a list");
    if found == [redis::Value::Nil] { case(MISSING, 0, data, command) } else { case(strategy, rounds, data, command) }
}

/// A command that is rejected, with or without a look at the data.
pub const REJECTED: &str = "rejected";

const NODES: usize = 3;

/// All data, and the number of keys of each node.
type State = (Data, Vec<usize>);

struct Stage {
    direct: DirectConnections,
    cluster: Cluster,
    recorder: Recorder,
    other: Server,
    _servers: Vec<Server>,
}

/// Runs the cases; the failure lists all that do not pass.
pub fn check(cases: &[Case]) {
    let servers = Server::start_many(NODES);
    let recorder = Recorder::start(ports(&servers));
    let config = Config::from_json(recorder.config().as_bytes()).expect("a valid configuration");
    let mut stage = Stage {
        direct: DirectConnections::to(&servers),
        cluster: Cluster::open(config),
        recorder,
        other: Server::start(),
        _servers: servers,
    };
    // A command that Redis 6.2 lacks is explained as one without keys.
    let is_known = |case: &&Case| {
        let name = case.command.split(' ').next().unwrap_or_default();
        stage.other.release() >= (7, 0) || stage.other.has_command(name)
    };
    let cases: Vec<&Case> = cases.iter().filter(|case| case.strategy != MISSING).filter(is_known).collect();
    // A command that waits ends its subscriptions. A server that takes 0.1 s for that is given up, as may happen on a busy machine, and the next
    // command that waits takes a round more.
    let checked = |case: &&Case| match stage.check(case) {
        Err(_) if case.command.starts_with('B') => stage.check(case),
        outcome => outcome,
    };
    let failed: Vec<String> = cases.iter().map(checked).filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{} of {} cases failed\n\n{}", failed.len(), cases.len(), failed.join("\n"));
}

impl Stage {
    fn check(&mut self, case: &Case) -> Result<(), String> {
        self.set_up(case.data);
        let words = self.words(case.command);
        let args: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let before = self.state();
        let report = Report::new(&self.cluster.explain(&pack(&args)).map_err(|error| self.failure(case, &error.to_string()))?);
        let after = self.state();
        let (reply, sent) = self.recorder.record(|| self.cluster.command(&args));
        let error = match &reply {
            Ok(reply) if let Value::Error(text) = reply.root() => Some(String::from_utf8_lossy(text).into_owned()),
            Ok(_) => None,
            Err(error) => Some(error.message().to_owned()),
        };
        let mut failure = String::new();
        if after != before {
            failure.push_str(&format!("explain changed the data from {} to {}\n", brief(&before), brief(&after)));
        }
        if case.strategy == REJECTED && error.is_none() {
            failure.push_str("the case expects an error\n");
        }
        if sent.len() != case.rounds {
            failure.push_str(&format!("{} round trips were made, the case expects {}\n", sent.len(), case.rounds));
        }
        let compared = if report.strategy == "refuse" {
            // The servers may have been asked before.
            let is_reported = report.reason.is_some() && report.reason == error && report.steps.is_empty();
            let text =
                || format!("explain reports the reason {:?} and the steps {:?}; the error is {error:?}\n", report.reason, report.steps);
            if is_reported { Ok(()) } else { Err(text()) }
        } else if case.strategy != REJECTED && report.strategy != case.strategy {
            Err(format!("explain reports the strategy {:?}, the case expects {:?}\n", report.strategy, case.strategy))
        } else {
            compare(&report, &sent, NODES)
        };
        failure.push_str(&compared.err().unwrap_or_default());
        if failure.is_empty() { Ok(()) } else { Err(self.failure(case, &failure)) }
    }

    fn failure(&self, case: &Case, text: &str) -> String {
        format!("[{}] {}\n{text}", case.data, case.command)
    }

    fn set_up(&mut self, data: &str) {
        redis::cmd("FLUSHALL").exec(&mut self.other.client()).expect("an empty server");
        for server in &mut self.direct.0 {
            redis::pipe().cmd("FLUSHALL").cmd("SCRIPT").arg("FLUSH").exec(server).expect("an empty server");
            // Redis 6.2 has no functions.
            let _ = redis::cmd("FUNCTION").arg("FLUSH").exec(server);
        }
        for command in data.split("; ").filter(|command| !command.is_empty()) {
            let node = command.split(' ').find_map(|word| key(word).map(|(node, _)| node)).expect("a key");
            let words = self.words(command);
            let mut cmd = redis::Cmd::new();
            for word in words {
                cmd.arg(word);
            }
            cmd.exec(&mut self.direct.0[node]).unwrap_or_else(|error| panic!("{command}: {error}"));
        }
    }

    fn state(&mut self) -> State {
        let data = self.direct.data();
        (data, self.direct.0.iter_mut().map(|server| redis::cmd("DBSIZE").query(server).expect("a number")).collect())
    }

    fn words(&self, command: &str) -> Vec<Vec<u8>> {
        command.split(' ').flat_map(|word| self.expand(word)).collect()
    }

    fn expand(&self, word: &str) -> Vec<Vec<u8>> {
        let repeated = |sign| word.split_once(sign).and_then(|(text, count)| Some((text, count.parse::<usize>().ok()?)));
        if let Some((_, name)) = key(word) {
            vec![name]
        } else if word == "PORT" {
            vec![self.other.port.to_string().into_bytes()]
        } else if let Some((text, count)) = repeated('*') {
            match text.strip_prefix('#') {
                Some(text) => (0..count).flat_map(|nth| [nth.to_string().into_bytes(), format!("{text}{nth}").into_bytes()]).collect(),
                None => (0..count).map(|nth| format!("{text}{nth}").into_bytes()).collect(),
            }
        } else if let Some((text, count)) = repeated('^') {
            vec![text.repeat(count).into_bytes()]
        } else {
            vec![word.as_bytes().to_vec()]
        }
    }
}

fn brief(state: &State) -> String {
    let content = |(name, content): (&String, &Content)| {
        let text = format!("{:?}", content.elements);
        format!("{name}: {} {:.60}… of {} bytes, expires {}", content.kind, text, text.len(), content.expires)
    };
    format!("{:?} with {:?} keys", state.0.iter().map(content).collect::<Vec<_>>(), state.1)
}

/// The node, counted from 0, and the name of a key that a word stands for.
fn key(word: &str) -> Option<(usize, Vec<u8>)> {
    let (letter, digit) = (word.get(..word.len().checked_sub(1)?)?, word.chars().last()?.to_digit(10)?);
    let node = (digit as usize).checked_sub(1).filter(|&node| node < NODES)?;
    match letter {
        "A" | "B" | "C" | "D" => Some((node, name_on(&letter.to_lowercase(), digit, NODES as u32).into_bytes())),
        "HIDDEN" => Some((node, b"\0rediscluster\0staged".to_vec())),
        _ => None,
    }
}
