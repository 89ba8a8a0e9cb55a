//! The example in the README of the old packages.

use crate::support::{Server, cluster, format_value, ports, reply_text};

#[test]
fn the_example_of_the_old_readme_works() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let node = |key: &str| format_value(&cluster.node_for(key.as_bytes()).unwrap().root());
    assert_eq!(reply_text(&cluster, "SET foo bar"), "OK");
    assert_eq!(reply_text(&cluster, "GET foo"), "\"bar\"");
    assert_eq!(
        node("foo"),
        format!("[\"alias\" \"node_2\" \"host\" \"127.0.0.1\" \"port\" {} \"unix\" nil \"key\" \"foo\"]", servers[1].port)
    );
    assert!(node("bar").contains("node_1") && node("foobar").contains("node_2"));
    assert!(node("bar{foo}").contains("node_2") && node("bar{foo}").ends_with("\"key\" \"bar\"]"));
    assert_eq!(reply_text(&cluster, "GET bar{foo}"), "nil");
    assert_eq!(reply_text(&cluster, "MSET bar{foo} bar foo foo"), "OK");
    assert_eq!(reply_text(&cluster, "MGET bar{foo} foo"), "[\"bar\" \"foo\"]");
    let stored: Vec<Vec<String>> = servers.iter().map(|server| redis::cmd("KEYS").arg("*").query(&mut server.client()).unwrap()).collect();
    assert!(stored[0].is_empty());
    assert_eq!(
        {
            let mut keys = stored[1].clone();
            keys.sort();
            keys
        },
        ["bar", "foo"]
    );
}
