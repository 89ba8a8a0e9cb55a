//! Servers that lack a command: the caller's own, or one that the library uses for it.

use crate::support::three_nodes::{ThreeNodes, reply_to};
use crate::support::{Server, cluster, key_on, ports};

/// The release of the servers decides which commands exist: each is rejected or carried out as by one server.
#[test]
fn a_command_that_the_servers_lack_is_rejected_across_nodes_too() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in [
        "SADD A x y",
        "SADD B y z",
        "SINTERCARD 2 A B",
        "SINTERCARD 2 A B LIMIT 1",
        "ZADD C 1 y",
        "ZINTERCARD 2 A C",
        "LMPOP 2 X Y LEFT",
        "BLMPOP 0.01 2 X Y LEFT",
        "ZMPOP 2 X C MIN",
        "BZMPOP 0.01 2 X Y MIN",
        "SORT_RO A ALPHA GET #",
        "EVAL_RO return(1) 2 A B",
        "FCALL f 2 A B",
        "MSETEX 2 D 1 X 2",
        "MSETEX 2 D 1 X 2 NX EX 100",
    ] {
        let reply = reply_to(&cluster, &setup.command(command));
        let expected = reply_to(&oracle, &setup.command(command));
        assert!(
            reply == expected || reply.starts_with("CrossNode: CROSSNODE") && !expected.contains("unknown command"),
            "{command}: {reply}; {expected}"
        );
    }
}

/// Redis 6.2 keeps the destination if the source does not exist; later releases delete it.
#[test]
fn a_missing_source_of_a_geo_search_has_the_effect_of_the_release() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in [
        "GEOSEARCHSTORE A B FROMLONLAT 1 1 BYRADIUS 1 m",
        "GEOSEARCHSTORE A B FROMMEMBER x BYRADIUS 1 m STOREDIST",
        "GEORADIUS B 1 1 1 m STORE A",
        "GEORADIUSBYMEMBER B x 1 m STORE A",
    ] {
        for step in ["DEL A", command, "EXISTS A", "SET A 1", command, "EXISTS A", "GET A"] {
            setup.compare(&cluster, &oracle, step);
        }
    }
}

/// Only Redis 6 has STRALGO; later servers reject it.
#[test]
fn stralgo_across_nodes_is_that_of_one_server() {
    let setup = ThreeNodes::new();
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in ["SET A ohmytext", "SET B mynewtext", "LPUSH C x"] {
        setup.compare(&cluster, &oracle, command);
    }
    for command in [
        "STRALGO LCS KEYS A B",
        "STRALGO LCS KEYS A B LEN",
        "STRALGO LCS IDX MINMATCHLEN 4 WITHMATCHLEN KEYS A B",
        "STRALGO LCS KEYS A A",
        "STRALGO LCS KEYS A D",
        "STRALGO LCS KEYS A C",
        "STRALGO LCS STRINGS ohmytext mynewtext",
        "STRALGO LCS STRINGS a b IDX",
        "STRALGO LCS KEYS A",
        "STRALGO LCS KEYS A B STRINGS a b",
        "STRALGO LCS KEYS A B IDX LEN",
        "STRALGO LCS",
        "STRALGO",
        "STRALGO NONE KEYS A B",
        "STRALGO LCS KEYS A B MINMATCHLEN x",
    ] {
        setup.compare(&cluster, &oracle, command);
    }
}

#[test]
fn the_error_names_the_releases_when_a_server_lacks_a_command_that_the_library_uses() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--rename-command", "LMOVE", ""])).collect();
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    assert_eq!(reply_to(&cluster, &format!("RPUSH {one} a")), "1");
    let info: String = redis::cmd("INFO").arg("server").query(&mut servers[0].client()).unwrap();
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name));
    let release = match field("valkey_version:") {
        Some(release) => format!("Valkey {release}"),
        None => format!("Redis {}", field("redis_version:").unwrap()),
    };
    let expected = format!(
        "ERR RPOPLPUSH: on several nodes it uses LMOVE, which a server does not have; Redis 6.2 or later, or Valkey, is required: \
         node_1 has {release}, node_2 has {release}"
    );
    for _ in 0..2 {
        assert_eq!(reply_to(&cluster, &format!("RPOPLPUSH {one} {two}")), expected);
    }
    // Nothing was moved, and on one node the server does it.
    assert_eq!(reply_to(&cluster, &format!("RPOPLPUSH {one} {one}")), "\"a\"");
    // The caller's own command has the server's error.
    assert!(reply_to(&cluster, &format!("LMOVE {one} {two} LEFT LEFT")).starts_with("ERR unknown command"));
}
