//! MSETNX over several nodes sets all keys or none, also with concurrent writers.

use crate::support::fake_server::FakeServer;
use crate::support::random::Random;
use crate::support::three_nodes::{ThreeNodes, redis_command, reply_to};
use crate::support::words;
use rediscluster::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn msetnx_sets_all_keys_or_none() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    let mut random = Random::seeded();
    for _ in 0..1_000 {
        let key = ["A", "B", "C", "D"][random.below(4)];
        let command = match random.below(8) {
            0 => "MSETNX A 1 B 2 C 3 D 4".into(),
            1 => "MSETNX C 1 B 2 C 3 B 4 C 5".into(),
            2 => "MSETNX A 1 B".into(),
            3 => format!("MSETNX D 1 {key} 2 C "),
            4 => format!("SET {key} other"),
            5 => format!("RPUSH {key} 1"),
            _ => format!("DEL A B {key}"),
        };
        setup.compare(&cluster, &oracle, &command);
        setup.compare(&cluster, &oracle, "MGET A B C D");
    }
}

#[test]
fn at_most_one_of_several_concurrent_msetnx_succeeds() {
    let setup = ThreeNodes::new();
    let mut clients: Vec<redis::Connection> = setup.servers.iter().map(|server| server.client()).collect();
    for _ in 0..100 {
        let start = Barrier::new(3);
        let won: Vec<usize> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..3)
                .map(|racer| {
                    let (setup, start) = (&setup, &start);
                    scope.spawn(move || {
                        let cluster = setup.cluster();
                        let order = ["A {} B {} C {}", "C {} B {} A {}", "B {} C {} A {}"][racer];
                        let command = setup.command(&format!("MSETNX {}", order.replace("{}", &format!("value{racer}"))));
                        start.wait();
                        reply_to(&cluster, &command)
                    })
                })
                .collect();
            let replies: Vec<String> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
            assert!(replies.iter().all(|reply| reply == "0" || reply == "1" || reply.starts_with("TRYAGAIN")), "{replies:?}");
            (0..3).filter(|&racer| replies[racer] == "1").collect()
        });
        let values: Vec<Option<String>> =
            (0..3).map(|node| redis_command(&format!("GETDEL {}", setup.keys[node])).query(&mut clients[node]).unwrap()).collect();
        match won.as_slice() {
            [] => assert_eq!(values, [None, None, None]),
            [winner] => assert_eq!(values, [0; 3].map(|_| Some(format!("value{winner}")))),
            both => panic!("{both:?} won with {values:?}"),
        }
    }
}

#[test]
fn keys_are_stored_on_no_server_if_one_server_refuses() {
    let mut setup = ThreeNodes::new();
    setup.servers[1] = crate::support::Server::start_with(&["--maxmemory", "1", "--maxmemory-policy", "noeviction"]);
    let cluster = setup.cluster();
    let refused = reply_to(&cluster, &setup.command("MSETNX A 1 B 2 C 3"));
    assert!(refused.starts_with("OOM"), "{refused}");
    let reply = cluster.command(&words(&setup.command("EXISTS A B C"))).unwrap();
    assert_eq!(reply.root(), Value::Integer(0));
}

#[test]
fn keys_are_stored_on_no_server_if_one_server_is_down() {
    let mut setup = ThreeNodes::new();
    let cluster = setup.cluster();
    reply_to(&cluster, "DBSIZE");
    setup.servers[2].stop();
    let error = cluster.command(&words(&setup.command("MSETNX A 1 B 2 C 3"))).unwrap_err();
    assert_eq!((error.node(), error.executed()), (Some("node_3"), false), "{error}");
    for node in 0..2 {
        let exists: usize = redis_command(&format!("EXISTS {}", setup.keys[node])).query(&mut setup.servers[node].client()).unwrap();
        assert_eq!(exists, 0);
    }
}

/// What a server's network does to the first transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loses {
    Transaction,
    Reply,
}

/// Forwards to a real server but loses the first transaction, or the reply to it, and closes the connection. With `for_good` it closes every later
/// connection too.
fn forgetful(server: u16, loses: Loses, for_good: bool) -> FakeServer {
    let broken = AtomicBool::new(false);
    FakeServer::start(move |mut client, _| {
        let mut server = TcpStream::connect(("127.0.0.1", server)).unwrap();
        let mut buffer = vec![0; 64 << 10];
        while !(for_good && broken.load(Ordering::SeqCst)) {
            let Some(count) = client.read(&mut buffer).ok().filter(|&count| count > 0) else { return };
            let is_transaction = buffer[..count].windows(4).any(|word| word == b"EXEC");
            let is_lost = is_transaction && !broken.swap(true, Ordering::SeqCst);
            if is_lost && loses == Loses::Transaction {
                return;
            }
            server.write_all(&buffer[..count]).unwrap();
            let count = server.read(&mut buffer).unwrap();
            if is_lost {
                return;
            }
            client.write_all(&buffer[..count]).unwrap();
        }
    })
}

#[test]
fn msetnx_asks_whether_a_transaction_without_a_reply_was_executed() {
    let setup = ThreeNodes::new();
    let behind = |loses| {
        let fake = forgetful(setup.servers[1].port, loses, false);
        (crate::support::cluster(&[setup.servers[0].port, fake.port, setup.servers[2].port], &[]), fake)
    };
    let (cluster, _fake) = behind(Loses::Transaction);
    let error = cluster.command(&words(&setup.command("MSETNX A 1 B 2 C 3"))).unwrap_err();
    assert_eq!((error.node(), error.executed()), (Some("node_2"), false), "{error}");
    assert!(error.message().ends_with("nothing remains stored"), "{error}");
    assert_eq!(reply_to(&setup.cluster(), &setup.command("EXISTS A B C")), "0");
    let (cluster, _fake) = behind(Loses::Reply);
    assert_eq!(reply_to(&cluster, &setup.command("MSETNX A 1 B 2 C 3")), "1");
    assert_eq!(reply_to(&setup.cluster(), &setup.command("MGET A B C")), r#"["1" "2" "3"]"#);
}

#[test]
fn an_msetnx_with_an_unknown_outcome_names_its_keys_and_recover_ends_it() {
    let setup = ThreeNodes::new();
    for (loses, stored) in [(Loses::Transaction, "0"), (Loses::Reply, "3")] {
        let fake = forgetful(setup.servers[1].port, loses, true);
        let cluster = crate::support::cluster(&[setup.servers[0].port, fake.port, setup.servers[2].port], &[]);
        let error = cluster.command(&words(&setup.command("MSETNX A 1 B 2 C 3"))).unwrap_err();
        assert_eq!((error.node(), error.executed()), (Some("node_2"), true), "{error}");
        // The second node may have stored, and then the command has succeeded: nothing may be removed.
        let [a, b, c, _] = &setup.keys;
        let left = format!(r#"may be stored until `recover` completes or undoes the command: "{a}", "{b}", "{c}""#);
        assert!(error.message().ends_with(&left), "{error}");
        let direct = setup.cluster();
        direct.recover(std::time::Duration::ZERO).unwrap();
        assert_eq!(reply_to(&direct, &setup.command("EXISTS A B C")), stored);
        assert_eq!(reply_to(&direct, &setup.command("MSETNX A 1 B 2 C 3")), if stored == "0" { "1" } else { "0" });
        reply_to(&direct, &setup.command("DEL A B C"));
    }
}
