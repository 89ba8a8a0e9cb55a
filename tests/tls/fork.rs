//! A program in C that forks at any moment, with servers that expect TLS. It uses the library in target/stage, which `make stage` installs.

use crate::servers::{Authority, LAST_YEAR, TlsServer, config, servers_have_tls};
use std::process::Command;

#[test]
#[ignore = "takes a minute; `make chaos` runs it"]
fn parent_and_forked_children_have_connections_of_their_own() {
    if !servers_have_tls() {
        return;
    }
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("test-fork").display().to_string();
    let build = format!(
        ". scripts/env && cc -std=c99 -D_DEFAULT_SOURCE -O1 -pthread -o {program} tests/abi/c/test_fork.c $(pkg-config --cflags --libs rediscluster)"
    );
    let authority = Authority::new();
    let pair = authority.issue("server", &["127.0.0.1"], LAST_YEAR);
    let servers: Vec<TlsServer> = (0..3).map(|_| TlsServer::start(&authority, &pair, &["--tls-auth-clients", "no"])).collect();
    let config = config(&servers, &format!(r#"{{"ca":"{}"}}"#, authority.ca()), &[]);
    let run = |line: &str| {
        let mut shell = Command::new("bash");
        shell.args(["-c", line]).current_dir(root).env("REDISCLUSTER_CONFIG", &config);
        let output = shell.output().expect("bash");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{line}: {text}");
    };
    run(&build);
    run(&format!(". scripts/env && {program}"));
}
