//! Host names whose lookup takes long.

use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::replication::wait_until;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{Server, key_on, name_on, ports, request};
use rediscluster::{Cluster, Config};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A library for LD_PRELOAD that replaces getaddrinfo: the lookup of slow.test blocks until another process opens the pipe RESOLVER_GATE, and
/// none.test does not exist.
const RESOLVER: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    int (*system_resolver)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&system_resolver = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node && !strcmp(node, "none.test")) return EAI_NONAME;
    if (node && !strcmp(node, "slow.test")) {
        close(open(getenv("RESOLVER_GATE"), O_RDONLY));
        node = "127.0.0.1";
    }
    return system_resolver(node, service, hints, result);
}
"#;

/// Runs in a process of its own, with that library.
#[test]
#[ignore = "a part of the test below"]
fn listener_of_a_process() {
    let config = std::env::var("REDISCLUSTER_CONFIG").expect("the test above has set it");
    println!("port {}", listen(Cluster::open(Config::from_json(config.as_bytes()).expect("a configuration"))));
    // Until the test above has ended, however it ends.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

/// Runs in a process of its own, with that library.
#[test]
#[ignore = "a part of a test below"]
fn calls_of_a_process() {
    let config = std::env::var("REDISCLUSTER_CONFIG").expect("the test has set it");
    let cluster = Cluster::open(Config::from_json(config.as_bytes()).expect("a configuration"));
    for limited in [&cluster, &cluster.with_deadline(Some(Duration::from_millis(100)))] {
        println!("error {}", limited.command(&[b"SET", b"a", b"1"]).unwrap_err());
    }
    wait_until(|| cluster.command(&[b"SET", b"a", b"1"]).is_ok());
    println!("error none");
}

/// The library, and the pipe that its lookups wait for.
struct Resolver {
    library: PathBuf,
    gate: PathBuf,
}

impl Resolver {
    fn new(folder: &Path) -> Resolver {
        let (library, gate) = (folder.join("resolver.so"), folder.join("gate"));
        std::fs::write(folder.join("resolver.c"), RESOLVER).unwrap();
        let compiled =
            Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(folder.join("resolver.c")).arg("-ldl").status();
        assert!(compiled.unwrap().success() && Command::new("mkfifo").arg(&gate).status().unwrap().success());
        Resolver { library, gate }
    }

    /// Runs one of the ignored tests in a process with that library.
    fn run(&self, test: &str, config: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", test])
            .envs([
                ("LD_PRELOAD", self.library.as_os_str()),
                ("RESOLVER_GATE", self.gate.as_os_str()),
                ("REDISCLUSTER_CONFIG", config.as_ref()),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

#[test]
fn a_resolver_that_hangs_holds_no_call_beyond_its_limit() {
    let server = Server::start();
    let resolver = Resolver::new(server.folder());
    let config = format!(r#"{{"nodes":{{"node_1":{{"host":"slow.test","port":{}}}}},"timeout":0.2}}"#, server.port);
    let mut process = resolver.run("names::calls_of_a_process", &config);
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut errors = lines.filter_map(|line| line.unwrap().split_once("error ").map(|(_, text)| text.to_owned()));
    let first = errors.next().unwrap();
    assert!(first.contains("SET: cannot connect: the lookup of the host name timed out; it was not executed"), "{first}");
    let second = errors.next().unwrap();
    assert!(second.ends_with("it was not executed"), "{second}");
    let _open = File::options().write(true).open(&resolver.gate).unwrap();
    assert_eq!(errors.next().as_deref(), Some("none"));
    assert!(process.wait().unwrap().success());
}

#[test]
fn only_clients_of_a_node_whose_name_is_being_looked_up_wait_for_it() {
    let nodes = ThreeNodes::new();
    let resolver = Resolver::new(nodes.servers[0].folder());
    let [one, two, three] = ports(&nodes.servers)[..] else { unreachable!() };
    let node = |host: &str, port: u16| format!(r#"{{"host":"{host}","port":{port}}}"#);
    let all = format!(
        r#"{{"nodes":{{"node_1":{},"node_2":{},"node_3":{}}},"hash_tag":"keep","connect_timeout":60,"read_timeout":60}}"#,
        node("127.0.0.1", one),
        node("slow.test", two),
        node("none.test", three)
    );
    let mut process = resolver.run("names::listener_of_a_process", &all);
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| line.unwrap().rsplit_once("port ").map(|(_, port)| port.parse().unwrap())).expect("a port");

    let [fast, slow, unknown] = [1, 2, 3].map(|master| key_on(master, 3));
    let (mut waiting, mut other) = (RawClient::connect(port), RawClient::connect(port));
    // The part of a node that replies is not held back, so it reads a key that nobody changes.
    waiting.write(&request(&[&format!("SET {slow} 1"), &format!("MGET {slow} {}", name_on("missing", 1, 3))]));
    for count in 1..=50 {
        assert_eq!(other.exchange(&request(&[&format!("INCR {fast}")]), 1), format!(":{count}\r\n").as_bytes());
    }
    let failed = String::from_utf8(other.exchange(&request(&[&format!("GET {unknown}")]), 1)).unwrap();
    assert!(failed.starts_with(&format!("-ERR node_3 (none.test:{three}): GET: cannot connect: failed to lookup address")), "{failed}");
    // Waits until the name is being looked up. While the pipe is open for writing, this and later lookups end.
    let _open = File::options().write(true).open(&resolver.gate).unwrap();
    assert_eq!(waiting.read(2), b"+OK\r\n*2\r\n$1\r\n1\r\n$-1\r\n");
    process.kill().and_then(|()| process.wait()).unwrap();
}
