//! Commands of well-known modules. Without the modules, renamed commands of Redis take their place.
//!
//! `REDISCLUSTER_TEST_MODULES=/path/rejson.so:/path/redisbloom.so:…` runs the tests that need the modules.

use crate::support::three_nodes::{ThreeNodes, reply_to};
use crate::support::{Server, cluster, key_on, ports};

#[test]
fn module_commands_are_routed_by_all_their_keys() {
    let options = [
        ["--rename-command", "ZDIFFSTORE", "CMS.MERGE"],
        ["--rename-command", "RENAMENX", "TS.CREATERULE"],
        ["--rename-command", "GET", "FT.SEARCH"],
        ["--rename-command", "KEYS", "TS.QUERYINDEX"],
    ]
    .concat();
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&options)).collect();
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    assert_eq!(reply_to(&cluster, &format!("ZADD {two} 1 x")), "1");
    let places = format!("its keys live on several nodes: \"{one}\" on node_1, \"{two}\" on node_2");
    assert_eq!(reply_to(&cluster, &format!("CMS.MERGE {one} 1 {two}")), format!("CrossNode: CROSSNODE CMS.MERGE: {places}"));
    assert_eq!(reply_to(&cluster, &format!("CMS.MERGE d{{{two}}} 1 {two}")), "1");
    assert_eq!(reply_to(&cluster, &format!("TS.CREATERULE {one} {two}")), format!("CrossNode: CROSSNODE TS.CREATERULE: {places}"));
    let refused = "CrossNode: CROSSNODE FT.SEARCH: an index has the documents of one node; use `each` to run it on every master";
    assert_eq!(reply_to(&cluster, "FT.SEARCH index"), refused);
    let mut session = cluster.session();
    let request = crate::support::request(&["MULTI", "FT.SEARCH index", "TS.QUERYINDEX *", "EXEC"]);
    let replies = session.execute(&request).unwrap();
    assert_eq!(replies.failure(replies.element(0, 1).unwrap()).unwrap().message(), refused.strip_prefix("CrossNode: ").unwrap());
    assert_eq!(reply_to(&cluster, &format!("SET {one} v")), "OK");
    let names = reply_to(&cluster, "TS.QUERYINDEX *");
    assert!(names.contains(&one) && names.contains(&two), "{names}");
}

#[test]
fn modules_reply_like_one_server() {
    let Ok(modules) = std::env::var("REDISCLUSTER_TEST_MODULES") else { return };
    let options: Vec<&str> = modules.split(':').flat_map(|path| ["--loadmodule", path]).collect();
    let mut setup = ThreeNodes::new();
    setup.servers = (0..3).map(|_| Server::start_with(&options)).collect();
    setup.oracle = Server::start_with(&options);
    let (cluster, oracle) = (setup.cluster(), setup.oracle());
    for command in [
        "JSON.SET A $ {\"a\":1}",
        "JSON.SET B $ {\"a\":2}",
        "JSON.MGET A B C $.a",
        "JSON.MGET C B A nonsense[",
        "JSON.MGET A",
        "BF.ADD A1 x",
        "BF.EXISTS A1 x",
        "TOPK.RESERVE B1 3",
        "CMS.INITBYDIM C1 10 2",
        "CMS.MERGE C1 9 C2",
        "CMS.MERGE C1 x C2",
        "TDIGEST.CREATE A2",
        "TDIGEST.MERGE A2 0 B2",
        "TS.CREATE A3 LABELS l 1",
        "TS.CREATE B3 LABELS l 2",
        "TS.ADD A3 1 5",
        "TS.MGET FILTER l=1",
        "TS.QUERYINDEX l=1",
        "TS.MGET FILTER",
        "TS.MRANGE - + FILTER l=2",
        "TS.MRANGE - + FILTER",
        "TS.QUERYINDEX",
        "JSON.SET",
        "FT.NOSUCH a",
    ] {
        setup.compare(&cluster, &oracle, command);
    }
    let all = reply_to(&cluster, "TS.QUERYINDEX l=(1,2)");
    assert!(all == "[\"A3\" \"B3\"]" || all == "[\"B3\" \"A3\"]", "{all}");
    let places = "its keys live on several nodes: ";
    for command in ["CMS.MERGE A 2 B C", "TDIGEST.MERGE A 1 B", "TS.CREATERULE A B AGGREGATION avg 10", "TS.DELETERULE A B"] {
        assert!(reply_to(&cluster, &setup.command(command)).contains(places), "{command}");
    }
    assert!(
        reply_to(&cluster, "TS.MRANGE - + FILTER l=(1,2) GROUPBY l REDUCE sum").contains("its groups can have series on several nodes")
    );
    for command in ["FT.CREATE i SCHEMA t TEXT", "FT.SEARCH i x", "FT._LIST"] {
        assert!(reply_to(&cluster, command).contains("an index has the documents of one node"), "{command}");
    }
    setup.compare(&cluster, &oracle, "FT.SUGADD A4 text 1");
}
