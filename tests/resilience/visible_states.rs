//! The column "others see" of docs/commands.md, compared with what another client sees before each step of a command, and what remains when the
//! command's client dies at that step.

use crate::support::data::{Content, Data, DirectConnections, text};
use crate::support::proxy::{Afterwards, Fault, Gate, Lost, Network};
use crate::support::{Server, cluster, name_on, ports, words};
use rediscluster::{Cluster, Value, pack};
use std::collections::BTreeSet;

/// Data and a command. `name@node` is a key on that node, PORT that of another server, EMPTY an empty word.
const COMMANDS: [(&str, &str); 40] = [
    ("SET a@1 x; SET b@2 y", "MGET a@1 b@2 c@3"),
    ("", "MSET a@1 1 b@2 2 c@3 3"),
    ("SET a@1 x; SET b@2 y; SET c@3 z", "DEL a@1 b@2 c@3"),
    ("SET a@1 x; SET b@2 y", "UNLINK a@1 b@2"),
    ("SET a@1 x; SET b@2 y", "EXISTS a@1 b@2"),
    ("SET a@1 x; SET b@2 y", "TOUCH a@1 b@2"),
    ("", "MSETNX a@1 1 b@2 2 c@3 3"),
    ("SADD a@1 x; SADD b@2 y; SADD c@3 old", "SUNION a@1 b@2"),
    ("SADD a@1 x; SADD b@2 y; SADD c@3 old", "SUNIONSTORE c@3 a@1 b@2"),
    ("SADD a@1 x y; SADD b@2 y; SADD c@3 old", "SINTERSTORE c@3 a@1 b@2"),
    ("SADD a@1 x y; SADD b@2 y", "SDIFFSTORE a@1 a@1 b@2"),
    ("ZADD a@1 1 x; ZADD b@2 2 y; SET c@3 old", "ZUNIONSTORE c@3 2 a@1 b@2"),
    ("ZADD a@1 1 x; ZADD b@2 2 x; SET c@3 old", "ZINTERSTORE c@3 2 a@1 b@2"),
    ("ZADD a@1 1 x 2 y; SET c@3 old", "ZRANGESTORE c@3 a@1 0 0"),
    ("SET a@1 x; SET b@2 y; SET c@3 old", "BITOP OR c@3 a@1 b@2"),
    ("PFADD a@1 x; PFADD b@2 y; PFADD c@3 z", "PFMERGE c@3 a@1 b@2"),
    ("PFADD a@1 x; PFADD b@2 y", "PFCOUNT a@1 b@2"),
    ("RPUSH a@1 2 1; SET c@3 old", "SORT a@1 STORE c@3"),
    ("RPUSH a@1 2 1; SET w_1@2 5; SET c@3 old", "SORT a@1 BY w_* STORE c@3"),
    ("GEOADD a@1 1 1 x; SET c@3 old", "GEOSEARCHSTORE c@3 a@1 FROMLONLAT 1 1 BYRADIUS 9 km"),
    ("RPUSH src@1 x y; SET dst@2 old", "RENAME src@1 dst@2"),
    ("RPUSH src@1 x y", "RENAMENX src@1 dst@2"),
    ("RPUSH src@1 x y; SET dst@2 old", "RENAMENX src@1 dst@2"),
    ("RPUSH src@1 x y; RPUSH dst@2 z", "LMOVE src@1 dst@2 LEFT RIGHT"),
    ("RPUSH src@1 x; RPUSH dst@2 z", "RPOPLPUSH src@1 dst@2"),
    ("RPUSH src@1 x", "BLMOVE src@1 dst@2 LEFT RIGHT 1"),
    ("SADD src@1 x y; SADD dst@2 z", "SMOVE src@1 dst@2 x"),
    ("RPUSH src@1 x y; SET dst@2 old", "COPY src@1 dst@2 REPLACE"),
    ("RPUSH b@2 x y", "LMPOP 2 a@1 b@2 LEFT"),
    ("ZADD b@2 1 x 2 y", "BZPOPMIN a@1 b@2 1"),
    ("SET a@1 x; SET b@2 y; SET c@3 z", "FLUSHALL"),
    ("SET a@1 x; SET b@2 y", "DBSIZE"),
    ("", "MSETEX 2 a@1 1 b@2 2 EXAT 4000000000"),
    ("XADD a@1 1-1 f v; XADD b@2 1-1 f v; XGROUP CREATE a@1 g 0; XGROUP CREATE b@2 g 0", "XREADGROUP GROUP g reader STREAMS a@1 b@2 > >"),
    ("SET a@1 x; SET b@2 y; SET c@3 z", "MIGRATE 127.0.0.1 PORT EMPTY 0 5000 REPLACE KEYS a@1 b@2"),
    ("SET a@1 x; SET b@2 y", "SCAN 0"),
    ("SET a@1 x; SET b@2 y", "KEYS *"),
    ("SET a@1 xyz; SET b@2 yz", "LCS a@1 b@2"),
    ("", "CONFIG SET lfu-log-factor 7"),
    ("", "SCRIPT LOAD return{1}"),
];

/// The parameter that CONFIG SET changes.
const SETTING: &str = "lfu-log-factor";

/// The SHA-1 of the script that SCRIPT LOAD loads.
const SCRIPT: &str = "7da067d306ba2950a9b8ae9ef59deade71ff5b36";

const MASTERS: usize = 3;

/// What the documentation says of a command: the last column of its row.
fn documented(command: &str) -> &'static str {
    let words: Vec<&str> = command.split(' ').collect();
    let row = |name: &str| include_str!("../../docs/commands.md").lines().find(|line| line.starts_with(&format!("| {name} | ")));
    let row = row(words[0]).or_else(|| row(&words[..2].join(" "))).unwrap_or_else(|| panic!("docs/commands.md has no {command}"));
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    cells[cells.len() - 2]
}

/// What `explain` says of a command: the word of the documentation, and the two sentences about it.
fn explained(cluster: &Cluster, command: &[&[u8]]) -> [String; 3] {
    let reply = cluster.explain(&pack(command)).expect("an explanation");
    let Value::Map(entries) = reply.root() else { panic!("not a map") };
    let entries: Vec<Value> = entries.collect();
    ["others_see", "meanwhile", "when_it_fails"].map(|name| {
        let pair = entries.chunks(2).find(|pair| pair[0] == Value::String(name.as_bytes()));
        match pair.map(|pair| pair[1]) {
            Some(Value::String(text)) => String::from_utf8_lossy(text).into_owned(),
            other => panic!("{name}: {other:?}"),
        }
    })
}

struct Setup {
    servers: Vec<Server>,
    direct: DirectConnections,
    handle: Cluster,
    network: Network,
    /// Whether the command changes a setting or loads a script.
    has_server_state: bool,
    /// The target of MIGRATE.
    other: Server,
}

impl Setup {
    fn new() -> Setup {
        let servers = Server::start_many(MASTERS);
        let ports = ports(&servers);
        let direct = DirectConnections::to(&servers);
        let (handle, network) = (cluster(&ports, &[]), Network::start(&ports));
        Setup { direct, handle, network, servers, has_server_state: false, other: Server::start() }
    }

    fn line(&self, line: &str) -> String {
        let word = |word: &str| match word.split_once('@') {
            // The names of keys that a pattern finds.
            Some((name, _)) if name.starts_with("w_") => name.to_owned(),
            Some((name, node)) => name_on(name, node.parse().expect("a node"), MASTERS as u32),
            None if word == "PORT" => self.other.port.to_string(),
            None => word.replace("EMPTY", ""),
        };
        line.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    fn data(&mut self, data: &str) -> Data {
        self.direct.restore(&[]);
        for server in self.direct.0.iter_mut().filter(|_| self.has_server_state) {
            redis::pipe().cmd("CONFIG").arg("SET").arg(SETTING).arg(10).cmd("SCRIPT").arg("FLUSH").exec(server).expect("OK");
        }
        for line in data.split("; ").filter(|line| !line.is_empty()) {
            self.handle.command(&words(&self.line(line))).expect("data");
        }
        self.state()
    }

    /// All keys; of a command that changes servers also the setting and the script, as if each node had them under keys of its own.
    fn state(&mut self) -> Data {
        let mut state = self.direct.data();
        for content in state.values_mut().filter(|content| content.kind == "stream") {
            content.elements.iter_mut().for_each(|element| *element = without_times(element));
        }
        for (node, server) in self.direct.0.iter_mut().enumerate().filter(|_| self.has_server_state) {
            let (setting, script): (Vec<String>, Vec<bool>) = redis::pipe()
                .cmd("CONFIG")
                .arg("GET")
                .arg(SETTING)
                .cmd("SCRIPT")
                .arg("EXISTS")
                .arg(SCRIPT)
                .query(server)
                .expect("a setting and a script");
            for (kind, value) in [("setting", setting[1].clone()), ("script", script[0].to_string())] {
                let content = Content { kind: kind.into(), expires: -1, elements: vec![value] };
                state.insert(name_on(kind, node as u32 + 1, MASTERS as u32), content);
            }
        }
        state
    }

    /// Without role checks, so that the steps are the same in every run.
    fn client(&self) -> Cluster {
        cluster(self.network.ports(), &[r#""read_timeout":60"#, r#""connect_timeout":2"#, r#""refresh_interval":0"#])
    }

    /// The state that another client sees before a step of the command; `None` if it has no such step.
    fn seen_before(&mut self, command: &str, node: usize, step: usize) -> Option<Data> {
        let (gate, wait) = Gate::new();
        self.network.arm_with(Some(Fault { node, step, lost: Lost::Command, afterwards: Afterwards::Delayed }), Some(wait));
        let client = self.client();
        let seen = std::thread::scope(|scope| {
            let running = scope.spawn(move || drop(client.command(&words(command))));
            let seen = gate.await_arrival(|| running.is_finished()).then(|| self.state());
            gate.open();
            running.join().expect("no panic");
            seen
        });
        self.network.settle();
        seen
    }

    /// The state that remains when the client dies at a step.
    fn left_after(&mut self, command: &str, node: usize, step: usize) -> Data {
        self.network.arm(Some(Fault { node, step, lost: Lost::Command, afterwards: Afterwards::AllUnreachable }));
        drop(self.client().command(&words(command)));
        self.network.settle();
        self.state()
    }
}

/// Without the moments in milliseconds, which are different in each run.
fn without_times(element: &str) -> String {
    let is_time = |word: &&str| word.len() == 13 && word.bytes().all(|byte| byte.is_ascii_digit());
    element.split_inclusive([' ', '[', ']']).filter(|word| !is_time(&word.trim_end_matches([' ', '[', ']']))).collect()
}

/// The keys of one node.
fn of_node(data: &Data, node: usize) -> Data {
    let is_on = |key: &str| rediscluster::partition(key.as_bytes(), MASTERS as u32) as usize == node;
    data.iter().filter(|(key, _)| is_on(key)).map(|(key, content)| (key.clone(), content.clone())).collect()
}

/// The elements of the keys that a command names, in an order of their own.
fn elements(data: &Data) -> Vec<&String> {
    let mut all: Vec<&String> = data.values().flat_map(|content| &content.elements).collect();
    all.sort();
    all
}

/// Whether a state is one of those that the word allows, beside `before` and `after`.
fn is_allowed(word: &str, state: &Data, before: &Data, after: &Data) -> bool {
    match word {
        "parts" | "parts, then all or none" => {
            (1..=MASTERS).all(|node| [before, after].map(|data| of_node(data, node)).contains(&of_node(state, node)))
        }
        // The source as it is afterwards, and the destination as it was.
        "neither key" => {
            let missing = elements(state);
            let is_source = |node: usize| of_node(after, node) == of_node(state, node);
            is_source(1) && of_node(state, 2) == of_node(before, 2) && missing.len() < elements(before).len()
        }
        _ => false,
    }
}

/// What is wrong with `explain`: it must say what the documentation says, unless the whole command is for one node or has nothing to do.
fn explanation_fault(cluster: &Cluster, command: &[&[u8]], word: &str) -> Option<String> {
    let explained = explained(cluster, command);
    let row = format!("| {word} | {} | ", explained[1]);
    let documentation = include_str!("../../docs/commands.md");
    let is_documented = documentation.lines().any(|line| line.starts_with(&row) && line.ends_with(&format!(" | {} |", explained[2])));
    (explained[0] != word || !is_documented).then(|| format!("{}: explain says {explained:?}, docs/commands.md {word:?}", text(command[0])))
}

#[test]
fn other_clients_see_what_the_documentation_says() {
    let mut setup = Setup::new();
    let mut faults = Vec::new();
    for (data, command) in COMMANDS {
        let name = command.split(' ').next().unwrap_or_default();
        if !setup.servers[0].has_command(name) {
            continue;
        }
        let (word, command) = (documented(command), setup.line(command));
        setup.has_server_state = matches!(name, "CONFIG" | "SCRIPT");
        let before = setup.data(data);
        if let Some(fault) = explanation_fault(&setup.handle, &words(&command), word) {
            faults.push(fault);
        }
        setup.handle.command(&words(&command)).expect("the servers are up");
        let after = setup.state();
        let mut between = BTreeSet::new();
        for node in 0..MASTERS {
            for step in 1.. {
                setup.data(data);
                let Some(seen) = setup.seen_before(&command, node, step) else { break };
                setup.data(data);
                let left = setup.left_after(&command, node, step);
                for (state, when) in [(seen, "seen"), (left, "left")] {
                    if state != before && state != after {
                        between.insert(when);
                        if !is_allowed(word, &state, &before, &after) {
                            faults.push(format!("{command}: {when} at step {step} of node {node}, not \"{word}\": {state:?}"));
                        }
                    }
                }
            }
        }
        let is_stated = word != "nothing" && before != after;
        if between.is_empty() == is_stated {
            faults.push(format!("{command}: \"{word}\", but the intermediate states are {between:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
