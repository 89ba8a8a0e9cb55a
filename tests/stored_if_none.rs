//! MSETNX over several nodes: all keys or none, whoever else writes.

mod support;

use rediscluster::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use support::fake::Fake;
use support::random::Random;
use support::stage::{Stage, answer, raw};
use support::words;

#[test]
fn all_keys_are_stored_or_none() {
    let stage = Stage::new();
    let (ours, judge) = (stage.ours(), stage.judge());
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
        stage.compare(&ours, &judge, &command);
        stage.compare(&ours, &judge, "MGET A B C D");
    }
}

#[test]
fn of_several_that_race_one_wins_with_all_keys() {
    let stage = Stage::new();
    let mut clients: Vec<redis::Connection> = stage.servers.iter().map(|server| server.client()).collect();
    for _ in 0..100 {
        let start = Barrier::new(3);
        let won: Vec<usize> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..3)
                .map(|racer| {
                    let (stage, start) = (&stage, &start);
                    scope.spawn(move || {
                        let ours = stage.ours();
                        let order = ["A {} B {} C {}", "C {} B {} A {}", "B {} C {} A {}"][racer];
                        let command = stage.command(&format!("MSETNX {}", order.replace("{}", &format!("value{racer}"))));
                        start.wait();
                        answer(&ours, &command)
                    })
                })
                .collect();
            let answers: Vec<String> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
            assert!(answers.iter().all(|answer| answer == "0" || answer == "1" || answer.starts_with("TRYAGAIN")), "{answers:?}");
            (0..3).filter(|&racer| answers[racer] == "1").collect()
        });
        let values: Vec<Option<String>> =
            (0..3).map(|node| raw(&format!("GETDEL {}", stage.keys[node])).query(&mut clients[node]).unwrap()).collect();
        match won.as_slice() {
            [] => assert_eq!(values, [None, None, None]),
            [winner] => assert_eq!(values, [0; 3].map(|_| Some(format!("value{winner}")))),
            both => panic!("{both:?} won with {values:?}"),
        }
    }
}

#[test]
fn what_one_server_refuses_to_store_no_server_keeps() {
    let mut stage = Stage::new();
    stage.servers[1] = support::Server::start_with(&["--maxmemory", "1", "--maxmemory-policy", "noeviction"]);
    let ours = stage.ours();
    let refused = answer(&ours, &stage.command("MSETNX A 1 B 2 C 3"));
    assert!(refused.starts_with("OOM"), "{refused}");
    let reply = ours.command(&words(&stage.command("EXISTS A B C"))).unwrap();
    assert_eq!(reply.root(), Value::Integer(0));
}

#[test]
fn with_a_server_gone_nothing_is_stored() {
    let mut stage = Stage::new();
    let ours = stage.ours();
    answer(&ours, "DBSIZE");
    stage.servers[2].stop();
    let error = ours.command(&words(&stage.command("MSETNX A 1 B 2 C 3"))).unwrap_err();
    assert_eq!((error.node(), error.executed()), (Some("node_3"), false), "{error}");
    for node in 0..2 {
        let exists: usize = raw(&format!("EXISTS {}", stage.keys[node])).query(&mut stage.servers[node].client()).unwrap();
        assert_eq!(exists, 0);
    }
}

/// Passes on what is said to a real server. The answer to the first EXEC is not passed on: the connection breaks, and with `for_good` every
/// later one too.
fn forgetful(server: u16, for_good: bool) -> Fake {
    let broken = AtomicBool::new(false);
    Fake::start(move |mut client, _| {
        let mut server = TcpStream::connect(("127.0.0.1", server)).unwrap();
        let mut buffer = vec![0; 64 << 10];
        while !(for_good && broken.load(Ordering::SeqCst)) {
            let Some(count) = client.read(&mut buffer).ok().filter(|&count| count > 0) else { return };
            let is_transaction = buffer[..count].windows(4).any(|word| word == b"EXEC");
            server.write_all(&buffer[..count]).unwrap();
            let count = server.read(&mut buffer).unwrap();
            if is_transaction && !broken.swap(true, Ordering::SeqCst) {
                return;
            }
            client.write_all(&buffer[..count]).unwrap();
        }
    })
}

#[test]
fn what_a_broken_connection_left_behind_is_taken_back() {
    let stage = Stage::new();
    let fake = forgetful(stage.servers[1].port, false);
    let ours = support::cluster(&[stage.servers[0].port, fake.port, stage.servers[2].port], &[]);
    let error = ours.command(&words(&stage.command("MSETNX A 1 B 2 C 3"))).unwrap_err();
    assert_eq!((error.node(), error.executed()), (Some("node_2"), false), "{error}");
    assert!(error.message().ends_with("nothing remains stored"), "{error}");
    assert_eq!(answer(&stage.ours(), &stage.command("EXISTS A B C")), "0");
    assert_eq!(answer(&ours, &stage.command("MSETNX A 1 B 2 C 3")), "1");
}

#[test]
fn what_cannot_be_taken_back_is_named_and_taken_back_by_recover() {
    let stage = Stage::new();
    let fake = forgetful(stage.servers[1].port, true);
    let ours = support::cluster(&[stage.servers[0].port, fake.port, stage.servers[2].port], &[]);
    let error = ours.command(&words(&stage.command("MSETNX A 1 B 2 C 3"))).unwrap_err();
    assert_eq!((error.node(), error.executed()), (Some("node_2"), true), "{error}");
    // The first node keeps its own as long as another's cannot be taken back: by that it is known not to be complete.
    let left = format!("may be stored until `recover` deletes them: \"{}\", \"{}\"", stage.keys[1], stage.keys[0]);
    assert!(error.message().ends_with(&left), "{error}");
    let direct = stage.ours();
    direct.recover(std::time::Duration::ZERO).unwrap();
    assert_eq!(answer(&direct, &stage.command("EXISTS A B C")), "0");
    assert_eq!(answer(&direct, &stage.command("MSETNX A 1 B 2 C 3")), "1");
}
