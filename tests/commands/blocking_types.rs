//! Commands that block over keys of several nodes check the types of their keys when one server of the same release does.

use crate::support::three_nodes::{ThreeNodes, await_blocked_clients, await_tracking_connections, reply_to};
use rediscluster::Cluster;

/// A command, the commands before it, and those that other clients send while it waits.
struct Case<'c> {
    before: &'c [&'c str],
    command: &'c str,
    meanwhile: &'c [&'c str],
}

const fn case<'c>(before: &'c [&'c str], command: &'c str, meanwhile: &'c [&'c str]) -> Case<'c> {
    Case { before, command, meanwhile }
}

/// Runs a command that waits, on one server and on three nodes, and compares the replies.
fn compare(setup: &ThreeNodes, case: &Case) {
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    let run = |cluster: &Cluster, wait: &dyn Fn()| {
        case.before.iter().for_each(|command| drop(reply_to(cluster, &setup.command(command))));
        let reply = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| reply_to(cluster, &setup.command(case.command)));
            wait();
            case.meanwhile.iter().for_each(|command| drop(reply_to(cluster, &setup.command(command))));
            waiting.join().unwrap()
        });
        let sizes: Vec<String> = ["A", "B", "C"].map(|key| reply_to(cluster, &setup.command(&format!("LLEN {key}")))).to_vec();
        reply_to(cluster, "FLUSHALL");
        (reply, sizes)
    };
    let expected = run(&oracle, &|| await_blocked_clients(&setup.oracle, 1));
    // BLMOVE listens on the server of its source only.
    let listens = if case.command.starts_with("BLMOVE") || case.command.starts_with("BRPOPLPUSH") { 1 } else { 2 };
    let found = run(&cluster, &|| await_tracking_connections(&setup.servers[..listens], 1));
    if case.meanwhile == ["FLUSHALL"] {
        // It reaches the nodes one after the other, so the error can name any of the keys.
        return assert_eq!(setup.without_names(&found.0), setup.without_names(&expected.0), "{}, then FLUSHALL", case.command);
    }
    assert_eq!(found, expected, "{}, then {:?}", case.command, case.meanwhile);
}

const POPS: [(&str, &str); 6] = [
    ("BLPOP A B C 0.5", "RPUSH B x y"),
    ("BRPOP A B C 0.5", "RPUSH B x y"),
    ("BLMPOP 0.5 3 A B C LEFT COUNT 5", "RPUSH B x y"),
    ("BZPOPMIN A B C 0.5", "ZADD B 1 x 2 y"),
    ("BZPOPMAX A B C 0.5", "ZADD B 1 x 2 y"),
    ("BZMPOP 0.5 3 A B C MAX COUNT 5", "ZADD B 1 x 2 y"),
];

#[test]
fn a_pop_that_waits_treats_keys_of_another_type_as_one_server_does() {
    let setup = ThreeNodes::new();
    for (pop, push) in POPS.into_iter().filter(|(pop, _)| setup.has_command_of(pop)) {
        for meanwhile in [
            &["SET A x"][..],
            &["SET A x", "SET B x", "HSET C f v", "DEL B", push],
            &["SADD B x", "SADD C x"],
            &["SET A x", push],
            &["SET C x", push],
            &["SET A x", "DEL A", push],
        ] {
            compare(&setup, &Case { before: &[], command: pop, meanwhile });
        }
    }
}

#[test]
fn a_move_that_waits_ignores_another_type_of_its_source_but_not_of_its_destination() {
    let setup = ThreeNodes::new();
    for case in [
        case(&[], "BLMOVE A B LEFT LEFT 0.5", &["SET A x"]),
        case(&[], "BLMOVE A B LEFT LEFT 0.5", &["SET A x", "DEL A", "RPUSH A x y"]),
        case(&["SET B x"], "BLMOVE A B LEFT LEFT 0.5", &["RPUSH A x y"]),
        case(&["SET B x"], "BLMOVE A B LEFT LEFT 0.5", &["DEL B", "RPUSH A x y"]),
        case(&[], "BLMOVE A B LEFT LEFT 0.5", &["SET B x", "RPUSH A x y"]),
        case(&[], "BRPOPLPUSH A B 0.5", &["SET A x"]),
        case(&[], "BRPOPLPUSH A B 0.5", &["SET B x", "RPUSH A x y"]),
    ] {
        compare(&setup, &case);
    }
}

#[test]
fn a_read_that_waits_treats_keys_that_are_no_streams_any_more_as_one_server_does() {
    const READ: &str = "XREAD BLOCK 500 STREAMS A B D $ $ $";
    let setup = ThreeNodes::new();
    for case in [
        case(&["XADD A 7-1 f v"], READ, &["DEL A"]),
        case(&["XADD A 7-1 f v"], READ, &["SET A x"]),
        case(&[], READ, &["SET A x", "XADD B 1-1 f v"]),
        case(&[], READ, &["SET A x", "XADD D 1-1 f v"]),
        case(&[], READ, &["SET D x", "XADD B 1-1 f v"]),
        case(&["XADD A 7-1 f v"], READ, &["SET A x", "DEL A", "XADD A 1-1 f v"]),
        case(&[], READ, &["SET A x", "DEL A", "XADD A 1-1 f v"]),
    ] {
        compare(&setup, &case);
    }
}

#[test]
fn a_group_read_ends_when_a_stream_or_the_group_goes() {
    const GROUPS: &[&str] = &["XGROUP CREATE A g $ MKSTREAM", "XGROUP CREATE B g $ MKSTREAM"];
    const READ: &str = "XREADGROUP GROUP g c BLOCK 500 STREAMS A B > >";
    let setup = ThreeNodes::new();
    // Older servers do not notice that a stream is gone.
    if !setup.oracle.is_since((7, 0)) {
        return;
    }
    for meanwhile in [
        &["XGROUP DESTROY A g"][..],
        &["XGROUP DESTROY B g"],
        &["XGROUP DESTROY A other"],
        &["DEL A"],
        &["SET A x"],
        &["RENAME A D"],
        &["FLUSHALL"],
        &["XADD D 1-1 f v", "RENAME D A"],
        &["RPUSH D x", "RENAME D A"],
        &["PEXPIRE A 20"],
        &["XADD B 1-1 f v"],
    ] {
        compare(&setup, &Case { before: GROUPS, command: READ, meanwhile });
    }
}

#[test]
fn a_key_of_another_type_at_the_start_is_an_error() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    let others = [("BLMOVE B A LEFT LEFT 0.5", ""), ("BRPOPLPUSH B A 0.5", ""), ("XREAD BLOCK 500 STREAMS A B C 0 0 0", "")];
    for (command, _) in POPS.into_iter().chain(others) {
        for key in ["A", "B", "C"] {
            setup.compare(&cluster, &oracle, &format!("SET {key} x"));
            setup.compare(&cluster, &oracle, command);
            setup.compare(&cluster, &oracle, "FLUSHALL");
        }
    }
    for commands in [&["XGROUP CREATE A g $ MKSTREAM"][..], &["XGROUP CREATE A g $ MKSTREAM", "SET B x"]] {
        commands.iter().for_each(|command| drop(setup.compare(&cluster, &oracle, command)));
        setup.compare(&cluster, &oracle, "XREADGROUP GROUP g c BLOCK 500 STREAMS A B > >");
        setup.compare(&cluster, &oracle, "FLUSHALL");
    }
}
