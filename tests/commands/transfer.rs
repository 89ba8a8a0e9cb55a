//! Threads that move elements and keys between nodes at the same time lose nothing and duplicate nothing.

use crate::support::data::{Data, DirectConnections, INTERNAL_PREFIX};
use crate::support::proxy::{Afterwards, Callback, Fault, Lost, Network};
use crate::support::random::Random;
use crate::support::three_nodes::{ThreeNodes, reply_to};
use crate::support::{Server, cluster, format_value, name_on, ports, words};
use rediscluster::{Cluster, Reply, Value};
use std::sync::Arc;

const MASTERS: usize = 3;
const THREADS: usize = 16;
const LISTS: usize = 10;
const SETS: usize = 10;
const ELEMENTS: usize = 10_000;
/// Per thread.
const MOVES: usize = 700;

fn list(number: usize) -> String {
    format!("list{number}")
}

fn set(number: usize) -> String {
    format!("set{number}")
}

#[test]
fn concurrent_moves_lose_and_duplicate_nothing() {
    let servers = Server::start_many(MASTERS);
    let shared = Arc::new(cluster(&ports(&servers), &[]));
    fill(&shared);
    let mut random = Random::seeded();
    let mut movers: Vec<Mover> = (0..THREADS)
        .map(|number| {
            // Half of the threads share a handle.
            let cluster = if number % 2 == 0 { shared.clone() } else { Arc::new(cluster(&ports(&servers), &[])) };
            Mover { cluster, random: Random::from_seed(random.next()), private: format!("private{number}") }
        })
        .collect();
    std::thread::scope(|scope| {
        for mover in &mut movers {
            scope.spawn(|| (0..MOVES).for_each(|number| mover.step(number)));
        }
    });
    let mut direct = DirectConnections::to(&servers);
    assert_eq!(elements(&direct.data()), (0..ELEMENTS).map(|number| format!("element{number:05}")).collect::<Vec<_>>());
    assert_eq!(direct.internal_keys(), <[String; 0]>::default());
}

/// A single server never gives up a RENAME, so the library must not give up early either.
#[test]
fn rename_succeeds_once_concurrent_writes_pause() {
    const ATTEMPTS: usize = 110;
    let servers = Server::start_many(2);
    let network = Arc::new(Network::start(&ports(&servers)));
    let handle = cluster(network.ports(), &[]);
    let [source, destination] = [1, 2].map(|node| name_on("list", node, 2));
    let mut client = servers[0].client();
    let _: usize = redis::cmd("RPUSH").arg(&source).arg("first").query(&mut client).unwrap();

    disturb(network.clone(), servers[0].client(), source.clone(), ATTEMPTS)();
    let reply = handle.command(&[b"RENAME", source.as_bytes(), destination.as_bytes()]).unwrap();

    assert_eq!(reply.root(), Value::Status(b"OK"));
    assert!(watches(&mut client) >= ATTEMPTS);
    let pushed: usize = redis::cmd("LLEN").arg(&destination).query(&mut servers[1].client()).unwrap();
    assert!(pushed > ATTEMPTS, "{pushed}");
    drop(handle);
    network.settle();
}

/// Changes the source before each command for its server, until the server has seen `attempts` attempts.
fn disturb(network: Arc<Network>, mut client: redis::Connection, source: String, attempts: usize) -> Callback {
    Box::new(move || {
        let _: usize = redis::cmd("RPUSH").arg(&source).arg("more").query(&mut client).unwrap();
        let fault = Fault { node: 0, step: 1, lost: Lost::Command, afterwards: Afterwards::Delayed };
        match watches(&mut client) < attempts {
            true => network.clone().arm_with(Some(fault), Some(disturb(network, client, source, attempts))),
            false => network.arm(None),
        }
    })
}

/// The number of attempts that a server has seen.
fn watches(client: &mut redis::Connection) -> usize {
    let statistics: String = redis::cmd("INFO").arg("commandstats").query(client).unwrap();
    let calls = statistics.lines().find_map(|line| line.strip_prefix("cmdstat_watch:calls="));
    calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
}

/// Puts half of the elements into lists, half into sets.
fn fill(cluster: &Cluster) {
    for number in 0..ELEMENTS {
        let command = match number % 2 {
            0 => format!("RPUSH {} element{number:05}", list(number % LISTS)),
            _ => format!("SADD {} element{number:05}", set(number % SETS)),
        };
        assert_eq!(
            cluster.command(&words(&command)).expect("a server").root(),
            Value::Integer(if number % 2 == 0 { (number / LISTS) as i64 + 1 } else { 1 })
        );
    }
}

fn elements(data: &Data) -> Vec<String> {
    let mut elements: Vec<String> = data.values().flat_map(|content| content.elements.iter().cloned()).collect();
    elements.sort_unstable();
    elements
}

/// The state of one thread.
struct Mover {
    cluster: Arc<Cluster>,
    random: Random,
    /// A key that no other thread uses. It does not exist between two steps.
    private: String,
}

impl Mover {
    fn run(&mut self, command: &str) -> Reply {
        self.cluster.command(&words(command)).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Moves an element, a member or a whole key, or checks what is visible.
    fn step(&mut self, number: usize) {
        if number.is_multiple_of(100) {
            return self.check_visible_keys();
        }
        let [from, to] = [(); 2].map(|()| list(self.random.below(LISTS)));
        let [here, there] = [(); 2].map(|()| *self.random.pick(&["LEFT", "RIGHT"]));
        match self.random.below(20) {
            0..6 => drop(self.move_element(&format!("LMOVE {from} {to} {here} {there}"))),
            6..9 => drop(self.move_element(&format!("RPOPLPUSH {from} {to}"))),
            9..11 => drop(self.move_element(&format!("BLMOVE {from} {to} {here} {there} 0.05"))),
            11 => drop(self.move_element(&format!("BRPOPLPUSH {from} {to} 0.05"))),
            12..18 => {
                let [from, to] = [(); 2].map(|()| set(self.random.below(SETS)));
                self.move_member(&from, &to);
            }
            18 => {
                if self.rename_away(&from) {
                    let bring = format!("LMOVE {} {from} LEFT RIGHT", self.private);
                    while self.move_element(&bring) {}
                }
            }
            _ => {
                let set = set(self.random.below(SETS));
                if self.rename_away(&set) {
                    let private = self.private.clone();
                    while self.move_member(&private, &set) {}
                }
            }
        }
    }

    /// Returns whether there was an element to move.
    fn move_element(&mut self, command: &str) -> bool {
        let reply = self.run(command);
        match reply.root() {
            Value::String(_) => true,
            Value::Nil | Value::NilArray => false,
            reply => panic!("{command}: {}", format_value(&reply)),
        }
    }

    /// Returns whether there was a member to move.
    fn move_member(&mut self, from: &str, to: &str) -> bool {
        let member = self.run(&format!("SRANDMEMBER {from}"));
        let Value::String(member) = member.root() else { return false };
        let command = format!("SMOVE {from} {to} {}", String::from_utf8_lossy(member));
        let reply = self.run(&command);
        // Another thread may have moved the member first.
        assert!(matches!(reply.root(), Value::Integer(0 | 1)), "{command}: {}", format_value(&reply.root()));
        true
    }

    /// Renames a key to the private name, and back unless another thread has created the key again. Returns whether the value is still
    /// under the private name; then the caller moves its elements back one by one.
    fn rename_away(&mut self, key: &str) -> bool {
        let private = self.private.clone();
        match self.run(&format!("RENAME {key} {private}")).root() {
            Value::Error(text) if text == b"ERR no such key" => return false,
            reply => assert_eq!(reply, Value::Status(b"OK"), "RENAME {key} {private}"),
        }
        match self.run(&format!("RENAMENX {private} {key}")).root() {
            Value::Integer(1) => false,
            reply => {
                assert_eq!(reply, Value::Integer(0), "RENAMENX {private} {key}");
                true
            }
        }
    }

    /// Internal keys of the library are never visible.
    fn check_visible_keys(&mut self) {
        let keys = self.run("KEYS *");
        let Value::Array(mut keys) = keys.root() else { panic!("KEYS: {}", format_value(&keys.root())) };
        assert!(keys.all(|key| matches!(key, Value::String(key) if !key.starts_with(INTERNAL_PREFIX))));
        assert!(!matches!(self.run("RANDOMKEY").root(), Value::String(key) if key.starts_with(INTERNAL_PREFIX)));
        let size = self.run("DBSIZE");
        assert!(matches!(size.root(), Value::Integer(size) if size <= (LISTS + SETS + THREADS) as i64), "{}", format_value(&size.root()));
    }
}

#[test]
fn copy_of_a_vector_set_is_refused_as_by_one_server() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    if reply_to(&oracle, "VADD v VALUES 2 1 2 a").starts_with("ERR unknown command") {
        return;
    }
    for command in ["VADD A VALUES 2 1 2 a", "COPY A B", "SET B 1", "COPY A B", "COPY A B REPLACE", "GET B", "COPY B A", "COPY C A"] {
        setup.compare(&cluster, &oracle, command);
    }
    assert_eq!(reply_to(&cluster, "DBSIZE"), "2");
}

/// RENAMENX with a pause before the source is staged, or before the value is delivered, in which other commands run on the target server.
fn renamenx_while(step: (usize, usize), meanwhile: &'static [&'static str]) -> (String, Vec<String>) {
    let servers = Server::start_many(2);
    let network = Arc::new(Network::start(&ports(&servers)));
    let handle = cluster(network.ports(), &[r#""refresh_interval":0"#]);
    let [source, destination] = [1, 2].map(|node| name_on("list", node, 2));
    let direct = cluster(&ports(&servers), &[]);
    for command in ["RPUSH src a", "PEXPIREAT src 4102444800123"] {
        direct.command(&words(&command.replace("src", &source))).expect("data");
    }
    let key = destination.clone();
    let mut client = servers[1].client();
    let writes: Callback = Box::new(move || {
        for command in meanwhile {
            let command = command.replace("dst", &key);
            let _: redis::Value = crate::support::three_nodes::redis_command(&command).query(&mut client).expect("a write");
        }
    });
    let fault = Fault { node: step.0, step: step.1, lost: Lost::Command, afterwards: Afterwards::Delayed };
    network.arm_with(Some(fault), Some(writes));
    let reply = reply_to(&handle, &format!("RENAMENX {source} {destination}"));
    assert!(network.happened());
    drop(handle);
    network.settle();
    // Redis 6.2 has no PEXPIRETIME.
    let time = if servers[0].has_command("pexpiretime") { format!("PEXPIRETIME {source}") } else { "ECHO 4102444800123".into() };
    let state = [format!("TYPE {source}"), time, format!("TYPE {destination}"), format!("PTTL {destination}")];
    let state = state.iter().map(|command| reply_to(&direct, command).trim_matches('"').to_owned()).collect();
    assert_eq!(DirectConnections::to(&servers).internal_keys(), <[String; 0]>::default());
    (reply, state)
}

#[test]
fn renamenx_is_decided_by_the_destination_that_exists_at_delivery() {
    // WATCH, DUMP, PEXPIRETIME, PTTL, TIME; then the landing: HSET, RESTORE, WATCH, EXISTS, EXISTS.
    let (before_staging, before_delivery) = ((0, 6), (1, 6));
    for step in [before_staging, before_delivery] {
        let (reply, state) = renamenx_while(step, &["SET dst x", "DEL dst"]);
        assert_eq!((reply.as_str(), state[0].as_str(), state[2].as_str()), ("1", "none", "list"));
        // The value returns with its time to live, and that of the destination is not touched.
        let (reply, state) = renamenx_while(step, &["SET dst x"]);
        assert_eq!((reply.as_str(), state.as_slice()), ("0", ["list", "4102444800123", "string", "-1"].map(String::from).as_slice()));
    }
}
