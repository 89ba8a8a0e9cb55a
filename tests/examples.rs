//! The programs in examples/ run and print what they say.

mod support;

use std::process::Command;
use support::Server;

/// What an example prints, run on three empty servers, the first of which is also the one of examples that know only one.
fn output(example: &str, arguments: &[&str]) -> String {
    output_with(example, arguments, "strip")
}

fn output_with(example: &str, arguments: &[&str], hash_tag: &str) -> String {
    let servers = Server::start_many(3);
    let nodes: Vec<String> =
        servers.iter().enumerate().map(|(at, server)| format!(r#""node_{}": "redis://127.0.0.1:{}""#, at + 1, server.port)).collect();
    let done = Command::new(env!("CARGO"))
        // `cargo test` has built the examples with this profile.
        .args(["run", "--quiet", "--offline", "--profile", "test", "--example", example, "--"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("REDISCLUSTER_CONFIG", format!(r#"{{"nodes": {{{}}}, "hash_tag": "{hash_tag}"}}"#, nodes.join(", ")))
        .env("REDIS_URL", format!("redis://127.0.0.1:{}", servers[0].port))
        .output()
        .expect("cargo runs");
    assert!(done.status.success(), "{example}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("examples print UTF-8")
}

#[test]
fn the_quickstart_reads_back_the_keys_it_wrote() {
    assert_eq!(output("quickstart", &[]), "hello\nworld\n");
}

#[test]
fn the_pipeline_prints_a_line_for_each_command() {
    assert_eq!(output("pipeline", &[]), "OK\n42\nerror: WRONGTYPE Operation against a key holding the wrong kind of value\n42\n");
}

#[test]
fn the_transaction_executes_both_commands() {
    assert_eq!(output("transaction", &[]), "2 commands were executed\n");
}

#[test]
fn explain_prints_a_line_for_each_step() {
    let printed = output("explain", &["MGET", "a", "b", "c", "d", "e"]);
    assert!(printed.starts_with("strategy: split\nround 1: node_1: MGET "), "{printed}");
}

#[test]
fn typed_values_are_printed_in_their_types() {
    let printed = output("queries", &[]);
    assert!(printed.starts_with("6.5\n[(\"ann\", 31), (\"bob\", 27)]\n"), "{printed}");
    assert!(printed.ends_with("server: WRONGTYPE\n"), "{printed}");
}

#[test]
fn the_service_over_all_nodes_prints_what_its_version_for_one_server_prints_and_is_not_longer() {
    let printed = output_with("service", &[], "keep");
    assert_eq!(printed, output_with("service_redis_rs", &[], "keep"));
    assert!(printed.starts_with("allowed 3 of 5 calls\nlog: done: resize\nlog: done: send\n"), "{printed}");
    assert!(printed.contains("transfers [true, false], balances (30, 70)\n"), "{printed}");
    let lines =
        |file: &str| std::fs::read_to_string(format!("{}/examples/service/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap().lines().count();
    let (ours, theirs) = (lines("main.rs"), lines("redis_rs.rs"));
    assert!(ours <= theirs, "{ours} lines, with redis-rs {theirs}");
}
