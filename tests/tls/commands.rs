//! Commands, sessions, subscriptions and reads from replicas over TLS.

use crate::servers::{Authority, LAST_YEAR, TlsServer, config, servers_have_tls};
use crate::support::replication::{call_count, is_in_sync, wait_until};
use crate::support::{key_on, reply_text, request, words};
use rediscluster::{Cluster, Config, Reply, Value};
use std::time::Duration;

const LONG: Option<Duration> = Some(Duration::from_secs(20));

struct Nodes {
    authority: Authority,
    servers: Vec<TlsServer>,
}

impl Nodes {
    /// Three masters that require a client certificate.
    fn start(options: &[&str]) -> Option<(Nodes, Cluster)> {
        if !servers_have_tls() {
            return None;
        }
        let authority = Authority::new();
        let pair = authority.issue("server", &["127.0.0.1", "localhost"], LAST_YEAR);
        let servers = (0..3).map(|_| TlsServer::start(&authority, &pair, options)).collect();
        let nodes = Nodes { authority, servers };
        let cluster = nodes.cluster(&[]);
        Some((nodes, cluster))
    }

    fn cluster(&self, members: &[&str]) -> Cluster {
        let client = self.authority.issue("client", &["client"], LAST_YEAR);
        let (ca, cert, key) = (self.authority.ca(), client.cert.display(), client.key.display());
        open(&config(&self.servers, &format!(r#"{{"ca":"{ca}","cert":"{cert}","key":"{key}"}}"#), members))
    }
}

fn open(config: &str) -> Cluster {
    Cluster::open(Config::from_json(config.as_bytes()).expect("a sound configuration"))
}

fn texts(reply: &Reply) -> Vec<String> {
    let Value::Array(values) = reply.root() else { panic!("{reply:?}") };
    values.map(|value| crate::support::format_value(&value)).collect()
}

#[test]
fn commands_run_on_and_across_nodes() {
    let Some((nodes, cluster)) = Nodes::start(&[]) else { return };
    let [a, b, c] = [1, 2, 3].map(|node| key_on(node, 3));
    assert_eq!(reply_text(&cluster, &format!("MSET {a} 1 {b} 2 {c} 3")), "OK");
    assert_eq!(reply_text(&cluster, &format!("MGET {c} {b} {a}")), r#"["3" "2" "1"]"#);
    assert_eq!(reply_text(&cluster, "DBSIZE"), "3");
    assert_eq!(reply_text(&cluster, &format!("RENAME {a} {b}")), "OK");
    assert_eq!(reply_text(&cluster, &format!("GET {b}")), "\"1\"");
    let commands: Vec<String> = (0..3_000).map(|number| format!("SET key{number} value{number}")).collect();
    let reply = cluster.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    assert!(texts(&reply).iter().all(|text| text == "OK"));
    let commands: Vec<String> = (0..3_000).map(|number| format!("GET key{number}")).collect();
    let reply = cluster.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    assert_eq!(texts(&reply), (0..3_000).map(|number| format!("\"value{number}\"")).collect::<Vec<_>>());
    // Every connection of the library is one with TLS.
    let clients: String = redis::cmd("CLIENT").arg("LIST").query(&mut nodes.servers[0].server.client()).unwrap();
    let port = format!("laddr=127.0.0.1:{}", nodes.servers[0].port);
    assert_eq!(clients.lines().filter(|line| !line.contains(&port)).count(), 1, "{clients}");
}

#[test]
fn values_of_any_size_arrive() {
    let Some((_nodes, cluster)) = Nodes::start(&[]) else { return };
    let [a, b, c] = [1, 2, 3].map(|node| key_on(node, 3));
    for size in [0, 1, 16_383, 16_384, 16_385, 65_536, 1 << 20, 16 << 20] {
        let values: Vec<Vec<u8>> = (1..4u8).map(|seed| (0..size).map(|at: usize| (at as u8).wrapping_mul(seed)).collect()).collect();
        let set = [b"MSET", a.as_bytes(), &values[0], b.as_bytes(), &values[1], c.as_bytes(), &values[2]];
        assert_eq!(cluster.command(&set).unwrap().root(), Value::Status(b"OK"));
        for (key, value) in [&a, &b, &c].into_iter().zip(&values) {
            assert!(cluster.command(&[b"GET", key.as_bytes()]).unwrap().root() == Value::String(value), "{size} bytes");
        }
        let reply = cluster.command(&[b"MGET", c.as_bytes(), a.as_bytes(), b.as_bytes()]).unwrap();
        let Value::Array(found) = reply.root() else { panic!("no array") };
        assert!(found.eq([&values[2], &values[0], &values[1]].map(|value| Value::String(value))), "{size} bytes");
    }
}

#[test]
fn requests_and_replies_cross_on_a_connection() {
    // The server stops reading while the library does not read its replies.
    let Some((_nodes, cluster)) = Nodes::start(&[]) else { return };
    let keys = [1, 2, 3].map(|node| key_on(node, 3));
    let value = "x".repeat(100_000);
    let commands: Vec<String> = (0..300).map(|number| format!("ECHO {value}{number}")).collect();
    let sets: Vec<String> = keys.iter().flat_map(|key| vec![format!("GETSET {key} {value}"); 100]).collect();
    let all: Vec<&str> = commands.iter().chain(&sets).map(String::as_str).collect();
    let reply = cluster.execute(&request(&all)).unwrap();
    assert_eq!(texts(&reply).len(), 600);
    assert_eq!(texts(&reply)[299], format!("\"{value}299\""));
    assert_eq!(texts(&reply)[599], format!("\"{value}\""));
}

#[test]
fn a_blocking_command_on_a_fresh_connection_outlasts_the_read_timeout() {
    let Some((nodes, _)) = Nodes::start(&[]) else { return };
    // Tickets of TLS arrive before the reply. They are no reply.
    let cluster = nodes.cluster(&[r#""read_timeout":0.3"#, r#""refresh_interval":0"#]);
    assert_eq!(reply_text(&cluster, "BLPOP none 1"), "nil");
    assert_eq!(reply_text(&cluster, "BLPOP none 1"), "nil");
}

#[test]
fn a_pop_waits_for_keys_of_several_nodes() {
    let Some((nodes, cluster)) = Nodes::start(&[]) else { return };
    let keys = [1, 2, 3].map(|node| key_on(node, 3));
    std::thread::scope(|scope| {
        for (node, key) in keys.iter().enumerate() {
            let waiting = scope.spawn(|| reply_text(&cluster, &format!("BLPOP {} 20", keys.join(" "))));
            let _: () = redis::cmd("RPUSH").arg(key).arg("v").query(&mut nodes.servers[node].server.client()).unwrap();
            assert_eq!(waiting.join().unwrap(), format!("[\"{key}\" \"v\"]"));
        }
    });
}

#[test]
fn sessions_have_transactions_subscriptions_and_monitor() {
    let Some((_nodes, cluster)) = Nodes::start(&[]) else { return };
    let mut session = cluster.session();
    let key = key_on(2, 3);
    let reply = session.execute(&request(&["MULTI", &format!("SET {key} 1"), &format!("INCR {key}"), "EXEC"])).unwrap();
    assert_eq!(texts(&reply)[3], "[OK 2]");
    session.execute(&request(&["PSUBSCRIBE *"])).unwrap();
    for number in 0..200 {
        let text = "x".repeat(number * 97);
        let channel = key_on(number as u32 % 3 + 1, 3);
        cluster.command(&[b"PUBLISH", channel.as_bytes(), text.as_bytes()]).unwrap();
        let message = session.receive(LONG).unwrap().expect("a message");
        let Value::Array(mut parts) = message.root() else { panic!("{message:?}") };
        assert_eq!((parts.nth(2), parts.next()), (Some(Value::String(channel.as_bytes())), Some(Value::String(text.as_bytes()))));
    }
    // Many messages come in one record.
    let publications: Vec<String> = (0..500).map(|number| format!("PUBLISH {key} {number}")).collect();
    cluster.execute(&request(&publications.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    for number in 0..500 {
        let message = session.receive(LONG).unwrap().expect("a message");
        let Value::Array(parts) = message.root() else { panic!("{message:?}") };
        assert_eq!(parts.last(), Some(Value::String(number.to_string().as_bytes())));
    }
    let mut observer = cluster.session();
    assert_eq!(texts(&observer.execute(&request(&["MONITOR"])).unwrap()), ["OK"]);
    reply_text(&cluster, &format!("GET {key}"));
    let line = observer.receive(LONG).unwrap().expect("a line");
    let Value::Status(line) = line.root() else { panic!("{line:?}") };
    assert!(String::from_utf8_lossy(line).contains(&format!("\"GET\" \"{key}\"")));
}

#[test]
fn an_idle_connection_that_the_server_closed_is_replaced() {
    let Some((nodes, cluster)) = Nodes::start(&[]) else { return };
    for server in &nodes.servers {
        reply_text(&cluster, "DBSIZE");
        let mut client = server.server.client();
        let _: i64 = redis::cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").arg("SKIPME").arg("yes").query(&mut client).unwrap();
        assert_eq!(reply_text(&cluster, "DBSIZE"), "0");
    }
}

#[test]
fn reads_go_to_replicas() {
    if !servers_have_tls() {
        return;
    }
    let authority = Authority::new();
    let pair = authority.issue("server", &["127.0.0.1"], LAST_YEAR);
    let options = ["--tls-auth-clients", "no", "--tls-replication", "yes", "--repl-diskless-sync-delay", "0"];
    let master = TlsServer::start(&authority, &pair, &options);
    let of_master = ["--replicaof", "127.0.0.1", &master.port.to_string()];
    let replica = TlsServer::start(&authority, &pair, &[&options[..], &of_master].concat());
    wait_until(|| is_in_sync(&replica.server));
    let cluster = open(&config(std::slice::from_ref(&master), &format!(r#"{{"ca":"{}"}}"#, authority.ca()), &[]));
    assert_eq!(reply_text(&cluster, "SET a 1"), "OK");
    wait_until(|| {
        let read = cluster.command(&words("GET a")).unwrap();
        assert!(matches!(read.root(), Value::String(b"1") | Value::Nil));
        call_count(&replica.server, "get") > 0
    });
}
