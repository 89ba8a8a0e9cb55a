//! Callers of a process that wait for keys of several nodes are served in order of arrival, as by one server, whatever handle they use.

use crate::support::proxy::{Afterwards, Fault, Gate, Lost, Network};
use crate::support::three_nodes::{ThreeNodes, await_tracking_connections, format_value, redis_command, reply_to};
use crate::support::{Server, cluster, ports, request, words};
use rediscluster::{Cluster, Value};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How often a server has received a command.
fn calls(server: &Server, command: &str) -> usize {
    let statistics: String = redis::cmd("INFO").arg("commandstats").query(&mut server.client()).unwrap();
    let name = format!("cmdstat_{command}:calls=");
    let calls = statistics.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or("0");
    calls.split(',').next().unwrap().parse().unwrap()
}

/// Waits until a server has received a command so many times.
fn await_calls(server: &Server, command: &str, count: usize) {
    let start = Instant::now();
    while calls(server, command) < count {
        assert!(start.elapsed() < Duration::from_secs(30), "{command} was not sent {count} times");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until a caller waits: until it has looked at its keys, and once more after it has made the servers announce changes.
fn await_looks(setup: &ThreeNodes, look: &str, before: usize, subscribes: bool) {
    let looks_again = subscribes && matches!(look, "type" | "llen");
    await_calls(&setup.servers[0], look, before + 1 + usize::from(looks_again));
}

/// Runs commands that wait, in this order and each in a thread; then the pushes. Returns for each reply the number of the caller that got it.
fn served(setup: &ThreeNodes, look: &str, commands: &[&str], act: impl FnOnce(&mpsc::Receiver<(usize, String)>)) {
    let shared = setup.cluster();
    let (sender, served) = mpsc::channel();
    std::thread::scope(|scope| {
        for (number, command) in commands.iter().enumerate() {
            let (sender, shared) = (sender.clone(), &shared);
            let before = calls(&setup.servers[0], look);
            scope.spawn(move || {
                let command = setup.command(command);
                let reply = match number % 3 {
                    0 => reply_to(shared, &command),
                    1 => reply_to(&setup.cluster(), &command),
                    _ => only(&shared.session().execute(&request(&[&command])).unwrap().root()),
                };
                sender.send((number, reply)).unwrap();
            });
            await_looks(setup, look, before, number == 0 || number % 3 == 1);
        }
        act(&served);
    });
}

/// The reply to the only command of a request.
fn only(replies: &Value) -> String {
    let Value::Array(mut replies) = *replies else { panic!("no array") };
    format_value(&replies.next().expect("a reply"))
}

fn push(setup: &ThreeNodes, node: usize, command: &str) {
    let _: redis::Value = redis_command(&setup.command(command)).query(&mut setup.servers[node].client()).unwrap();
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn callers_are_served_in_order_of_arrival() {
    const CALLERS: usize = 18;
    let setup = ThreeNodes::new();
    for (command, look, add) in [
        ("BLPOP A B C 40", "type", "RPUSH KEY v"),
        ("BLMPOP 40 3 C B A RIGHT", "type", "RPUSH KEY v"),
        ("BZPOPMIN A B C 40", "type", "ZADD KEY 1 v"),
        ("BLMOVE A B LEFT RIGHT 40", "llen", "RPUSH A v"),
    ] {
        if !setup.has_command_of(command) {
            continue;
        }
        served(&setup, look, &[command; CALLERS], |served| {
            for number in 0..CALLERS {
                let node = if add.contains('A') && !add.contains("KEY") && !add.starts_with('Z') { 0 } else { number * 2 % 3 };
                push(&setup, node, &add.replace("KEY", ["A", "B", "C"][node]));
                assert_eq!(served.recv_timeout(LONG).unwrap().0, number, "{command}");
            }
        });
        reply_to(&setup.cluster(), "FLUSHALL");
    }
}

#[test]
fn elements_of_one_push_go_to_the_callers_in_order() {
    const CALLERS: usize = 12;
    let setup = ThreeNodes::new();
    served(&setup, "type", &["BLPOP A B C 40"; CALLERS], |served| {
        let elements: Vec<String> = (0..CALLERS).map(|number| number.to_string()).collect();
        push(&setup, 1, &format!("RPUSH B {}", elements.join(" ")));
        for _ in 0..CALLERS {
            let (number, reply) = served.recv_timeout(LONG).unwrap();
            assert_eq!(reply, format!("[\"{}\" \"{number}\"]", setup.keys[1]));
        }
    });
}

#[test]
fn a_caller_is_passed_over_for_keys_and_types_that_it_does_not_wait_for() {
    let setup = ThreeNodes::new();
    let commands = ["BLPOP A B 40", "BZPOPMIN A C 40", "BLPOP C A 40", "BLMOVE A C LEFT LEFT 40", "BZPOPMAX C A 40", "BLPOP A C 40"];
    let expected = [(2, "ZADD C 1 v", 1), (2, "RPUSH C v", 2), (0, "RPUSH A v", 0), (0, "ZADD A 1 v", 4)];
    let shared = setup.cluster();
    std::thread::scope(|scope| {
        let (sender, served) = mpsc::channel();
        for (number, command) in commands.iter().enumerate() {
            let (sender, shared, setup) = (sender.clone(), &shared, &setup);
            let look = if command.starts_with("BLMOVE") { "llen" } else { "type" };
            let before = calls(&setup.servers[0], look);
            scope.spawn(move || sender.send((number, reply_to(shared, &setup.command(command)))).unwrap());
            // All keys are announced once the second caller waits.
            await_looks(setup, look, before, number < 2);
        }
        for (node, command, number) in expected {
            push(&setup, node, command);
            assert_eq!(served.recv_timeout(LONG).unwrap().0, number, "{command}");
        }
        // BLMOVE brings the element to the last caller, which may return before BLMOVE does.
        push(&setup, 0, "RPUSH A v");
        let mut last = [(); 2].map(|()| served.recv_timeout(LONG).unwrap().0);
        last.sort_unstable();
        assert_eq!(last, [3, 5]);
    });
}

#[test]
fn the_consumers_of_a_group_are_served_in_order_and_readers_without_a_group_all_at_once() {
    const CALLERS: usize = 9;
    let setup = ThreeNodes::new();
    for stream in ["A", "B", "C"] {
        reply_to(&setup.cluster(), &setup.command(&format!("XGROUP CREATE {stream} g $ MKSTREAM")));
    }
    // Redis 6.2 counts no subcommands.
    let look = if setup.oracle.release() < (7, 0) { "xinfo" } else { "xinfo|groups" };
    served(&setup, look, &["XREADGROUP GROUP g c BLOCK 40000 STREAMS A B C > > >"; CALLERS], |served| {
        for number in 0..CALLERS {
            push(&setup, number % 3, &format!("XADD {} * f v", ["A", "B", "C"][number % 3]));
            assert_eq!(served.recv_timeout(LONG).unwrap().0, number);
        }
    });
    served(&setup, "xread", &["XREAD BLOCK 40000 STREAMS A B C $ $ $"; CALLERS], |served| {
        push(&setup, 1, "XADD B * f v");
        let mut all: Vec<usize> = (0..CALLERS).map(|_| served.recv_timeout(LONG).unwrap().0).collect();
        all.sort_unstable();
        assert_eq!(all, (0..CALLERS).collect::<Vec<_>>());
    });
}

#[test]
fn callers_go_on_waiting_when_those_before_them_leave() {
    let setup = ThreeNodes::new();
    served(&setup, "type", &["BLPOP A B C 0.3", "BLPOP A B C 40", "BLPOP A B C 0.4", "BLPOP A B C 40"], |served| {
        for number in [0, 2] {
            assert_eq!(served.recv_timeout(LONG).unwrap(), (number, "NilArray".to_owned()));
        }
        for (number, key) in [(1, "C"), (3, "A")] {
            push(&setup, if key == "A" { 0 } else { 2 }, &format!("RPUSH {key} v"));
            assert_eq!(served.recv_timeout(LONG).unwrap().0, number);
        }
    });
}

#[test]
fn a_server_that_closed_an_idle_connection_announces_changes_again() {
    let setup = ThreeNodes::new();
    served(&setup, "type", &["BLPOP A B C 40", "BLPOP A B C 40"], |served| {
        let mut client = setup.servers[1].client();
        let tracking = |client: &mut redis::Connection| {
            let list: String = redis::cmd("CLIENT").arg("LIST").query(client).unwrap();
            let line = list.lines().find(|line| line.split(' ').any(|field| field.starts_with("flags=") && field.contains('t')));
            line.map(|line| line.split(' ').next().unwrap().strip_prefix("id=").unwrap().to_owned())
        };
        let id = tracking(&mut client).expect("a connection that makes the server announce changes");
        let _: () = redis::cmd("CLIENT").arg("KILL").arg("ID").arg(&id).query(&mut client).unwrap();
        let start = Instant::now();
        while tracking(&mut client).is_none_or(|found| found == id) {
            assert!(start.elapsed() < LONG, "no connection was opened again");
            std::thread::sleep(Duration::from_millis(5));
        }
        for number in [0, 1] {
            push(&setup, 1, "RPUSH B v");
            assert_eq!(served.recv_timeout(LONG).unwrap().0, number);
        }
    });
}

/// The caller that receives the announcements of all servers takes an element itself. This network delivers announcements only with replies, so the
/// keys are tried after a second.
#[test]
fn a_server_that_is_slow_to_give_an_element_delays_only_its_caller() {
    let setup = ThreeNodes::new();
    let network = Network::start(&ports(&setup.servers));
    let handle = cluster(network.ports(), &[r#""refresh_interval":0"#]);
    let (gate, slow) = Gate::new();
    std::thread::scope(|scope| {
        let (sender, served) = mpsc::channel();
        for (number, command) in ["BLPOP A B 40", "BLPOP B C 40"].into_iter().enumerate() {
            let (sender, handle, setup) = (sender.clone(), &handle, &setup);
            let before = calls(&setup.servers[1], "type");
            scope.spawn(move || sender.send((number, reply_to(handle, &setup.command(command)))).unwrap());
            await_calls(&setup.servers[1], "type", before + 2);
        }
        network.arm_with(Some(Fault { node: 0, step: 1, lost: Lost::Command, afterwards: Afterwards::Delayed }), Some(slow));
        push(&setup, 0, "RPUSH A a");
        let start = Instant::now();
        assert!(gate.await_arrival(|| start.elapsed() > LONG));
        push(&setup, 2, "RPUSH C c");
        assert_eq!(served.recv_timeout(LONG).unwrap(), (1, format!("[\"{}\" \"c\"]", setup.keys[2])));
        gate.open();
        assert_eq!(served.recv_timeout(LONG).unwrap(), (0, format!("[\"{}\" \"a\"]", setup.keys[0])));
    });
    drop(handle);
    network.settle();
}

/// A caller with a key on that server polls its keys; the others are served as before.
#[test]
fn a_server_without_client_tracking_delays_only_the_callers_with_keys_on_it() {
    let mut setup = ThreeNodes::new();
    // Its ACL rules cannot exclude a subcommand.
    if !setup.oracle.is_since((7, 0)) {
        return;
    }
    setup.servers[1] = Server::start_with(&["--user", "default", "on", "nopass", "~*", "&*", "+@all", "-client|tracking"]);
    let handle = setup.cluster();
    std::thread::scope(|scope| {
        let (sender, served) = mpsc::channel();
        for (number, command) in ["BLPOP A B 40", "BLPOP A C 40"].into_iter().enumerate() {
            let (sender, handle, setup) = (sender.clone(), &handle, &setup);
            scope.spawn(move || sender.send((number, reply_to(handle, &setup.command(command)))).unwrap());
            match number {
                0 => await_calls(&setup.servers[1], "type", 4),
                _ => await_tracking_connections([&setup.servers[2]], 1),
            }
        }
        for (node, command, number) in [(2, "RPUSH C v", 1), (1, "RPUSH B v", 0)] {
            push(&setup, node, command);
            assert_eq!(served.recv_timeout(LONG).unwrap().0, number, "{command}");
        }
    });
}

/// The times from push to pop of `PUSHES` elements that eight consumers pop; sorted.
fn latencies(setup: &ThreeNodes, cluster: &Cluster) -> Vec<Duration> {
    const PUSHES: u32 = 1_000;
    const INTERVAL: Duration = Duration::from_millis(2);
    let start = Instant::now();
    let command = setup.command("BLPOP A B C 0.5");
    let popped = AtomicU32::new(0);
    let consume = || {
        let mut latencies = Vec::new();
        // On a busy machine a push may be late.
        while popped.load(Ordering::Relaxed) < PUSHES {
            let reply = cluster.command(&words(&command)).unwrap();
            let now = start.elapsed();
            let Value::Array(mut found) = reply.root() else { continue };
            let Some(Value::String(element)) = found.nth(1) else { panic!("no element") };
            let pushed: u64 = std::str::from_utf8(element).unwrap().parse().unwrap();
            latencies.push(now.saturating_sub(Duration::from_nanos(pushed)));
            popped.fetch_add(1, Ordering::Relaxed);
        }
        latencies
    };
    let mut all: Vec<Duration> = std::thread::scope(|scope| {
        let consumers: Vec<_> = (0..8).map(|_| scope.spawn(consume)).collect();
        for number in 0..PUSHES {
            std::thread::sleep((INTERVAL * number).saturating_sub(start.elapsed()));
            let key = ["A", "B", "C"][number as usize % 3];
            reply_to(cluster, &setup.command(&format!("RPUSH {key} {}", start.elapsed().as_nanos())));
        }
        consumers.into_iter().flat_map(|consumer| consumer.join().unwrap()).collect()
    });
    assert_eq!(all.len(), PUSHES as usize);
    all.sort_unstable();
    all
}

/// Prints how long elements wait for one of eight consumers, over three nodes and on one server, with 500 pushes per second.
#[test]
fn eight_consumers_get_each_element_soon() {
    let setup = ThreeNodes::new();
    let (one, three) = (latencies(&setup, &setup.oracle()), latencies(&setup, &setup.cluster()));
    for (name, part) in [("median", 500), ("99 %", 990)] {
        let ratio = three[part].as_secs_f64() / one[part].as_secs_f64();
        println!("{name}: {:?} over three nodes, {:?} on one server, ratio {ratio:.2}", three[part], one[part]);
    }
}
