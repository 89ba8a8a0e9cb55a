//! What other clients see and do while a cross-node command runs.

use crate::support::{Server, cluster, ports, words};
use rediscluster::{Cluster, Value};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

fn run(cluster: &Cluster, command: &str) {
    let reply = cluster.command(&words(command)).unwrap_or_else(|error| panic!("{command}: {error}"));
    assert!(!matches!(reply.root(), Value::Error(_)), "{command} returns {:?}", reply.root());
}

#[test]
fn temporary_keys_are_never_visible_to_other_clients() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let many = |prefix: &str| (0..500).map(|number| format!("{prefix}{number}")).collect::<Vec<_>>().join(" ");
    let scored = |prefix: &str| (0..300).map(|number| format!("{number} {prefix}{number}")).collect::<Vec<_>>().join(" ");
    for number in 0..6 {
        run(&cluster, &format!("SADD s{number} {}", many("m")));
        run(&cluster, &format!("ZADD z{number} {}", scored("m")));
        run(&cluster, &format!("PFADD p{number} {}", many("m")));
        run(&cluster, &format!("RPUSH l{number} 3 2 1"));
        run(&cluster, &format!("MSET w{number} {number} b{number} {}", "x".repeat(10_000)));
    }
    let commands = [
        "SUNIONSTORE s9 s0 s1 s2",
        "SDIFFSTORE s0 s0 s9",
        "SINTERSTORE s8 s1 s2",
        "ZUNIONSTORE z9 3 z0 z1 s1 WEIGHTS 0x1 1 1",
        "ZINTERSTORE z8 2 z1 z2",
        "ZRANGESTORE z7 z1 0 100",
        "PFMERGE p9 p0 p1 p2",
        "PFCOUNT p0 p1 p2 p3",
        "BITOP OR b9 b1 b2",
        "BITOP XOR b1 b1 b3",
        "SORT l1 BY w* STORE l9",
        "LCS w1 w2",
    ];
    // The weight keeps ZUNIONSTORE from being combined in the library. Newer servers reject it.
    let accepts_hex = redis::cmd("ZUNION").arg(&["1", "z", "WEIGHTS", "0x1"]).query::<Vec<String>>(&mut servers[0].client()).is_ok();
    let is_known = |command: &&str| servers[0].has_command(command.split(' ').next().unwrap_or_default());
    let commands: Vec<&str> = commands.into_iter().filter(|command| accepts_hex || !command.contains("0x1")).filter(is_known).collect();
    let is_over = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut clients: Vec<redis::Connection> = servers.iter().map(Server::client).collect();
            let mut seen: HashSet<Vec<u8>> = HashSet::new();
            while !is_over.load(Ordering::Acquire) {
                for client in &mut clients {
                    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*rediscluster*").query(client).unwrap();
                    seen.extend(keys);
                }
            }
            seen
        });
        let workers: Vec<_> = (0..2)
            .map(|worker| {
                let (cluster, commands) = (&cluster, &commands);
                scope.spawn(move || (0..240).for_each(|round| run(cluster, commands[(round + worker * 5) % commands.len()])))
            })
            .collect();
        let ended: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        is_over.store(true, Ordering::Release);
        assert!(ended.iter().all(Result::is_ok));
        watcher.join().unwrap()
    });
    assert!(seen.is_empty(), "{:?}", seen.iter().map(|key| key.escape_ascii().to_string()).collect::<Vec<_>>());
}

/// Members added to a destination by other clients survive a concurrent SUNIONSTORE into it.
#[test]
fn concurrent_additions_to_a_destination_that_is_an_operand_are_kept() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let names: Vec<String> = (1..=2).map(|master| crate::support::key_on(master, 2)).collect();
    let many = (0..300).map(|number| format!("first{number}")).collect::<Vec<_>>().join(" ");
    run(&cluster, &format!("SADD {} {many}", names[1]));
    let is_over = AtomicBool::new(false);
    let added = std::thread::scope(|scope| {
        let adder = scope.spawn(|| {
            let mut added = 0;
            while !is_over.load(Ordering::Acquire) {
                run(&cluster, &format!("SADD {} later{added}", names[0]));
                run(&cluster, &format!("ZINCRBY z{} 1 member", names[0]));
                added += 1;
            }
            added
        });
        for round in 0..150 {
            run(&cluster, &format!("SADD {} more{round}", names[1]));
            run(&cluster, &format!("SUNIONSTORE {} {} {}", names[0], names[0], names[1]));
        }
        is_over.store(true, Ordering::Release);
        adder.join().unwrap()
    });
    let reply = cluster.command(&[b"SCARD", names[0].as_bytes()]).unwrap();
    assert_eq!(reply.root(), Value::Integer(300 + 150 + added));
}
