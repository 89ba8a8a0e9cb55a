//! Blocking pops and moves over keys of several nodes behave as on one server.

use crate::support::data::DirectConnections;
use crate::support::random::Random;
use crate::support::{Server, cluster, format_value, key_on, ports, words};
use rediscluster::{Cluster, Reply, Value};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const MASTERS: u32 = 3;

fn run(cluster: &Cluster, command: &str) -> Reply {
    cluster.command(&words(command)).unwrap_or_else(|error| panic!("{command}: {error}"))
}

fn reply_to(cluster: &Cluster, command: &str) -> String {
    format_value(&run(cluster, command).root())
}

/// Several masters, and one plain server that gives the expected replies.
struct Setup {
    servers: Vec<Server>,
    cluster: Cluster,
    oracle_server: Server,
    oracle: Cluster,
    /// One key on each node.
    keys: Vec<String>,
}

impl Setup {
    fn new() -> Setup {
        let (servers, oracle_server) = (Server::start_many(MASTERS as usize), Server::start());
        let (cluster, oracle) = (cluster(&ports(&servers), &[]), cluster(&[oracle_server.port], &[]));
        Setup { servers, cluster, oracle_server, oracle, keys: (1..=MASTERS).map(|master| key_on(master, MASTERS)).collect() }
    }

    fn check(&self, command: &str) -> String {
        let (found, expected) = (reply_to(&self.cluster, command), reply_to(&self.oracle, command));
        assert_eq!(found, expected, "{command}");
        found
    }

    fn clear(&self) {
        let clients = self.servers.iter().chain([&self.oracle_server]).map(Server::client);
        clients.for_each(|mut client| redis::cmd("FLUSHALL").exec(&mut client).expect("an empty server"));
    }

    /// Whether the servers have the command that a line begins with.
    fn has_command_of(&self, line: &str) -> bool {
        self.oracle_server.has_command(line.split(' ').next().unwrap_or_default())
    }

    /// Returns the reply of a command. `happens` runs once the command waits: a server has a blocked client, or was asked once more for the types
    /// or lengths of keys, which is what a command over several nodes waits with.
    fn run_blocked(&self, cluster: &Cluster, command: &str, happens: impl FnOnce()) -> String {
        let before = self.looks();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| reply_to(cluster, command));
            while self.looks() == before && !waiting.is_finished() {
                std::thread::sleep(Duration::from_millis(1));
            }
            happens();
            waiting.join().unwrap_or_else(|_| panic!("{command} fails"))
        })
    }

    /// Changes when a client begins to wait.
    fn looks(&self) -> (usize, bool) {
        let (mut looks, mut is_blocked) = (0, false);
        for server in self.servers.iter().chain([&self.oracle_server]) {
            let info: String = redis::cmd("INFO").arg("all").query(&mut server.client()).expect("a server");
            let calls = |line: &str| line.split(['=', ',']).nth(1).and_then(|calls| calls.parse::<usize>().ok()).unwrap_or(0);
            let looked = |line: &&str| line.starts_with("cmdstat_type:") || line.starts_with("cmdstat_llen:");
            looks += info.lines().filter(looked).map(calls).sum::<usize>();
            is_blocked |= !info.contains("blocked_clients:0");
        }
        (looks, is_blocked)
    }
}

/// Blocking pops with a command that adds data. `KEYS` stands for the keys in order, `TIME` for the timeout.
const POPS: [(&str, &str); 8] = [
    ("BLPOP KEYS TIME", "RPUSH KEY x y"),
    ("BRPOP KEYS TIME", "RPUSH KEY x y"),
    ("BLMPOP TIME 3 KEYS LEFT", "RPUSH KEY x y"),
    ("BLMPOP TIME 3 KEYS RIGHT COUNT 5", "RPUSH KEY x y"),
    ("BZPOPMIN KEYS TIME", "ZADD KEY 1.5 x 2 y"),
    ("BZPOPMAX KEYS TIME", "ZADD KEY 1.5 x inf y"),
    ("BZMPOP TIME 3 KEYS MIN", "ZADD KEY 1.5 x 2 y"),
    ("BZMPOP TIME 3 KEYS MAX COUNT 5", "ZADD KEY 1.5 x 2 y"),
];

fn pop_of(template: &str, keys: &[impl AsRef<str>], time: &str) -> String {
    let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
    template.replace("KEYS", &keys.join(" ")).replace("TIME", time)
}

#[test]
fn blocking_pops_return_data_that_arrives_on_any_node() {
    let setup = Setup::new();
    for (pop, push) in POPS.into_iter().filter(|(pop, _)| setup.has_command_of(pop)) {
        let pop = pop_of(pop, &setup.keys, "5");
        for key in &setup.keys {
            let push = push.replace("KEY", key);
            let woken = |cluster: &Cluster| setup.run_blocked(cluster, &pop, || drop(run(cluster, &push)));
            assert_eq!(woken(&setup.cluster), woken(&setup.oracle), "{pop}, then {push}");
            setup.check(&format!("EXISTS {}", setup.keys.join(" ")));
            setup.clear();
        }
    }
}

#[test]
fn blocking_moves_wake_up_and_store_on_another_node() {
    let setup = Setup::new();
    for (from, to) in [(0, 1), (2, 0), (1, 1)] {
        let (from, to) = (&setup.keys[from], &setup.keys[to]);
        for command in [format!("BLMOVE {from} {to} RIGHT LEFT 5"), format!("BRPOPLPUSH {from} {to} 5")] {
            let push = format!("RPUSH {from} x y");
            let woken = |cluster: &Cluster| setup.run_blocked(cluster, &command, || drop(run(cluster, &push)));
            assert_eq!(woken(&setup.cluster), woken(&setup.oracle), "{command}, then {push}");
            assert_eq!(setup.check(&format!("LRANGE {to} 0 -1")), if from == to { "[\"y\" \"x\"]" } else { "[\"y\"]" });
            setup.check(&format!("LRANGE {from} 0 -1"));
            setup.clear();
        }
    }
}

#[test]
fn the_first_key_with_data_is_popped() {
    let setup = Setup::new();
    let mut random = Random::seeded();
    for _ in 0..400 {
        let (pop, push) = *random.pick(&POPS);
        for _ in 0..1 + random.below(3) {
            setup.check(&push.replace("KEY", random.pick::<String>(&setup.keys)));
        }
        let keys = [(); 3].map(|()| random.pick(&setup.keys).as_str());
        if !keys.iter().any(|key| run(&setup.oracle, &format!("EXISTS {key}")).root() == Value::Integer(1)) {
            continue;
        }
        setup.check(&pop_of(pop, &keys, "5"));
        // LMPOP and ZMPOP have the same arguments without the timeout.
        if pop.contains("MPOP TIME") {
            setup.check(&pop_of(&pop[1..].replace("TIME ", ""), &keys, ""));
        }
        if random.below(4) == 0 {
            setup.clear();
        }
    }
}

#[test]
fn wrong_types_are_reported_as_by_one_server() {
    let setup = Setup::new();
    let [one, two, three] = [0, 1, 2].map(|at| setup.keys[at].as_str());
    setup.check(&format!("SET {one} x"));
    setup.check(&format!("RPUSH {three} a b c d e f g h"));
    for (pop, _) in &POPS[..4] {
        for keys in [[one, two, three], [two, three, one], [three, one, two], [two, one, three]] {
            setup.check(&pop_of(pop, &keys, "5"));
        }
    }
    assert_eq!(setup.check(&format!("EXISTS {three}")), if setup.has_command_of("BLMPOP") { "0" } else { "1" });
    for command in [format!("BLMOVE {one} {two} LEFT LEFT 5"), format!("BRPOPLPUSH {one} {two} 5")] {
        assert!(setup.check(&command).contains("WRONGTYPE"));
    }
    // The type of the destination is checked only when there is an element to move.
    assert_eq!(setup.check(&format!("BLMOVE {two} {one} LEFT LEFT 0.01")), "nil");
    setup.check(&format!("RPUSH {two} a"));
    assert!(setup.check(&format!("BLMOVE {two} {one} LEFT LEFT 5")).contains("WRONGTYPE"));
    assert_eq!(setup.check(&format!("LRANGE {two} 0 -1")), "[\"a\"]");
}

#[test]
fn a_blocking_command_that_timed_out_takes_no_later_element() {
    let setup = Setup::new();
    let time = Duration::from_millis(150);
    let [one, two, _] = [0, 1, 2].map(|at| setup.keys[at].as_str());
    let moves =
        [(format!("BLMOVE {one} {two} LEFT LEFT TIME"), "RPUSH KEY x y"), (format!("BRPOPLPUSH {one} {two} TIME"), "RPUSH KEY x y")];
    let all = POPS.map(|(pop, push)| (pop.to_owned(), push)).into_iter().chain(moves);
    for (command, push) in all.filter(|(command, _)| setup.has_command_of(command)) {
        let command = pop_of(&command, &setup.keys, &time.as_secs_f64().to_string());
        let start = Instant::now();
        let reply = run(&setup.cluster, &command);
        // A server reads its clock about once a millisecond.
        assert!(start.elapsed() + Duration::from_millis(5) >= time, "{command} returned before its timeout");
        assert_eq!(reply.root(), run(&setup.oracle, &command).root(), "{command}");
        for key in &setup.keys {
            let push = push.replace("KEY", key);
            assert_eq!(reply_to(&setup.cluster, &push), "2", "{push}");
            let size = if push.starts_with('R') { format!("LLEN {key}") } else { format!("ZCARD {key}") };
            assert_eq!(reply_to(&setup.cluster, &size), "2", "{command} still blocks");
        }
        setup.clear();
    }
}

#[test]
fn an_invalid_timeout_returns_the_servers_error() {
    let setup = Setup::new();
    for time in ["x", "-1", "-0.5", ""] {
        for (pop, _) in POPS {
            setup.check(&pop_of(pop, &setup.keys, time));
        }
        setup.check(&format!("BLMOVE {} {} LEFT LEFT {time}", setup.keys[0], setup.keys[1]));
    }
}

/// Each producer adds `each` elements.
fn consumed(push: &str, pop: &str, producers: usize, each: usize) {
    let setup = Setup::new();
    let taken = AtomicUsize::new(0);
    let all = producers * each;
    let mut seeds = Random::seeded();
    let mut popped: Vec<String> = std::thread::scope(|scope| {
        for producer in 0..producers {
            let (mut random, setup) = (Random::from_seed(seeds.next()), &setup);
            scope.spawn(move || {
                for number in producer * each..(producer + 1) * each {
                    run(
                        &setup.cluster,
                        &push.replace("KEY", random.pick::<String>(&setup.keys)).replace("ELEMENT", &format!("element{number:05}")),
                    );
                }
            });
        }
        let consumers: Vec<_> = (0..8)
            .map(|number| {
                let (setup, taken) = (&setup, &taken);
                let pop = pop_of(pop, &setup.keys, "0.2");
                // Half of the consumers share a handle.
                let own = (number % 2 == 1).then(|| cluster(&ports(&setup.servers), &[]));
                scope.spawn(move || {
                    let (mut mine, mut in_vain) = (Vec::new(), 0);
                    // Lost elements never arrive, so a consumer stops after some empty replies.
                    while taken.load(Ordering::Acquire) < all && in_vain < 50 {
                        let reply = run(own.as_ref().unwrap_or(&setup.cluster), &pop);
                        in_vain = if matches!(reply.root(), Value::Array(_)) { 0 } else { in_vain + 1 };
                        let Value::Array(mut values) = reply.root() else { continue };
                        let Some(Value::String(element)) = values.nth(1) else { panic!("{pop} returns {}", format_value(&reply.root())) };
                        mine.push(String::from_utf8_lossy(element).into_owned());
                        taken.fetch_add(1, Ordering::AcqRel);
                    }
                    mine
                })
            })
            .collect();
        consumers.into_iter().flat_map(|consumer| consumer.join().expect("a consumer")).collect()
    });
    popped.sort_unstable();
    assert_eq!(popped, (0..all).map(|number| format!("element{number:05}")).collect::<Vec<_>>());
    let mut direct = DirectConnections::to(&setup.servers);
    assert!(direct.data().is_empty() && direct.internal_keys().is_empty());
}

#[test]
fn concurrent_consumers_pop_each_list_element_once() {
    consumed("RPUSH KEY ELEMENT", "BLPOP KEYS TIME", 4, 5_000);
}

#[test]
fn concurrent_consumers_pop_each_sorted_set_member_once() {
    consumed("ZADD KEY 1 ELEMENT", "BZPOPMIN KEYS TIME", 4, 1_000);
}
