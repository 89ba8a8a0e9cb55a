//! redis-benchmark on three masters through the listener of examples/listener.rs.

use crate::support::listener::listen;
use crate::support::three_nodes::ThreeNodes;
use std::process::Command;

/// The tests that redis-benchmark reports, and what it prints about errors.
fn run(port: u16, arguments: &[&str]) -> (Vec<String>, String) {
    let done = Command::new("redis-benchmark")
        .args(["-p", &port.to_string(), "-n", "1000", "-c", "20", "-r", "100", "--csv"])
        .args(arguments)
        .output()
        .expect("redis-benchmark is installed");
    let printed = String::from_utf8(done.stdout).unwrap();
    let errors = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{arguments:?}: {printed}{errors}");
    let tests = printed.lines().skip(1).map(|line| line.split("\",\"").next().unwrap().to_owned());
    (tests.collect(), errors)
}

#[test]
fn every_test_of_redis_benchmark_ends_without_an_error() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    for arguments in [&[][..], &["-P", "16"], &["-3"], &["-P", "16", "-3"]] {
        let (tests, errors) = run(port, arguments);
        let (expected, expected_errors) = run(nodes.oracle.port, arguments);
        assert_eq!(tests, expected, "{arguments:?}");
        assert_eq!(errors, expected_errors, "{arguments:?}");
        assert!(tests.len() >= 19, "{tests:?}");
    }
}
