//! The programs in examples/ run and print what they say.

mod support;

use std::process::Command;
use support::Server;

/// What an example prints, run on three empty servers.
fn output(example: &str, arguments: &[&str]) -> String {
    let servers = Server::start_many(3);
    let nodes: Vec<String> =
        servers.iter().enumerate().map(|(at, server)| format!(r#""node_{}": "redis://127.0.0.1:{}""#, at + 1, server.port)).collect();
    let done = Command::new(env!("CARGO"))
        // `cargo test` has built the examples with this profile.
        .args(["run", "--quiet", "--offline", "--profile", "test", "--example", example, "--"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("REDISCLUSTER_CONFIG", format!(r#"{{"nodes": {{{}}}, "hash_tag": "strip"}}"#, nodes.join(", ")))
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
