//! Pops from keys of several nodes: the first key with data is popped once, and blocking pops wait for data.

use crate::support::proxy::{Afterwards, Callback, Fault, Lost, Network};
use crate::support::random::Random;
use crate::support::three_nodes::{ThreeNodes, await_tracking_connections, format_reply, redis_command, reply_to};
use crate::support::{Server, cluster, ports, words};
use rediscluster::Value;
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[test]
fn pops_match_one_server() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    let mut random = Random::seeded();
    // Redis 6.2 rounds 0.001 to 0, which is no timeout.
    let time = if setup.oracle.release() < (7, 0) { "0.002" } else { "0.001" };
    for _ in 0..2_000 {
        let key = ["A", "B", "C"][random.below(3)];
        let command = match random.below(20) {
            0..5 => format!("RPUSH {key} {} {}", random.below(100), random.below(100)),
            5..10 => format!("ZADD {key} {} m{}", random.below(9), random.below(9)),
            10 => format!("DEL {key}"),
            11 => format!("BLPOP C A B {time}"),
            12 => format!("BRPOP B A C {time}"),
            13 => format!("BZPOPMIN B C A {time}"),
            14 => format!("BZPOPMAX A C B A {time}"),
            15 => format!("LMPOP 3 C B A RIGHT COUNT {}", random.below(4)),
            16 => format!("BLMPOP {time} 3 A B C left count {}", random.below(4)),
            17 => format!("ZMPOP 3 C B A MIN COUNT {}", random.below(4)),
            18 => format!("BZMPOP {time} 3 B A C MAX COUNT {}", random.below(4)),
            _ => "LMPOP 2 A B LEFT".into(),
        };
        setup.compare(&cluster, &oracle, &command);
    }
}

#[test]
fn invalid_pops_return_the_servers_error() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in [
        "BLPOP A B x",
        "BLPOP A B -1",
        "BRPOP A B nan",
        "BRPOP A B 1e300",
        "BZPOPMIN A B  C",
        "LMPOP 2 A B",
        "LMPOP 2 A B UP",
        "LMPOP 2 A B LEFT COUNT",
        "LMPOP 2 A B LEFT COUNT 0",
        "LMPOP 2 A B LEFT COUNT -1",
        "LMPOP 2 A B LEFT COUNT 01",
        "LMPOP 2 A B LEFT COUNT 1 COUNT 1",
        "ZMPOP 2 A B LEFT",
        "ZMPOP 2 A B MIN COUNT x",
        "BLMPOP x 2 A B LEFT",
        "BLMPOP -1 2 A B LEFT",
        "BZMPOP 1 2 A B MIN COUNT 0",
        "BZMPOP 1 2 A B",
    ] {
        let reply_text = setup.compare(&cluster, &oracle, command);
        assert!(reply_text.contains("ERR"), "{command} returns {reply_text}");
    }
}

#[test]
fn a_wrong_type_is_an_error_if_it_precedes_the_first_element() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in
        ["SET B text", "RPUSH C 1 2 3", "BLPOP A B C 1", "BLPOP A C B 1", "LMPOP 3 A B C LEFT", "LMPOP 3 C B A LEFT", "ZMPOP 2 A C MIN"]
    {
        setup.compare(&cluster, &oracle, command);
    }
}

#[test]
fn a_blocking_pop_returns_nil_after_its_timeout() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in [
        "BLPOP A B C 0.05",
        "BRPOP A B C 0.05",
        "BZPOPMIN A B 0.05",
        "BZPOPMAX A B 0.05",
        "BLMPOP 0.05 2 A B LEFT",
        "BZMPOP 0.05 2 A B MIN",
    ] {
        if !setup.has_command_of(command) {
            continue;
        }
        let start = Instant::now();
        assert_eq!(setup.compare(&cluster, &oracle, command), "NilArray");
        assert!(start.elapsed() >= Duration::from_millis(100), "{command}: 50 ms on each side");
    }
}

#[test]
fn a_push_on_any_node_ends_a_blocking_pop() {
    let setup = ThreeNodes::new();
    let cluster = setup.cluster();
    for (at, command, push, popped) in [
        (0, "BLPOP A B C 40", "RPUSH A v", "\"v\""),
        (1, "BRPOP A B C 40", "RPUSH B v", "\"v\""),
        (2, "BLMPOP 40 3 A B C LEFT", "RPUSH C v", "[\"v\"]"),
        (1, "BZPOPMIN A B C 40", "ZADD B 1 v", "\"v\" \"1\""),
        (2, "BZPOPMAX A B C 40", "ZADD C 1 v", "\"v\" \"1\""),
        (0, "BZMPOP 40 3 A B C MIN", "ZADD A 1 v", "[[\"v\" \"1\"]]"),
    ] {
        if !setup.has_command_of(command) {
            continue;
        }
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| reply_to(&cluster, &setup.command(command)));
            await_tracking_connections(&setup.servers, 1);
            let _: () = redis_command(&setup.command(push)).query(&mut setup.servers[at].client()).unwrap();
            assert_eq!(waiting.join().unwrap(), format!("[\"{}\" {popped}]", setup.keys[at]), "{command}");
        });
        await_tracking_connections(&setup.servers, 0);
    }
}

#[test]
fn changes_of_similarly_named_keys_do_not_wake_a_blocking_pop() {
    let setup = ThreeNodes::new();
    let cluster = setup.cluster();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| reply_to(&cluster, &setup.command("BLPOP A B C 40")));
        await_tracking_connections(&setup.servers, 1);
        let mut client = setup.servers[0].client();
        for _ in 0..100 {
            let _: () = redis_command(&format!("SET {}:other v", setup.keys[0])).query(&mut client).unwrap();
        }
        for command in ["SET A text", "DEL A"] {
            let _: () = redis_command(&setup.command(command)).query(&mut client).unwrap();
        }
        let _: () = redis_command(&setup.command("RPUSH B v")).query(&mut setup.servers[1].client()).unwrap();
        assert_eq!(waiting.join().unwrap(), format!("[\"{}\" \"v\"]", setup.keys[1]));
        let statistics: String = redis::cmd("INFO").arg("commandstats").query(&mut client).unwrap();
        let looks = statistics.lines().find_map(|line| line.strip_prefix("cmdstat_type:calls=")).unwrap();
        assert!(looks.split(',').next().unwrap().parse::<usize>().unwrap() < 50, "{looks}");
    });
}

#[test]
fn four_consumers_pop_each_element_once() {
    const ELEMENTS: usize = 2_000;
    let setup = ThreeNodes::new();
    let got: Mutex<Vec<(usize, Vec<u8>)>> = Mutex::default();
    let left = std::sync::atomic::AtomicUsize::new(ELEMENTS);
    std::thread::scope(|scope| {
        for consumer in 0..4 {
            let (setup, got, left) = (&setup, &got, &left);
            scope.spawn(move || {
                let cluster = setup.cluster();
                while left.load(std::sync::atomic::Ordering::SeqCst) > 0 {
                    let reply = cluster.command(&words(&setup.command("BLPOP A B C 0.1"))).unwrap();
                    if let Value::Array(mut popped) = reply.root() {
                        let Some(Value::String(element)) = popped.nth(1) else { panic!("{}", format_reply(&reply)) };
                        got.lock().unwrap().push((consumer, element.to_vec()));
                        left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    }
                }
            });
        }
        let mut random = Random::seeded();
        let mut clients: Vec<redis::Connection> = setup.servers.iter().map(Server::client).collect();
        for element in 0..ELEMENTS {
            let node = random.below(3);
            let _: () = redis::cmd("RPUSH").arg(&setup.keys[node]).arg(element).query(&mut clients[node]).unwrap();
        }
    });
    let got = got.into_inner().unwrap();
    let different: HashSet<&[u8]> = got.iter().map(|(_, element)| element.as_slice()).collect();
    assert_eq!((got.len(), different.len()), (ELEMENTS, ELEMENTS));
    for server in &setup.servers {
        assert_eq!(redis::cmd("DBSIZE").query::<usize>(&mut server.client()).unwrap(), 0, "data remains");
    }
}

#[test]
fn more_callers_can_block_than_the_pool_has_connections() {
    let setup = ThreeNodes::new();
    let cluster = cluster(&ports(&setup.servers), &["\"pool_size\":2"]);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8).map(|_| scope.spawn(|| reply_to(&cluster, &setup.command("BLPOP A B C 30")))).collect();
        await_tracking_connections(&setup.servers, 1);
        let _: () = redis_command(&setup.command("RPUSH C 1 2 3 4 5 6 7 8")).query(&mut setup.servers[2].client()).unwrap();
        let got: HashSet<String> = waiting.into_iter().map(|waiting| waiting.join().unwrap()).collect();
        assert_eq!(got.len(), 8, "{got:?}");
        assert!(got.iter().all(|got| got.starts_with(&format!("[\"{}\"", setup.keys[2]))), "{got:?}");
    });
}

#[test]
fn repeated_blocking_pops_open_no_new_connections() {
    let setup = ThreeNodes::new();
    let cluster = setup.cluster();
    let connections = || {
        let statistics: String = redis::cmd("INFO").arg("stats").query(&mut setup.servers[1].client()).unwrap();
        let count = statistics.lines().find_map(|line| line.strip_prefix("total_connections_received:")).unwrap();
        count.parse::<usize>().unwrap()
    };
    reply_to(&cluster, &setup.command("BLPOP A B C 0.001"));
    let before = connections();
    for _ in 0..20 {
        assert_eq!(reply_to(&cluster, &setup.command("BLPOP A B C 0.001")), "NilArray");
        assert_eq!(reply_to(&cluster, &setup.command("LLEN B")), "0");
    }
    assert_eq!(connections(), before + 1, "one connection is that of this test");
}

#[test]
fn servers_without_client_tracking_are_polled() {
    let mut setup = ThreeNodes::new();
    // Its ACL rules cannot exclude a subcommand.
    if !setup.oracle.is_since((7, 0)) {
        return;
    }
    setup.servers =
        (0..3).map(|_| Server::start_with(&["--user", "default", "on", "nopass", "~*", "&*", "+@all", "-client|tracking"])).collect();
    let cluster = setup.cluster();
    assert_eq!(reply_to(&cluster, &setup.command("BLPOP A B C 0.05")), "NilArray");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| reply_to(&cluster, &setup.command("BLPOP A B C 40")));
        let _: () = redis_command(&setup.command("RPUSH B v")).query(&mut setup.servers[1].client()).unwrap();
        assert_eq!(waiting.join().unwrap(), format!("[\"{}\" \"v\"]", setup.keys[1]));
    });
}

#[test]
fn a_server_that_stops_during_a_blocking_pop_is_named() {
    let mut setup = ThreeNodes::new();
    let cluster = setup.cluster();
    let command = setup.command("BLPOP A B C 40");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| cluster.command(&words(&command)).unwrap_err());
        await_tracking_connections(&setup.servers, 1);
        setup.servers[1].stop();
        let error = waiting.join().unwrap();
        assert_eq!((error.node(), error.executed()), (Some("node_2"), false), "{error}");
    });
}

/// A node is asked late. Meanwhile, after the other one was asked, another client pushes to the first key and then to the second.
#[test]
fn an_element_pushed_to_an_earlier_key_first_is_popped_first() {
    for (command, first, second, expected) in [
        ("LMPOP 2 A B LEFT", "RPUSH A a", "RPUSH B b", r#"["KEY" ["a"]]"#),
        ("BLPOP A B 5", "RPUSH A a", "RPUSH B b", r#"["KEY" "a"]"#),
        ("ZMPOP 2 A B MIN", "ZADD A 1 a", "ZADD B 1 b", r#"["KEY" [["a" "1"]]]"#),
    ] {
        let setup = ThreeNodes::new();
        if !setup.has_command_of(command) {
            continue;
        }
        let network = Network::start(&ports(&setup.servers));
        let handle = cluster(network.ports(), &[r#""refresh_interval":0"#]);
        let [mut first_client, mut second_client] = [0, 1].map(|node| setup.servers[node].client());
        let (first, second) = (setup.command(first), setup.command(second));
        let pushes: Callback = Box::new(move || {
            while calls(&mut first_client, "type") == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            let _: usize = redis_command(&first).query(&mut first_client).unwrap();
            let _: usize = redis_command(&second).query(&mut second_client).unwrap();
        });
        let fault = Fault { node: 1, step: 1, lost: Lost::Command, afterwards: Afterwards::Delayed };
        network.arm_with(Some(fault), Some(pushes));
        assert_eq!(setup.without_names(&reply_to(&handle, &setup.command(command))), expected, "{command}");
        assert!(network.happened());
        drop(handle);
        network.settle();
    }
}

/// How often a server has executed a command.
fn calls(client: &mut redis::Connection, command: &str) -> usize {
    let statistics: String = redis::cmd("INFO").arg("commandstats").query(client).unwrap();
    let calls = statistics.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
    calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
}
