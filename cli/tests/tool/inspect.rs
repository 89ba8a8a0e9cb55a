//! The commands that look into the servers.

use crate::program::{command, run, run_with_input, succeed};
use crate::support::{Server, config, ports};

fn three() -> (Vec<Server>, String) {
    let servers = Server::start_many(3);
    let config = config(&ports(&servers), &[]);
    (servers, config)
}

fn list(servers: &[Server]) -> String {
    servers.iter().enumerate().map(|(at, server)| format!("node_{}#127.0.0.1:{}", at + 1, server.port)).collect::<Vec<_>>().join(",")
}

#[test]
fn node_for_and_explain_need_no_server() {
    let nodes = "node_1#10.0.0.1:6379,node_2#10.0.0.2:6379";
    let run = succeed(&["--nodes", nodes, "--hash-tag", "strip", "node-for", "foo", "bar", "bar{foo}"]);
    let rows: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1], ["foo", "node_2", "10.0.0.2:6379", "foo"]);
    assert_eq!(rows[2], ["bar", "node_1", "10.0.0.1:6379", "bar"]);
    assert_eq!(rows[3], ["bar{foo}", "node_2", "10.0.0.2:6379", "bar"]);
    let run = succeed(&["node-for", "--json", "foo", "--nodes", nodes]);
    assert_eq!(run.stdout, "{\"key\":\"foo\",\"node\":\"node_2\",\"address\":\"10.0.0.2:6379\",\"stored_as\":\"foo\"}\n");
    let run = succeed(&["explain", "--nodes", nodes, "MGET", "foo", "bar"]);
    assert!(run.stdout.contains("strategy:   split\n") && run.stdout.contains("round 1:    node_1: MGET bar\n"), "{}", run.stdout);
    assert!(run.stdout.contains("others see: nothing: the state before the command, or the one after it\n"), "{}", run.stdout);
    let run = crate::program::run(&["node-for", "a{b}", "--nodes", nodes]);
    assert!(run.status == 2 && run.stderr.contains("hash_tag"), "{}", run.stderr);
}

#[test]
fn exec_is_raw_in_a_pipe_and_json_when_asked() {
    let (_servers, config) = three();
    let exec = |words: &[&str]| succeed(&[&["exec", "--config", &config], words].concat()).stdout;
    assert_eq!(exec(&["RPUSH", "list", "a b", "-1", "c"]), "3\n");
    assert_eq!(exec(&["LRANGE", "list", "0", "-1"]), "a b\n-1\nc\n");
    assert_eq!(exec(&["--json", "LRANGE", "list", "0", "-1"]), "[\"a b\",\"-1\",\"c\"]\n");
    let failed = run(&["exec", "--config", &config, "GET", "list"]);
    assert!(failed.status == 1 && failed.stdout.starts_with("WRONGTYPE"), "{}", failed.stdout);
    let input = "MSET a 1 b \"x\\x00y\"\n\nMULTI\nINCR a\nEXEC\nGET b\n";
    let lines = run_with_input(&["exec", "--json", "--config", &config], input);
    assert_eq!((lines.status, lines.stdout.as_str()), (0, "\"OK\"\n\"OK\"\n\"QUEUED\"\n[2]\n\"x\\u0000y\"\n"));
    let lines = run_with_input(&["exec", "--config", &config], "GET \"a");
    assert!(lines.status == 2 && lines.stderr.contains("line 1: a \" is not closed"), "{}", lines.stderr);
}

/// `script` of util-linux gives the program a terminal.
#[test]
fn exec_looks_like_redis_cli_at_a_terminal() {
    let (servers, config) = three();
    let redis_cli = |port: u16, words: &str| terminal(&format!("redis-cli -p {port} {words}"), &config);
    let port = servers[0].port;
    for words in [
        "RPUSH l a 'b c' d e f g h i j k",
        "LRANGE l 0 -1",
        "GET nothing",
        "SET k '\"x\\'",
        "GET k",
        "LRANGE none 0 -1",
        "GET l",
        "COMMAND GETKEYS GET a",
    ] {
        let single = format!("{{\"nodes\":{{\"node_1\":\"redis://127.0.0.1:{port}/1\"}},\"hash_tag\":\"off\"}}");
        let ours = terminal(&format!("{} exec {words}", env!("CARGO_BIN_EXE_rediscluster")), &single);
        assert_eq!(ours, redis_cli(port, words), "{words}");
    }
}

/// What a command line prints at a terminal.
fn terminal(line: &str, config: &str) -> String {
    let output = std::process::Command::new("script")
        .args(["-qec", line, "/dev/null"])
        .env("REDISCLUSTER_CONFIG", config)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("script is installed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn nodes_lists_servers_and_reports_those_that_are_down() {
    let (mut servers, config) = three();
    succeed(&["exec", "--config", &config, "MSET", "a", "1", "b", "2", "c", "3", "d", "4"]);
    let run = succeed(&["nodes", "--json", "--nodes", &list(&servers)]);
    let lines: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.iter().map(|line| line["keys"].as_u64().unwrap()).sum::<u64>(), 4);
    assert!(lines.iter().all(|line| line["role"] == "master" && line["memory"].as_u64() > Some(0)));
    servers[1].stop();
    let run = crate::program::run(&["nodes", "--nodes", &list(&servers)]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.lines().count() == 4 && run.stderr.contains("node_2 (127.0.0.1:"), "{} {}", run.stdout, run.stderr);
}

#[test]
fn scan_big_keys_and_skew_see_every_key() {
    let (servers, config) = three();
    let keys: Vec<String> = (0..500).map(|number| format!("key:{number}")).collect();
    let input: String = keys.iter().map(|key| format!("SET {key} x\n")).collect();
    assert_eq!(run_with_input(&["exec", "--config", &config], &input).status, 0);
    succeed(&["exec", "--config", &config, "SET", "large", &"x".repeat(100_000)]);
    let nodes = list(&servers);
    let mut found: Vec<String> = succeed(&["scan", "--match", "key:*", "--nodes", &nodes]).stdout.lines().map(str::to_owned).collect();
    found.sort();
    let mut expected = keys.clone();
    expected.sort();
    assert_eq!(found, expected);
    let run = succeed(&["big-keys", "--top", "2", "--json", "--config", &config]);
    assert!(run.stdout.lines().next_back().is_some() && run.stdout.contains("\"key\":\"large\""), "{}", run.stdout);
    let run = succeed(&["skew", "--masters", "2,5", "--json", "--config", &config]);
    let lines: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for masters in ["now", "2", "5"] {
        let sum: u64 = lines.iter().filter(|line| line["masters"] == masters).map(|line| line["keys"].as_u64().unwrap()).sum();
        assert_eq!(sum, 501, "{masters}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let chart = folder.path().join("skew.svg");
    succeed(&["skew", "--masters", "2", "--svg", chart.to_str().expect("a path"), "--config", &config]);
    let chart = std::fs::read_to_string(chart).expect("a chart");
    // A bar per node, and the white background.
    assert!(chart.starts_with("<svg") && chart.matches("<rect").count() == 3 + 2 + 1 && chart.contains(">2 masters<"), "{chart}");
    assert_eq!(succeed(&["recover", "--config", &config]).stdout, "No interrupted moves.\n");
}

#[test]
fn passwords_come_from_the_environment_or_a_file() {
    let server = Server::start_with(&["--requirepass", "secret"]);
    let nodes = format!("node_1#127.0.0.1:{}", server.port);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "secret\n").expect("a file");
    let args = ["exec", "--nodes", &nodes, "PING"];
    assert_eq!(run(&args).status, 1);
    succeed(&[&args[..3], &["--password-file", file.to_str().expect("a path"), "PING"]].concat());
    let output = command(&args).env("REDISCLUSTER_PASSWORD", "secret").output().expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "PONG\n");
}
