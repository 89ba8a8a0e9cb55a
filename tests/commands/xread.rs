//! XREAD and XREADGROUP over streams of several nodes return what one server returns, in the caller's order. A group read consumes from all
//! nodes or from none.

use crate::support::random::Random;
use crate::support::three_nodes::{ThreeNodes, await_blocked_clients, await_tracking_connections, redis_command, reply_to};
use crate::support::{Server, words};
use rediscluster::{Cluster, Value};
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn stream_reads_match_one_server() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    let mut random = Random::seeded();
    for step in 1..2_000 {
        let key = ["A", "B", "C", "D"][random.below(4)];
        let id = random.below(step + 1);
        let command = match random.below(16) {
            0..5 => format!("XADD {key} {step}-1 f {step}"),
            5 => format!("XDEL {key} {id}-1"),
            6 => format!("XTRIM {key} MAXLEN 5"),
            7 => format!("XGROUP CREATE {key} group {id} MKSTREAM"),
            8 => format!("XREAD STREAMS D C B A {id} {id} 0 {id}-1"),
            9 => format!("XREAD COUNT {} STREAMS A D C B {id} {id} $ {id}", random.below(4)),
            10 => format!("XREAD BLOCK 1 COUNT 2 STREAMS A D A {id} $ {id}"),
            11 => format!("XREADGROUP GROUP group one COUNT {} STREAMS A B C D > > > >", random.below(3)),
            12 => "XREADGROUP GROUP group two NOACK STREAMS D C > >".into(),
            13 => format!("XREADGROUP GROUP group one STREAMS C B {id} {id}"),
            14 => "XREADGROUP GROUP group two BLOCK 1 STREAMS A C B > 0 >".into(),
            _ => format!("XACK {key} group {id}-1"),
        };
        setup.compare(&cluster, &oracle, &command);
    }
}

#[test]
fn invalid_reads_return_the_servers_error_and_consume_nothing() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in [
        "SET C text",
        "XADD A 1-1 f v",
        "XADD B 1-1 f v",
        "XADD D 1-1 f v",
        "XGROUP CREATE A group 0",
        "XGROUP CREATE D group 0",
        "XGROUP CREATE D other 0",
    ] {
        setup.compare(&cluster, &oracle, command);
    }
    for command in [
        "XREAD STREAMS A B C 0 0 0",
        "XREAD STREAMS A B C 0 x 0",
        "XREAD STREAMS A B D 0 > x",
        "XREAD STREAMS A B C D 0 0 0",
        "XREAD STREAMS A B C 0 0",
        "XREAD COUNT x STREAMS A B 0 0",
        "XREAD BLOCK x STREAMS A B 0 0",
        "XREAD BLOCK -1 STREAMS A B 0 0",
        "XREAD NOACK STREAMS A B 0 0",
        "XREAD FOO 1 STREAMS A B 0 0",
        "XREAD BLOCK 10 STREAMS A C $ $",
        "XREADGROUP GROUP group me STREAMS A B > >",
        "XREADGROUP GROUP group me STREAMS A C > >",
        "XREADGROUP GROUP group me BLOCK 10 STREAMS A nosuch > >",
        "XREADGROUP GROUP other me STREAMS D A > >",
        "XREADGROUP GROUP group me STREAMS D A > $",
        "XREADGROUP GROUP group me STREAMS D A B > x >",
        "XREADGROUP GROUP group me COUNT x STREAMS D A B > > >",
        "XREADGROUP GROUP group me STREAMS D A B > >",
        "XREADGROUP NOACK GROUP group me FOO STREAMS D B > >",
        "XREADGROUP COUNT 1 NOACK COUNT 1 STREAMS D B > >",
    ] {
        let reply_text = setup.compare(&cluster, &oracle, command);
        assert!(!reply_text.starts_with('[') && reply_text != "NilArray", "{command} returns {reply_text}");
    }
    for stream in ["A", "D"] {
        setup.compare(&cluster, &oracle, &format!("XPENDING {stream} group"));
    }
    let read = setup.compare(&cluster, &oracle, "XREADGROUP GROUP group me STREAMS D A > >");
    assert_eq!(read.matches("1-1").count(), 2, "{read}");
}

#[test]
fn a_blocking_read_returns_only_newer_entries() {
    let setup = ThreeNodes::new();
    let cluster = setup.cluster();
    for command in ["XADD A 1-1 f old", "XADD B 1-1 f old", "XADD C 1-1 f old", "XGROUP CREATE B group $", "XGROUP CREATE C group $"] {
        reply_to(&cluster, &setup.command(command));
    }
    for (node, command, id) in [
        (1, "XREADGROUP GROUP group me BLOCK 40000 STREAMS C B > >", "4-1"),
        (0, "XREAD BLOCK 40000 STREAMS C B A nosuch $ $ $ $", "2-1"),
        (2, "XREAD COUNT 1 BLOCK 40000 STREAMS A B C $ $ $", "3-1"),
    ] {
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| reply_to(&cluster, &setup.command(command)));
            let of_command: Vec<&Server> = setup.servers.iter().skip(usize::from(node == 1)).collect();
            await_tracking_connections(of_command, 1);
            let key = &setup.keys[node];
            let _: String = redis_command(&format!("XADD {key} {id} f new")).query(&mut setup.servers[node].client()).unwrap();
            assert_eq!(waiting.join().unwrap(), format!("[[\"{key}\" [[\"{id}\" [\"f\" \"new\"]]]]]"), "{command}");
        });
    }
    for stream in ["B", "C"] {
        reply_to(&cluster, &setup.command(&format!("XGROUP CREATE {stream} late $")));
    }
    assert_eq!(reply_to(&cluster, &setup.command("XREAD BLOCK 50 STREAMS A B C $ $ $")), "NilArray");
    assert_eq!(reply_to(&cluster, &setup.command("XREADGROUP GROUP late me BLOCK 50 STREAMS B C > >")), "NilArray");
}

#[test]
fn a_blocking_read_of_a_destroyed_group_returns_nogroup() {
    let setup = ThreeNodes::new();
    let cluster = setup.cluster();
    for stream in ["A", "B", "C"] {
        reply_to(&cluster, &setup.command(&format!("XGROUP CREATE {stream} group $ MKSTREAM")));
    }
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| reply_to(&cluster, &setup.command("XREADGROUP GROUP group me BLOCK 40000 STREAMS A B C > > >")));
        await_tracking_connections(&setup.servers, 1);
        reply_to(&cluster, &setup.command("XGROUP DESTROY B group"));
        assert!(waiting.join().unwrap().starts_with("NOGROUP"));
    });
}

#[test]
fn the_consumers_of_a_group_receive_each_entry_once() {
    const ENTRIES: usize = 1_500;
    let setup = ThreeNodes::new();
    let streams = ["A", "B", "C", "D"];
    for stream in streams {
        reply_to(&setup.cluster(), &setup.command(&format!("XGROUP CREATE {stream} group 0 MKSTREAM")));
    }
    let (got, left) = (Mutex::new(Vec::new()), AtomicUsize::new(ENTRIES));
    std::thread::scope(|scope| {
        for consumer in 0..4 {
            let (setup, got, left) = (&setup, &got, &left);
            scope.spawn(move || {
                let cluster = setup.cluster();
                let command =
                    setup.command(&format!("XREADGROUP GROUP group consumer{consumer} COUNT 3 BLOCK 100 STREAMS A B C D > > > >"));
                while left.load(Ordering::SeqCst) > 0 {
                    let entries = read(&cluster, &command);
                    left.fetch_sub(entries.len(), Ordering::SeqCst);
                    got.lock().unwrap().extend(entries);
                }
            });
        }
        let (mut random, cluster) = (Random::seeded(), setup.cluster());
        for entry in 0..ENTRIES {
            reply_to(&cluster, &setup.command(&format!("XADD {} * entry {entry}", random.pick(&streams))));
        }
    });
    let got = got.into_inner().unwrap();
    assert_eq!((got.len(), got.iter().collect::<HashSet<_>>().len()), (ENTRIES, ENTRIES));
}

/// The values of the entries that were read.
fn read(cluster: &Cluster, command: &str) -> Vec<Vec<u8>> {
    let reply = cluster.command(&words(command)).unwrap();
    let Value::Array(streams) = reply.root() else { return Vec::new() };
    let entries = streams.flat_map(|stream| list(list(stream)[1]));
    entries.map(|entry| if let Value::String(value) = list(list(entry)[1])[1] { value.to_vec() } else { panic!() }).collect()
}

fn list(value: Value<'_>) -> Vec<Value<'_>> {
    if let Value::Array(list) = value { list.collect() } else { panic!("{value:?}") }
}

#[test]
fn pending_entries_of_all_nodes_are_claimed() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for key in ["A", "B", "C"] {
        setup.compare(&cluster, &oracle, &format!("XADD {key} 1-1 f {key}"));
        setup.compare(&cluster, &oracle, &format!("XGROUP CREATE {key} group 0"));
    }
    setup.compare(&cluster, &oracle, "XREADGROUP GROUP group one STREAMS A B > >");
    for command in [
        "XREADGROUP GROUP group two CLAIM x STREAMS A B C > > >",
        "XREADGROUP GROUP group two CLAIM -1 STREAMS A B C > > >",
        "XREADGROUP GROUP group two CLAIM STREAMS A B C > > >",
        "XREADGROUP GROUP group two CLAIM 3600000 STREAMS A B C > > >",
        "XREAD CLAIM 1 STREAMS A B 0 0",
    ] {
        setup.compare(&cluster, &oracle, command);
    }
    // Servers before Redis 8.4 reject CLAIM. The idle times of claimed entries differ between the two.
    let [found, expected] =
        [&cluster, &oracle].map(|cluster| reply_to(cluster, &setup.command("XREADGROUP GROUP group two CLAIM 0 STREAMS B A > >")));
    let is_number = |word: &&str| word.parse::<u64>().is_err();
    let without_numbers = |reply: &str| reply.replace([']', '['], " ").split(' ').filter(is_number).collect::<Vec<_>>().join(" ");
    assert_eq!(without_numbers(&found), without_numbers(&expected));
    if !expected.starts_with("ERR") {
        assert!(found.contains("1-1"), "{found}");
    }
}

#[test]
fn a_waiting_read_returns_the_streams_that_one_server_returns() {
    // The last stream is on another node, so that the read waits in the library.
    for command in ["XREADGROUP GROUP group me BLOCK 40000 STREAMS D A C > > >", "XREAD BLOCK 40000 STREAMS D A C $ $ $"] {
        let setup = ThreeNodes::new();
        let (cluster, oracle) = (setup.cluster(), setup.oracle());
        let mut found = Vec::new();
        for (handle, server) in [(&cluster, &setup.servers[0]), (&oracle, &setup.oracle)] {
            for stream in ["A", "C", "D"] {
                reply_to(handle, &setup.command(&format!("XGROUP CREATE {stream} group $ MKSTREAM")));
            }
            let waiting = || reply_to(handle, &setup.command(command));
            let reply = std::thread::scope(|scope| {
                let waiting = scope.spawn(waiting);
                match std::ptr::eq(handle, &oracle) {
                    true => await_blocked_clients(server, 1),
                    false => await_tracking_connections([server, &setup.servers[2]], 1),
                }
                let mut both = redis::pipe();
                both.atomic();
                for stream in ["D", "A"] {
                    both.add_command(redis_command(&setup.command(&format!("XADD {stream} 1-1 f v"))));
                }
                both.exec(&mut server.client()).expect("the server adds both");
                waiting.join().expect("the read ends")
            });
            found.push(reply);
        }
        // Before 7.2 a group read returns one stream, the first that changed. The library learns of both changes at the same time.
        let single = ["A", "D"].map(|stream| format!(r#"[["{}" [["1-1" ["f" "v"]]]]]"#, setup.command(stream)));
        match single.contains(&found[1]) {
            true => assert!(single.contains(&found[0]), "{command}: {found:?}"),
            false => assert_eq!(found[0], found[1], "{command}"),
        }
    }
}
