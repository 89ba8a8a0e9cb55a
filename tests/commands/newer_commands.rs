//! Commands of releases that are newer than the installed server. Where no server has one, another command under its name shows where it goes.

use crate::support::random::Random;
use crate::support::three_nodes::{ThreeNodes, reply_to};
use crate::support::{Server, cluster, key_on, ports, reply_text};

#[test]
fn commands_of_arrays_counters_and_expiring_members_go_to_the_node_of_their_key() {
    // The number of arguments is valid for both names.
    let renamed =
        [("APPEND", "ARINSERT"), ("INCR", "INCREX"), ("GETRANGE", "BITRANGEINTARRAY"), ("SETRANGE", "ARSET"), ("STRLEN", "ARLEN")];
    let options: Vec<&str> = renamed.iter().flat_map(|(from, to)| ["--rename-command", from, to]).collect();
    let options = [options.as_slice(), &["--rename-command", "COMMAND", ""]].concat();
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&options)).collect();
    let cluster = cluster(&ports(&servers), &[]);
    for master in [1, 2] {
        let (text, number) = (format!("x{{{}}}", key_on(master, 2)), format!("n{{{}}}", key_on(master, 2)));
        assert_eq!(reply_text(&cluster, &format!("ARINSERT {text} abc")), "3");
        assert_eq!(reply_text(&cluster, &format!("ARSET {text} 1 d")), "3");
        assert_eq!(reply_text(&cluster, &format!("ARLEN {text}")), "3");
        assert_eq!(reply_text(&cluster, &format!("BITRANGEINTARRAY {text} 0 -1")), "\"adc\"");
        assert_eq!(reply_text(&cluster, &format!("INCREX {number}")), "1");
        let found: i64 = redis::cmd("EXISTS").arg("x").arg("n").query(&mut servers[master as usize - 1].client()).unwrap();
        assert_eq!(found, 2);
    }
}

/// The command's own server decides whether it exists: here ZDIFF and SINTER have its name.
#[test]
fn the_sizes_of_a_union_and_a_difference_across_nodes_are_those_of_the_sets() {
    let options = ["--rename-command", "ZDIFF", "SUNIONCARD", "--rename-command", "SINTER", "SDIFFCARD"];
    let servers: Vec<Server> = (0..3).map(|_| Server::start_with(&options)).collect();
    let cluster = cluster(&ports(&servers), &[]);
    let mut random = Random::seeded();
    let names: Vec<String> = (0..6).map(|number| format!("set{number}{{{}}}", key_on(number % 3 + 1, 3))).collect();
    let large = (0..400).map(|member| format!("m{member}")).collect::<Vec<_>>().join(" ");
    assert_eq!(reply_text(&cluster, &format!("SADD {} {large}", names[0])), "400");
    for name in &names[1..5] {
        for _ in 0..random.below(40) {
            reply_text(&cluster, &format!("SADD {name} m{}", random.below(60)));
        }
    }
    for _ in 0..60 {
        let keys: Vec<&str> = (0..1 + random.below(4)).map(|_| random.pick(&names).as_str()).collect();
        let list = keys.join(" ");
        for (command, counted) in [("SUNION", "SUNIONCARD"), ("SDIFF", "SDIFFCARD")] {
            let members = reply_text(&cluster, &format!("{command} {list}"));
            let count = members.trim_matches(['[', ']']).split_terminator(' ').count();
            if is_on_one_node(&keys) {
                continue;
            }
            let (number, limit) = (keys.len(), 1 + random.below(50));
            assert_eq!(reply_text(&cluster, &format!("{counted} {number} {list}")), count.to_string(), "{counted} {list}");
            let limited = format!("{counted} {number} {list} LIMIT {limit}");
            assert_eq!(reply_text(&cluster, &limited), count.min(limit).to_string(), "{limited}");
            assert_eq!(reply_text(&cluster, &format!("{counted} {number} {list} LIMIT 0")), count.to_string());
        }
    }
}

fn is_on_one_node(keys: &[&str]) -> bool {
    let tag = |key: &str| key.split_once('{').map(|(_, tag)| tag.to_owned());
    keys.iter().all(|key| tag(key) == tag(keys[0]))
}

#[test]
fn commands_that_the_servers_lack_have_the_error_of_one_server() {
    let nodes = ThreeNodes::new();
    let (cluster, oracle) = (nodes.cluster(), nodes.oracle());
    for command in [
        "SUNIONCARD 2 A B",
        "SDIFFCARD 2 A B LIMIT 1",
        "SUNIONCARD 2 A B APPROX",
        "ZUNION 2 A B AGGREGATE COUNT",
        "ZINTERSTORE C 2 A B AGGREGATE COUNT",
        "LMOVEM A B LEFT RIGHT",
        "BLMOVEM A B LEFT RIGHT 0.01",
        "ZMOVE A B MIN",
        "BZMOVE A B MAX 0.01",
        "ZMOVEMEMBER A B MEMBERS 1 x",
        "XNACK A group FAIL IDS 1 1-1",
        "SEXPIRE A 10 MEMBERS 1 x",
        "STTL A MEMBERS 1 x",
        "SADDEX A EX 10 MEMBERS 1 x",
        "BLESS SET A NO-EVICT",
        "ARGET A 1",
    ] {
        let command = nodes.command(command);
        let (reply, expected) = (reply_to(&cluster, &command), reply_to(&oracle, &command));
        assert!(reply == expected || !expected.contains("unknown command") && reply.contains("CROSSNODE"), "{reply}; {expected}");
    }
}

#[test]
fn moves_of_several_elements_across_nodes_are_refused() {
    // LMOVE and ZRANGESTORE under the names of newer commands, so that the servers have them.
    let options = ["--rename-command", "LMOVE", "LMOVEM", "--rename-command", "ZRANGESTORE", "ZMOVE"];
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&options)).collect();
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    reply_text(&cluster, &format!("RPUSH {one} a"));
    for command in [format!("LMOVEM {one} {two} LEFT RIGHT"), format!("ZMOVE {one} {two} MIN")] {
        assert!(reply_text(&cluster, &command).starts_with("CrossNode: CROSSNODE"), "{command}");
    }
    assert_eq!(reply_text(&cluster, &format!("LMOVEM {one} x{{{one}}} LEFT RIGHT")), "\"a\"");
}

#[test]
fn limits_of_the_whole_reply_of_a_read_across_nodes_are_refused() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    for option in ["MAXCOUNT", "MAXSIZE"] {
        let reply = reply_text(&cluster, &format!("XREAD COUNT 1 {} 10 STREAMS {one} {two} 0 0", option.to_lowercase()));
        assert!(reply.starts_with("CrossNode: CROSSNODE XREAD: its keys live on several nodes"), "{reply}");
        assert!(reply.ends_with(&format!("; {option} applies to all of them together")), "{reply}");
        assert!(!reply_text(&cluster, &format!("XREAD {option} 10 STREAMS {one} x{{{one}}} 0 0")).contains("CROSSNODE"));
    }
}

/// Without a condition each node sets its own keys; a condition is about all keys.
#[test]
fn msetex_is_split_unless_it_has_a_condition() {
    let nodes = ThreeNodes::new();
    let (cluster, oracle) = (nodes.cluster(), nodes.oracle());
    let has_command = !reply_to(&oracle, "MSETEX 1 a 1").contains("unknown command");
    for command in ["MSETEX 3 A 1 B 2 C 3 EX 100", "MSETEX 4 A 5 B 6 D 7 A 8", "MSETEX 2 A 1 B 2 KEEPTTL", "MSETEX 2 A 1 B 2 EX x"] {
        nodes.compare(&cluster, &oracle, command);
        for query in ["GET A", "GET B", "GET C", "GET D", "TTL A", "TTL C"] {
            nodes.compare(&cluster, &oracle, query);
        }
    }
    for condition in ["NX", "xx", "EX 10 NX"] {
        let command = nodes.command(&format!("MSETEX 2 A 1 B 2 {condition}"));
        let reply = reply_to(&cluster, &command);
        let option = if condition.contains("NX") { "NX" } else { "XX" };
        match has_command {
            true => assert!(reply.ends_with(&format!("; {option} applies to all of them together")), "{reply}"),
            false => assert_eq!(reply, reply_to(&oracle, &command)),
        }
        nodes.compare(&cluster, &oracle, &format!("MSETEX 2 A 1 D 2 {condition}"));
    }
}

#[test]
fn a_fieldset_is_refused_with_a_reason() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    for command in ["HIMPORT PREPARE u name", "HIMPORT SET key u alice", "HIMPORT DISCARD u", "HIMPORT DISCARDALL"] {
        let name = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let expected = format!("Request: {name}: a fieldset belongs to one connection to one server; use HSET");
        // HIMPORT SET has a key, so servers that lack it reject it.
        assert!(reply_text(&cluster, command) == expected || name == "HIMPORT SET");
        let failure = session.execute(&crate::support::request(&[command])).unwrap().failure(1).expect("a failure");
        assert_eq!(format!("Request: {failure}"), expected);
    }
}
