//! Popping from keys of several nodes: the first in order that has something gives it, once, and who finds nothing may wait.

use crate::support::random::Random;
use crate::support::stage::{Stage, answer, await_listeners, raw, readable};
use crate::support::{Server, cluster, ports, words};
use rediscluster::Value;
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[test]
fn pops_match_one_server() {
    let stage = Stage::new();
    let (ours, judge) = (stage.ours(), stage.judge());
    let mut random = Random::seeded();
    for _ in 0..2_000 {
        let key = ["A", "B", "C"][random.below(3)];
        let command = match random.below(20) {
            0..5 => format!("RPUSH {key} {} {}", random.below(100), random.below(100)),
            5..10 => format!("ZADD {key} {} m{}", random.below(9), random.below(9)),
            10 => format!("DEL {key}"),
            11 => "BLPOP C A B 0.001".into(),
            12 => "BRPOP B A C 0.001".into(),
            13 => "BZPOPMIN B C A 0.001".into(),
            14 => "BZPOPMAX A C B A 0.001".into(),
            15 => format!("LMPOP 3 C B A RIGHT COUNT {}", random.below(4)),
            16 => format!("BLMPOP 0.001 3 A B C left count {}", random.below(4)),
            17 => format!("ZMPOP 3 C B A MIN COUNT {}", random.below(4)),
            18 => format!("BZMPOP 0.001 3 B A C MAX COUNT {}", random.below(4)),
            _ => "LMPOP 2 A B LEFT".into(),
        };
        stage.compare(&ours, &judge, &command);
    }
}

#[test]
fn invalid_pops_return_the_servers_error() {
    let stage = Stage::new();
    let (ours, judge) = (stage.ours(), stage.judge());
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
        let answered = stage.compare(&ours, &judge, command);
        assert!(answered.contains("ERR"), "{command} answers {answered}");
    }
}

#[test]
fn a_wrong_type_is_an_error_if_it_precedes_the_first_element() {
    let stage = Stage::new();
    let (ours, judge) = (stage.ours(), stage.judge());
    for command in
        ["SET B text", "RPUSH C 1 2 3", "BLPOP A B C 1", "BLPOP A C B 1", "LMPOP 3 A B C LEFT", "LMPOP 3 C B A LEFT", "ZMPOP 2 A C MIN"]
    {
        stage.compare(&ours, &judge, command);
    }
}

#[test]
fn a_blocking_pop_returns_nil_after_its_timeout() {
    let stage = Stage::new();
    let (ours, judge) = (stage.ours(), stage.judge());
    for command in [
        "BLPOP A B C 0.05",
        "BRPOP A B C 0.05",
        "BZPOPMIN A B 0.05",
        "BZPOPMAX A B 0.05",
        "BLMPOP 0.05 2 A B LEFT",
        "BZMPOP 0.05 2 A B MIN",
    ] {
        let start = Instant::now();
        assert_eq!(stage.compare(&ours, &judge, command), "NilArray");
        assert!(start.elapsed() >= Duration::from_millis(100), "{command}: 50 ms here and 50 ms there");
    }
}

#[test]
fn a_push_on_any_node_ends_a_blocking_pop() {
    let stage = Stage::new();
    let ours = stage.ours();
    for (at, command, push, popped) in [
        (0, "BLPOP A B C 40", "RPUSH A v", "\"v\""),
        (1, "BRPOP A B C 40", "RPUSH B v", "\"v\""),
        (2, "BLMPOP 40 3 A B C LEFT", "RPUSH C v", "[\"v\"]"),
        (1, "BZPOPMIN A B C 40", "ZADD B 1 v", "\"v\" \"1\""),
        (2, "BZPOPMAX A B C 40", "ZADD C 1 v", "\"v\" \"1\""),
        (0, "BZMPOP 40 3 A B C MIN", "ZADD A 1 v", "[[\"v\" \"1\"]]"),
    ] {
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| answer(&ours, &stage.command(command)));
            await_listeners(&stage.servers, 1);
            let _: () = raw(&stage.command(push)).query(&mut stage.servers[at].client()).unwrap();
            assert_eq!(waiting.join().unwrap(), format!("[\"{}\" {popped}]", stage.keys[at]), "{command}");
        });
        await_listeners(&stage.servers, 0);
    }
}

#[test]
fn changes_of_similarly_named_keys_do_not_wake_a_blocking_pop() {
    let stage = Stage::new();
    let ours = stage.ours();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| answer(&ours, &stage.command("BLPOP A B C 40")));
        await_listeners(&stage.servers, 1);
        let mut client = stage.servers[0].client();
        for _ in 0..100 {
            let _: () = raw(&format!("SET {}:other v", stage.keys[0])).query(&mut client).unwrap();
        }
        let _: () = raw(&stage.command("SET A text")).query(&mut client).unwrap();
        assert!(waiting.join().unwrap().starts_with("WRONGTYPE"));
        let statistics: String = redis::cmd("INFO").arg("commandstats").query(&mut client).unwrap();
        let looks = statistics.lines().find_map(|line| line.strip_prefix("cmdstat_type:calls=")).unwrap();
        assert!(looks.split(',').next().unwrap().parse::<usize>().unwrap() < 50, "{looks}");
    });
}

#[test]
fn four_consumers_pop_each_element_once() {
    const ELEMENTS: usize = 2_000;
    let stage = Stage::new();
    let got: Mutex<Vec<(usize, Vec<u8>)>> = Mutex::default();
    let left = std::sync::atomic::AtomicUsize::new(ELEMENTS);
    std::thread::scope(|scope| {
        for consumer in 0..4 {
            let (stage, got, left) = (&stage, &got, &left);
            scope.spawn(move || {
                let ours = stage.ours();
                while left.load(std::sync::atomic::Ordering::SeqCst) > 0 {
                    let reply = ours.command(&words(&stage.command("BLPOP A B C 0.1"))).unwrap();
                    if let Value::Array(mut popped) = reply.root() {
                        let Some(Value::String(element)) = popped.nth(1) else { panic!("{}", readable(&reply)) };
                        got.lock().unwrap().push((consumer, element.to_vec()));
                        left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    }
                }
            });
        }
        let mut random = Random::seeded();
        let mut clients: Vec<redis::Connection> = stage.servers.iter().map(Server::client).collect();
        for element in 0..ELEMENTS {
            let node = random.below(3);
            let _: () = redis::cmd("RPUSH").arg(&stage.keys[node]).arg(element).query(&mut clients[node]).unwrap();
        }
    });
    let got = got.into_inner().unwrap();
    let different: HashSet<&[u8]> = got.iter().map(|(_, element)| element.as_slice()).collect();
    assert_eq!((got.len(), different.len()), (ELEMENTS, ELEMENTS));
    for server in &stage.servers {
        assert_eq!(redis::cmd("DBSIZE").query::<usize>(&mut server.client()).unwrap(), 0, "nothing is left");
    }
}

#[test]
fn more_callers_can_block_than_the_pool_has_connections() {
    let stage = Stage::new();
    let ours = cluster(&ports(&stage.servers), &["\"pool_size\":2"]);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8).map(|_| scope.spawn(|| answer(&ours, &stage.command("BLPOP A B C 30")))).collect();
        await_listeners(&stage.servers, 1);
        let _: () = raw(&stage.command("RPUSH C 1 2 3 4 5 6 7 8")).query(&mut stage.servers[2].client()).unwrap();
        let got: HashSet<String> = waiting.into_iter().map(|waiting| waiting.join().unwrap()).collect();
        assert_eq!(got.len(), 8, "{got:?}");
        assert!(got.iter().all(|got| got.starts_with(&format!("[\"{}\"", stage.keys[2]))), "{got:?}");
    });
}

#[test]
fn repeated_blocking_pops_open_no_new_connections() {
    let stage = Stage::new();
    let ours = stage.ours();
    let connections = || {
        let statistics: String = redis::cmd("INFO").arg("stats").query(&mut stage.servers[1].client()).unwrap();
        let count = statistics.lines().find_map(|line| line.strip_prefix("total_connections_received:")).unwrap();
        count.parse::<usize>().unwrap()
    };
    answer(&ours, &stage.command("BLPOP A B C 0.001"));
    let before = connections();
    for _ in 0..20 {
        assert_eq!(answer(&ours, &stage.command("BLPOP A B C 0.001")), "NilArray");
        assert_eq!(answer(&ours, &stage.command("LLEN B")), "0");
    }
    assert_eq!(connections(), before + 1, "but for the one that asks");
}

#[test]
fn servers_without_client_tracking_are_polled() {
    let mut stage = Stage::new();
    stage.servers =
        (0..3).map(|_| Server::start_with(&["--user", "default", "on", "nopass", "~*", "&*", "+@all", "-client|tracking"])).collect();
    let ours = stage.ours();
    assert_eq!(answer(&ours, &stage.command("BLPOP A B C 0.05")), "NilArray");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| answer(&ours, &stage.command("BLPOP A B C 40")));
        let _: () = raw(&stage.command("RPUSH B v")).query(&mut stage.servers[1].client()).unwrap();
        assert_eq!(waiting.join().unwrap(), format!("[\"{}\" \"v\"]", stage.keys[1]));
    });
}

#[test]
fn a_server_that_stops_during_a_blocking_pop_is_named() {
    let mut stage = Stage::new();
    let ours = stage.ours();
    let command = stage.command("BLPOP A B C 40");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| ours.command(&words(&command)).unwrap_err());
        await_listeners(&stage.servers, 1);
        stage.servers[1].stop();
        let error = waiting.join().unwrap();
        assert_eq!((error.node(), error.executed()), (Some("node_2"), false), "{error}");
    });
}
