//! Each option of CLIENT TRACKING, beside a plain server.

use super::harness::{Client, sends_messages_after_replies, write};
use crate::support::three_nodes::ThreeNodes;
use crate::support::{cluster, ports, request};

#[test]
fn arguments_are_checked_as_on_one_server() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for protocol in [2, 3] {
        let mut client = Client::new(&nodes, &cluster);
        client.hello(protocol);
        for command in [
            "CLIENT TRACKINGINFO",
            "CLIENT GETREDIR",
            "CLIENT TRACKING",
            "CLIENT TRACKING maybe",
            "CLIENT TRACKING OFF",
            "CLIENT TRACKING OFF maybe",
            "CLIENT TRACKING ON maybe",
            "CLIENT TRACKING ON REDIRECT",
            "CLIENT TRACKING ON REDIRECT x",
            "CLIENT TRACKING ON REDIRECT 987654321",
            "CLIENT TRACKING ON PREFIX",
            "CLIENT TRACKING ON PREFIX a",
            "CLIENT TRACKING ON BCAST OPTIN",
            "CLIENT TRACKING ON OPTIN OPTOUT",
            "CLIENT TRACKING ON BCAST PREFIX a PREFIX ab",
            "CLIENT CACHING YES",
            "CLIENT CACHING maybe",
            "CLIENT CACHING",
            "CLIENT TRACKINGINFO x",
            "CLIENT TRACKING ON",
            "CLIENT TRACKINGINFO",
            "CLIENT GETREDIR",
            "CLIENT CACHING YES",
            "CLIENT TRACKING ON BCAST",
            "CLIENT TRACKING ON OPTIN",
            "CLIENT TRACKING ON OPTOUT",
            "CLIENT CACHING NO",
            "CLIENT CACHING maybe",
            "CLIENT CACHING YES",
            "CLIENT TRACKINGINFO",
            "CLIENT GETNAME",
            "CLIENT TRACKINGINFO",
            "GET A",
            "CLIENT TRACKINGINFO",
            "CLIENT TRACKING OFF BCAST OPTIN PREFIX a",
            "CLIENT TRACKING ON OPTOUT NOLOOP",
            "CLIENT CACHING YES",
            "CLIENT CACHING NO",
            "CLIENT TRACKINGINFO",
            "CLIENT TRACKING OFF",
            "CLIENT TRACKINGINFO",
            "CLIENT TRACKING ON BCAST PREFIX b PREFIX a",
            "CLIENT TRACKING ON BCAST PREFIX c NOLOOP",
            "CLIENT TRACKINGINFO",
            "CLIENT TRACKING ON BCAST PREFIX cc",
            "CLIENT TRACKING ON",
            "CLIENT CACHING YES",
            "RESET",
        ] {
            client.check_order(&nodes, &[command]);
        }
        client.check_order(&nodes, &["CLIENT TRACKINGINFO"]);
        client.check_order(&nodes, &["CLIENT TRACKING ON BCAST", "CLIENT TRACKINGINFO", "CLIENT TRACKING OFF"]);
        let help = request(&["CLIENT TRACKING ON", "CLIENT TRACKING OFF", "QUIT"]);
        client.session.write(&help).unwrap();
        assert_eq!([client.read_value(), client.read_value(), client.read_value()].concat(), client.plain.exchange(&help, 3));
    }
}

/// The writes of the client itself.
#[test]
fn a_message_follows_the_reply_of_the_write_that_caused_it() {
    let nodes = ThreeNodes::new();
    if !sends_messages_after_replies(&nodes) {
        return;
    }
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    for commands in [
        &["CLIENT TRACKING ON"][..],
        &["GET A"],
        &["SET A 1"],
        &["SET A 2"],
        &["GET B", "GET A"],
        &["SET B 1"],
        &["INCR A"],
        &["MULTI", "GET A", "INCR A", "INCR A", "EXEC"],
        &["INCR A"],
        &["WATCH A", "GET A"],
        &["MULTI", "SET A 5", "EXEC"],
        &["LLEN C"],
        &["RPUSH C 1"],
        &["LRANGE C 0 -1"],
        &["BLPOP C 1"],
        &["STRLEN B", "GET missing"],
        &["SETRANGE B 3 x"],
        &["SETNX B y"],
        &["SET missing x"],
        &["LRANGE A 0 -1"],
        &["DEL A"],
        &["EVAL_RO return{redis.call('get',KEYS[1])} 1 B"],
        &["SET B 7"],
        &["EVAL return{redis.call('get',KEYS[1])} 1 B"],
        &["SET B 8"],
        &["GET B"],
        &["SELECT 1"],
        &["SET B 9"],
        &["SELECT 0", "GET B"],
        &["FLUSHALL"],
        &["FLUSHDB"],
        &["GET B"],
        &["CLIENT TRACKING OFF"],
        &["SET B 9"],
    ] {
        // Since 7.4 Redis flushes in another thread and replies after its message.
        if commands[0].starts_with("FLUSH") && nodes.oracle.release() >= (7, 4) {
            client.check(&nodes, commands);
        } else {
            client.check_order(&nodes, commands);
        }
    }
}

/// Commands whose keys are on several nodes.
#[test]
fn commands_across_nodes_track_what_they_read() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    for (reads, changed) in [
        (&["MGET A B C D"][..], "MSET A 1 B 2 D 3"),
        (&["EXISTS A B C"], "DEL A C D"),
        (&["SINTER A B"], "SADD B x"),
        (&["SUNION A B", "SDIFF B A"], "SADD A x y"),
        (&["SUNIONSTORE C A B"], "SADD A z"),
        (&["SINTERCARD 2 A B"], "SMOVE A B z"),
        (&["GET C"], "SUNIONSTORE C A B"),
        (&["SMEMBERS A", "SMEMBERS B", "SMEMBERS C"], "RENAME A C"),
        (&["GET A", "GET D"], "COPY B A"),
        (&["TOUCH A B C D"], "UNLINK A B C D"),
        (&["ZUNION 2 A B"], "ZADD B 1 x 2 y"),
        (&["ZRANGE B 0 -1", "GET A"], "ZRANGESTORE A B 0 -1"),
        (&["PFCOUNT C D"], "PFADD D x"),
        (&["PFCOUNT C D"], "PFMERGE C D"),
        (&["LCS C D"], "DEL A B C D"),
        (&["XREAD COUNT 1 STREAMS A B 0 0"], "XADD B 1-1 f v"),
        (&["XREAD COUNT 1 STREAMS A B 0 0"], "DEL B"),
        (&["LRANGE A 0 -1", "LRANGE B 0 -1"], "RPUSH A 1 2 3"),
        (&["LRANGE A 0 -1", "LRANGE B 0 -1"], "LMOVE A B LEFT LEFT"),
        (&["LRANGE A 0 -1", "LRANGE B 0 -1"], "LMPOP 2 A B LEFT"),
        (&["SORT_RO A BY nosort GET B"], "MSET B 1 C 2"),
        (&["GET A", "GET B", "GET C"], "MSETNX A 1 B 2 C 3"),
        (&["GET A", "GET B", "GET C"], "BITOP OR D B C"),
        (&["GET D"], "BITOP NOT D B"),
        (&["DBSIZE", "SCAN 0", "RANDOMKEY"], "FLUSHALL"),
    ] {
        let mut other = Client::resp3(&nodes, &cluster);
        client.run(&nodes, &["CLIENT TRACKING ON"]);
        client.run_plain(&nodes, &["CLIENT TRACKING ON"]);
        let (found, expected) = (client.run(&nodes, reads), client.run_plain(&nodes, reads));
        assert_eq!((found.replies.len(), found.invalid), (expected.replies.len(), expected.invalid), "{reads:?}");
        other.check(&nodes, &[changed]);
        client.check(&nodes, &["PING"]);
        // By the client itself.
        client.run(&nodes, reads);
        client.run_plain(&nodes, reads);
        client.check(&nodes, &[changed]);
        client.check(&nodes, &["CLIENT TRACKING OFF"]);
    }
}

#[test]
fn optin_and_optout_apply_to_the_next_command() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for mode in ["OPTIN", "OPTOUT"] {
        let caching = if mode == "OPTIN" { "CLIENT CACHING YES" } else { "CLIENT CACHING NO" };
        let tracking = format!("CLIENT TRACKING ON {mode}");
        let mut client = Client::resp3(&nodes, &cluster);
        client.check_order(&nodes, &[&tracking]);
        for reads in [
            &["GET A", "GET B"][..],
            &[caching, "GET A", "GET B", "GET D"],
            &["GET D", caching, "MGET A B C", "GET D"],
            &[caching, "CLIENT ID", "GET A"],
            &[caching, "PING", "GET A"],
            &[caching, "SELECT 0", "GET A"],
            &[caching, "SINTER A B", "SINTER B C"],
            &[caching, "XREAD COUNT 1 STREAMS A B 0 0", "GET C"],
            &[caching, "MULTI", "GET A", "GET D", "EXEC", "GET B"],
            &["MULTI", "GET A", caching, "GET D", "EXEC", "GET B"],
            &[caching, "MULTI", "DISCARD", "GET A"],
            &[caching, "WATCH A", "GET B", "UNWATCH"],
            &[caching, "DEL A", "GET B"],
            &[caching, "unknown", "GET B"],
        ] {
            let (found, expected) = (client.run(&nodes, reads), client.run_plain(&nodes, reads));
            assert_eq!((found.replies.len(), found.invalid), (expected.replies.len(), expected.invalid), "{reads:?}");
            write(&nodes, &cluster, "MSET A 1 B 2 C 3 D 4");
            client.check(&nodes, &["PING"]);
            write(&nodes, &cluster, "DEL A B C D");
        }
    }
}

#[test]
fn a_command_that_writes_or_is_rejected_makes_no_key_known() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    for command in ["XGROUP CREATE A g 0 MKSTREAM", "XGROUP CREATE B g 0 MKSTREAM", "CLIENT TRACKING ON"] {
        client.check(&nodes, &[command]);
    }
    for (number, command) in [
        "XREADGROUP GROUP g c STREAMS A B > >",
        "XREADGROUP GROUP g c BLOCK 1 STREAMS A B > >",
        "XREAD STREAMS A B 0",
        "XREAD BLOCK 1 STREAMS A B 0 0 0",
        "MSETNX A 1 B",
        "BLPOP A B x",
    ]
    .into_iter()
    .enumerate()
    {
        client.check(&nodes, &[command]);
        write(&nodes, &cluster, &format!("XADD A {number}-1 f v"));
        write(&nodes, &cluster, &format!("XADD B {number}-1 f v"));
        assert_eq!(client.check(&nodes, &["PING"]).invalid.len(), 0, "{command}");
    }
}

#[test]
fn with_noloop_own_writes_are_not_announced() {
    let nodes = ThreeNodes::new();
    if !sends_messages_after_replies(&nodes) {
        return;
    }
    let cluster = nodes.cluster();
    for mode in ["", " OPTOUT", " BCAST", " BCAST PREFIX other"] {
        let mut client = Client::resp3(&nodes, &cluster);
        client.check(&nodes, &[&format!("CLIENT TRACKING ON NOLOOP{mode}")]);
        for (reads, changed) in [
            ("MGET A B C D", "SET A 1"),
            ("MGET A B C D", "MSET A 1 B 2 D 3"),
            ("GET A", "INCR A"),
            ("MGET A B C D", "DEL A D"),
            ("MGET A B C D", "FLUSHALL"),
        ] {
            client.check(&nodes, &[reads]);
            client.check(&nodes, &[changed]);
            client.check(&nodes, &[reads]);
            client.check(&nodes, &["MULTI", changed, "EXEC"][..if changed.contains(" B ") || changed.contains("D") { 0 } else { 3 }]);
            client.check(&nodes, &[reads]);
            write(&nodes, &cluster, changed);
            client.check(&nodes, &["PING"]);
        }
        client.check(&nodes, &["RPUSH B 1 2", "LRANGE B 0 -1"]);
        client.check(&nodes, &["BLPOP B 1"]);
        write(&nodes, &cluster, "RPUSH B 3");
        client.check(&nodes, &["PING"]);
        client.check(&nodes, &["FLUSHALL"]);
    }
}

#[test]
fn bcast_announces_all_keys_with_its_prefixes() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut all = Client::resp3(&nodes, &cluster);
    let mut some = Client::resp3(&nodes, &cluster);
    all.check(&nodes, &["CLIENT TRACKING ON BCAST"]);
    some.check(&nodes, &["CLIENT TRACKING ON BCAST PREFIX user: PREFIX item:"]);
    for command in [
        "SET user:1 a",
        "MSET user:1 a user:2 b user:3 c item:1 d other:1 e",
        "RENAME user:1 user:4",
        "RENAME user:4 other:4",
        "SADD A 1 2 3",
        "SADD B 2 3 4",
        "SUNIONSTORE user:5 A B",
        "SMOVE A C 1",
        "MSETNX item:2 1 item:3 2 item:4 3",
        "COPY item:2 item:5",
        "RPUSH user:list 3 1 2",
        "SORT user:list BY user:* GET item:* STORE D",
        "LMOVE user:list item:list LEFT RIGHT",
        "PFADD user:h x",
        "PFMERGE item:h user:h A",
        "DEL user:2 user:3 missing",
        "PEXPIRE item:1 0",
        "FLUSHDB",
        "FLUSHALL",
    ] {
        // By another client, and by one of the two.
        write(&nodes, &cluster, "PING");
        all.check(&nodes, &[command]);
        some.check(&nodes, &["PING"]);
        write(&nodes, &cluster, command);
        some.check(&nodes, &["PING"]);
        let (found, expected) = (all.run(&nodes, &["PING"]), all.run_plain(&nodes, &["PING"]));
        let without_repeated = |mut keys: Vec<String>| {
            keys.dedup();
            keys
        };
        assert_eq!(without_repeated(found.invalid), without_repeated(expected.invalid), "{command}");
    }
}

#[test]
fn resp2_without_redirect_has_no_messages() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut client = Client::new(&nodes, &cluster);
    client.check_order(&nodes, &["CLIENT TRACKING ON", "GET A", "SET A 1", "GET A"]);
    write(&nodes, &cluster, "SET A 2");
    client.check_order(&nodes, &["PING"]);
    client.check_order(&nodes, &["GET A", "GET B"]);
    client.hello(3);
    write(&nodes, &cluster, "SET A 3");
    client.check(&nodes, &["SET B 3"]);
}

#[test]
fn client_info_shows_the_mode() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    let fields = |text: &str| {
        let is_shown = |field: &&str| field.starts_with("flags=") || field.starts_with("redir=");
        text.split([' ', '\n']).filter(is_shown).map(str::to_owned).collect::<Vec<_>>()
    };
    for tracking in ["ON", "OFF", "ON BCAST", "OFF"] {
        let commands = [&format!("CLIENT TRACKING {tracking}")[..], "CLIENT INFO"];
        let (found, expected) = (client.run(&nodes, &commands), client.run_plain(&nodes, &commands));
        assert_eq!(fields(&found.replies[1]), fields(&expected.replies[1]), "{tracking}");
    }
}

#[test]
fn a_key_with_a_stripped_tag_has_the_names_that_the_client_used() {
    let nodes = ThreeNodes::new();
    let cluster = cluster(&ports(&nodes.servers), &[r#""hash_tag":"strip""#]);
    let mut client = Client::resp3(&nodes, &cluster);
    client.run(&nodes, &["CLIENT TRACKING ON", "GET name{tag}", "MGET a{tag} b{one}"]);
    for (written, invalid) in [("name{tag}", ["name", "name{tag}"]), ("a{tag}", ["a", "a{tag}"]), ("b{one}", ["b", "b{one}"])] {
        cluster.command(&[b"SET", written.as_bytes(), b"1"]).unwrap();
        assert_eq!(client.run(&nodes, &["PING"]).invalid, invalid);
    }
}
