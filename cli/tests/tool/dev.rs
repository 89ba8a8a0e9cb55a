//! `dev`: a private local cluster.

use crate::program::{command, run};
use crate::support::replication::wait_until;
use crate::tls_servers::servers_have_tls;
use rediscluster::{Cluster, Config, Value};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `dev`, with the configuration that it has printed.
struct Dev {
    process: Child,
    config: String,
    /// Its temporary files, which remain when it is killed.
    folder: tempfile::TempDir,
}

impl Dev {
    fn start(options: &[&str]) -> Dev {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = command(&[&["dev"], options].concat());
        let mut process =
            process.env("TMPDIR", folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        // The configuration is complete when the line after it, on the other stream, says how many servers run.
        let mut output = process.stdout.take().expect("a pipe");
        let mut errors = process.stderr.take().expect("a pipe");
        let (mut said, mut byte) = (Vec::new(), [0]);
        while errors.read(&mut byte).expect("text") == 1 && byte[0] != b'\n' {
            said.push(byte[0]);
        }
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.ends_with("Press Ctrl-C to stop them."), "{said}");
        let mut config = vec![0; 64 << 10];
        let length = output.read(&mut config).expect("text");
        Dev { process, config: String::from_utf8_lossy(&config[..length]).into_owned(), folder }
    }

    fn open(&self) -> Cluster {
        Cluster::open(Config::from_json(self.config.as_bytes()).expect("a configuration"))
    }

    /// The numbers of the processes whose parent it is.
    fn children(&self) -> Vec<u32> {
        let path = format!("/proc/{0}/task/{0}/children", self.process.id());
        let list = std::fs::read_to_string(path).expect("a list of processes");
        list.split_whitespace().map(|number| number.parse().expect("a number")).collect()
    }

    /// Sends a signal, and waits until the program and all of its servers have ended.
    fn end(&mut self, signal: &str) {
        let children = self.children();
        assert!(!children.is_empty());
        Command::new("kill").args([signal, &self.process.id().to_string()]).status().expect("kill runs");
        self.process.wait().expect("it ends");
        wait_until(|| children.iter().all(|process| !runs(*process)));
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// Whether a process exists and is no zombie.
fn runs(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    status.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

/// How many files and folders a folder has.
fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

/// The numbers of masters and of replicas that the library finds.
fn roles(cluster: &Cluster) -> (usize, usize) {
    let list = cluster.node_list(true);
    let Value::Map(entries) = list.root() else { panic!("no map") };
    let is_replica = |alias| matches!(alias, Value::String(name) if name.windows(6).any(|part| part == b"_slave"));
    let (replicas, masters): (Vec<Value>, Vec<Value>) = entries.step_by(2).partition(|alias| is_replica(*alias));
    (masters.len(), replicas.len())
}

#[test]
fn a_cluster_runs_until_a_signal_and_nothing_remains() {
    for signal in ["-INT", "-TERM", "-KILL"] {
        let mut dev = Dev::start(&["--masters", "2"]);
        let cluster = dev.open();
        cluster.command(&[b"MSET", b"a", b"1", b"b", b"2", b"c", b"3"]).expect("a reply");
        assert_eq!((roles(&cluster), dev.children().len()), ((2, 0), 2));
        dev.end(signal);
        // The tool cannot remove them when it is killed.
        assert_eq!(count(dev.folder.path()), usize::from(signal == "-KILL"));
        assert!(cluster.command(&[b"GET", b"a"]).is_err());
    }
}

#[test]
fn the_folder_of_the_servers_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    // The last port can be used, and the path has a blank.
    let path = folder.path().join("a folder");
    std::fs::create_dir(&path).expect("a folder");
    for options in [&["--port", "65535"][..], &["--tls"]].into_iter().take(if servers_have_tls() { 2 } else { 1 }) {
        let arguments = [&["dev", "--masters", "1"], options, &["--", "true"]].concat();
        let run = command(&arguments).env("TMPDIR", &path).output().expect("the program runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(count(&path), 0);
    }
}

#[test]
fn replicas_serve_reads_and_sentinels_name_the_masters() {
    let dev = Dev::start(&["--masters", "2", "--replicas", "1", "--sentinel", "--hash-tag", "off"]);
    assert!(dev.config.contains("\"service_name\": \"node_2\"") && dev.config.contains("\"hash_tag\": \"off\""), "{}", dev.config);
    let cluster = dev.open();
    assert_eq!((roles(&cluster), dev.children().len()), ((2, 2), 7));
    cluster.command(&[b"SET", b"a", b"1"]).expect("a reply");
}

#[test]
fn with_tls_the_configuration_names_the_authority() {
    if !servers_have_tls() {
        return;
    }
    let mut dev = Dev::start(&["--masters", "1", "--replicas", "1", "--tls"]);
    assert!(dev.config.contains("rediss://127.0.0.1:"), "{}", dev.config);
    let document: serde_json::Value = serde_json::from_str(&dev.config).expect("JSON");
    let authority = document["tls"]["ca"].as_str().expect("a path").to_owned();
    assert_eq!(roles(&dev.open()), (1, 1));
    dev.end("-TERM");
    assert!(!Path::new(&authority).exists());
}

#[test]
fn a_command_finds_the_configuration_and_gives_its_status() {
    let script = format!("\"{}\" exec SET a b && exit 7", env!("CARGO_BIN_EXE_rediscluster"));
    let run = run(&["dev", "--masters", "2", "--", "bash", "-c", &script]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (7, "OK\n", ""));
}

#[test]
fn what_prevents_the_start_is_reported() {
    let taken = crate::support::Server::start();
    let port = taken.port.to_string();
    for (options, status, text) in [
        (&["--sentinel"][..], 2, "give --replicas 1"),
        (&["--server", "/nowhere/redis-server"], 1, "/nowhere/redis-server"),
        (&["--masters", "1", "--port", &port], 1, "Address already in use"),
        (&["--masters", "0"], 2, "--masters"),
    ] {
        let run = run(&[&["dev"], options].concat());
        assert!(run.status == status && run.stderr.contains(text), "{options:?}: {} {}", run.status, run.stderr);
    }
    let first = crate::support::free_port();
    let script = "echo \"$REDISCLUSTER_CONFIG\"";
    let run = run(&["dev", "--masters", "1", "--port", &first.to_string(), "--", "bash", "-c", script]);
    assert!(run.stdout.contains(&format!(":{first}\"")), "{}{}", run.stdout, run.stderr);
}
