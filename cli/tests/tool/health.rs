//! `nodes --watch`, `hot-keys` and `doctor`: the state of servers.

use crate::program::{command, run, run_with_input, succeed};
use crate::support::replication::wait_until;
use crate::support::{Server, config, key_on, ports};
use std::process::Stdio;

fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn nodes_shows_skew_and_how_far_replicas_are_behind() {
    let servers = Server::start_many(2);
    let replica = Server::start_with(&["--replicaof", &format!("127.0.0.1 {}", servers[0].port)]);
    let config = config(&ports(&servers), &[]);
    for number in 0..3 {
        redis::cmd("SET").arg(format!("{}:{number}", key_on(1, 2))).arg("x").exec(&mut servers[0].client()).expect("a reply");
    }
    redis::cmd("SET").arg("one").arg("x").exec(&mut servers[1].client()).expect("a reply");
    let list = || lines(&succeed(&["nodes", "--json", "--config", &config]).stdout);
    wait_until(|| list().len() == 3 && list()[1]["keys"] == 3);
    let rows = list();
    assert_eq!((rows[0]["skew_percent"].as_i64(), rows[2]["skew_percent"].as_i64()), (Some(50), Some(-50)), "{rows:?}");
    assert!(rows[1]["role"] == "replica" && rows[1]["lag"].is_u64() && rows[0]["lag"].is_null(), "{rows:?}");
    assert!(rows.iter().all(|row| row["breaker"] == "closed"), "{rows:?}");
    drop(replica);
}

#[test]
fn nodes_is_repeated_and_survives_a_server_that_is_down() {
    let mut servers = Server::start_many(2);
    let config = config(&ports(&servers), &[]);
    let run = succeed(&["nodes", "--watch", "1", "--times", "2", "--config", &config]);
    assert_eq!(run.stdout.lines().filter(|line| line.starts_with("NODE")).count(), 2, "{}", run.stdout);
    servers[1].stop();
    let run = succeed(&["nodes", "--watch", "1", "--times", "2", "--json", "--config", &config]);
    let rows = lines(&run.stdout);
    assert_eq!(rows.len(), 4);
    assert!(rows[3]["error"].is_string() && run.stderr.contains("node_2 ("), "{}{}", run.stdout, run.stderr);
}

#[test]
fn hot_keys_are_those_that_the_servers_count() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--maxmemory-policy", "allkeys-lfu"])).collect();
    let config = config(&ports(&servers), &[]);
    let mut input = String::new();
    for number in 0..50 {
        input.push_str(&format!("SET cold:{number} x\n"));
    }
    // The counter is a logarithm, and counts at random.
    input.push_str(&"GET hot\n".repeat(2000).replacen("GET hot", "SET hot x", 1));
    assert_eq!(run_with_input(&["exec", "--config", &config], &input).status, 0);
    let run = succeed(&["hot-keys", "--top", "1", "--json", "--config", &config]);
    let rows = lines(&run.stdout);
    assert!(rows.len() == 1 && rows[0]["key"] == "hot" && rows[0]["frequency"].as_u64() > Some(5), "{}", run.stdout);
}

#[test]
fn hot_keys_are_counted_with_monitor_where_servers_do_not_count() {
    let servers = Server::start_many(2);
    let config = config(&ports(&servers), &[]);
    succeed(&["exec", "--config", &config, "SET", "known", "x"]);
    let refused = run(&["hot-keys", "--config", &config]);
    assert!(refused.status == 3 && refused.stderr.contains("--monitor 5"), "{}", refused.stderr);
    let child =
        command(&["hot-keys", "--monitor", "10", "--json", "--config", &config]).stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut clients: Vec<_> = servers.iter().map(Server::client).collect();
    let monitors = |client: &mut redis::Connection| {
        redis::cmd("CLIENT").arg("LIST").query::<String>(client).expect("a list").matches("cmd=monitor").count()
    };
    wait_until(|| clients.iter_mut().all(|client| monitors(client) == 1));
    let (hot, warm) = (key_on(1, 2), key_on(2, 2));
    for number in 0..30 {
        redis::cmd("MGET").arg(&hot).arg("other").exec(&mut clients[0]).expect("a reply");
        if number < 20 {
            redis::cmd("EVAL").arg("return redis.call('GET', KEYS[1])").arg(1).arg(&warm).exec(&mut clients[1]).expect("a reply");
        }
    }
    let rows = lines(&String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("text"));
    let find = |key: &str| rows.iter().find(|row| row["key"] == key).unwrap_or_else(|| panic!("{key} is not in {rows:?}"));
    assert_eq!((find(&hot)["commands"].as_u64(), find(&hot)["node"].as_str()), (Some(30), Some("node_1")));
    // The script, and the command in it.
    assert_eq!((find(&warm)["commands"].as_u64(), find(&warm)["node"].as_str()), (Some(40), Some("node_2")));
}

fn findings(config: &str) -> (i32, Vec<String>) {
    let run = run(&["doctor", "--json", "--config", config]);
    let text = |line: serde_json::Value| {
        format!("{} {}: {}", line["level"].as_str().unwrap(), line["node"].as_str().unwrap(), line["text"].as_str().unwrap())
    };
    (run.status, lines(&run.stdout).into_iter().map(text).collect())
}

fn assert_found(found: &[String], level: &str, text: &str) {
    assert!(found.iter().any(|line| line.starts_with(level) && line.contains(text)), "{level} {text} is not in {found:#?}");
}

#[test]
fn doctor_finds_nothing_wrong_with_sound_servers() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--appendonly", "yes"])).collect();
    let config = config(&ports(&servers), &[]);
    let input: String = (0..100).map(|number| format!("SET key:{number} x\n")).collect();
    run_with_input(&["exec", "--config", &config], &input);
    let (status, found) = findings(&config);
    assert!(status == 0 && !found.iter().any(|line| line.starts_with("error")), "{found:#?}");
    assert_found(&found, "ok node_1", "keys of it are where they belong");
    let run = succeed(&["doctor", "--config", &config]);
    assert!(run.stdout.starts_with("ok       node_1: master "), "{}", run.stdout);
}

/// The findings so far are reported although a later check fails.
#[test]
fn doctor_reports_a_server_that_refuses_commands() {
    let server = Server::start_with(&["--cluster-enabled", "yes"]);
    let (status, found) = findings(&config(&[server.port], &[]));
    assert_eq!(status, 1);
    assert_found(&found, "error node_1", "it is a server of a Redis Cluster");
    assert_found(&found, "error node_1", "CLUSTERDOWN");
}

#[test]
fn doctor_names_what_is_wrong() {
    let mut servers = Server::start_many(3);
    let master = Server::start();
    let addresses = ports(&servers);
    let config = |options: &str| {
        let node = |(at, port): (usize, &u16)| format!("\"node_{}\":\"redis://127.0.0.1:{port}\"", at + 1);
        format!("{{\"nodes\":{{{}}}{options}}}", addresses.iter().enumerate().map(node).collect::<Vec<_>>().join(","))
    };
    redis::cmd("SET").arg(key_on(2, 3)).arg("x").exec(&mut servers[0].client()).expect("a reply");
    redis::cmd("HSET").arg(b"\0rediscluster\0staged").arg("id").arg("x").exec(&mut servers[0].client()).expect("a reply");
    redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg("1mb").exec(&mut servers[0].client()).expect("a reply");
    redis::cmd("CONFIG").arg("SET").arg("maxmemory-policy").arg("allkeys-lru").exec(&mut servers[1].client()).expect("a reply");
    redis::cmd("REPLICAOF").arg("127.0.0.1").arg(master.port).exec(&mut servers[1].client()).expect("a reply");
    servers[2].stop();
    let (status, found) = findings(&config(",\"hash_tag\":\"off\""));
    assert_eq!(status, 1);
    assert_found(&found, "error node_3", "connect");
    assert_found(&found, "error node_1", "1 of 1 keys of it belong on other nodes");
    assert_found(&found, "warning node_1", "of maxmemory 1.0 MiB");
    assert_found(&found, "warning node_1", "no replica, no append-only file");
    assert_found(&found, "warning node_1", "run `rediscluster recover`");
    let (_, found) = findings(&config(""));
    assert_found(&found, "warning all", "the configuration has no hash_tag");
}
