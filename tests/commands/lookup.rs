//! Commands that the command table does not have are looked up on a server.

use crate::support::{Server, cluster, key_on, ports, reply_text};

#[test]
fn a_command_missing_from_the_table_is_looked_up_on_the_server() {
    // GETEX under another name: the server knows the command, the table does not.
    let server = Server::start_with(&["--rename-command", "GETEX", "GETX"]);
    let other = Server::start_with(&["--rename-command", "GETEX", "GETX"]);
    let cluster = cluster(&[server.port, other.port], &[]);
    for master in [1, 2] {
        let key = key_on(master, 2);
        assert_eq!(reply_text(&cluster, &format!("SET {key} v{master}")), "OK");
        assert_eq!(reply_text(&cluster, &format!("GETX {key}")), format!("\"v{master}\""));
        assert_eq!(reply_text(&cluster, &format!("GETX x{{{key}}}")), "nil");
    }
    assert_eq!(reply_text(&cluster, "GETX"), "(ERR wrong number of arguments for \\'getex\\' command)");
    assert!(reply_text(&cluster, "NONSENSE a b").starts_with("(ERR unknown command"));
    assert!(reply_text(&cluster, "CONFIG NONSENSE").to_lowercase().contains("unknown subcommand"));
}

#[test]
fn a_command_of_newer_servers_is_routed_without_a_lookup() {
    // Servers that know DIGEST but not COMMAND. On servers older than Redis 8.4, DIGEST is STRLEN under another name.
    let known: Vec<redis::Value> = redis::cmd("COMMAND").arg("INFO").arg("DIGEST").query(&mut Server::start().client()).unwrap();
    let rename = if known == [redis::Value::Nil] { &["--rename-command", "STRLEN", "DIGEST"][..] } else { &[] };
    let options = [rename, &["--rename-command", "COMMAND", ""]].concat();
    let servers = [Server::start_with(&options), Server::start_with(&options)];
    let plain = Server::start_with(&options);
    let (cluster, oracle) = (cluster(&ports(&servers), &[]), cluster(&[plain.port], &[]));
    for master in [1, 2] {
        let digest = format!("DIGEST {}", key_on(master, 2));
        let missing = reply_text(&cluster, &digest);
        assert!(!missing.starts_with('('), "{missing}");
        for cluster in [&cluster, &oracle] {
            assert_eq!(reply_text(cluster, &format!("SET {} four", key_on(master, 2))), "OK");
        }
        assert_eq!(reply_text(&cluster, &digest), reply_text(&oracle, &digest));
        assert_ne!(reply_text(&cluster, &digest), missing);
    }
}

#[test]
fn subcommands_of_an_unknown_container_are_looked_up() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--rename-command", "OBJECT", "THING"])).collect();
    let cluster = cluster(&ports(&servers), &[]);
    for master in [1, 2] {
        let key = key_on(master, 2);
        assert_eq!(reply_text(&cluster, &format!("SET {key} 7")), "OK");
        assert_eq!(reply_text(&cluster, &format!("THING ENCODING {key}")), "\"int\"");
    }
}

#[test]
fn keys_of_a_looked_up_command_can_require_command_getkeys() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--rename-command", "ZUNION", "ZJOIN"])).collect();
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    assert_eq!(reply_text(&cluster, &format!("ZADD a{{{one}}} 1 x")), "1");
    assert_eq!(reply_text(&cluster, &format!("ZJOIN 2 a{{{one}}} {one}")), "[\"x\"]");
    assert!(reply_text(&cluster, &format!("ZJOIN 2 {one} {two}")).starts_with("CrossNode"));
    assert!(reply_text(&cluster, "ZJOIN 9 a").starts_with("Request: ZJOIN: COMMAND GETKEYS does not determine its keys"));
}
