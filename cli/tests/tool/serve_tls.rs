//! `serve` with TLS. redis-cli and the library are the clients.

use crate::program::{command, run};
use crate::serve::{Serving, connect};
use crate::support::Server;
use crate::tls_servers::{Authority, LAST_YEAR, Pair, servers_have_tls};
use rediscluster::{Cluster, Config, Value};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("a path")
}

/// `serve` with a certificate of the authority. Also returns the port.
fn start(pair: &Pair, options: &[&str], lines: usize) -> (Serving, String) {
    let tls = ["--listen", "127.0.0.1:0", "--tls-cert", text(&pair.cert), "--tls-key", text(&pair.key)];
    let serving = Serving::start(&[&tls, options].concat(), lines);
    let port = serving.address("listening on 127.0.0.1:").to_owned();
    (serving, port)
}

fn redis_cli(port: &str, options: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new("redis-cli")
        .args(["-h", "127.0.0.1", "-p", port, "--tls"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("redis-cli runs");
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("it ends")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

#[test]
fn clients_with_tls_use_all_nodes_and_others_are_disconnected() {
    if !servers_have_tls() {
        return;
    }
    let (authority, other) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().expect("a folder");
    let unix = folder.path().join("plain.sock");
    let (serving, port) = start(&authority.issue("serve", &["127.0.0.1"], LAST_YEAR), &["--unix", text(&unix)], 2);
    let ca = authority.ca();
    let cli = |words: &[&str], input: &[u8]| redis_cli(&port, &[&["--cacert", &ca], words].concat(), input);
    assert_eq!(stdout(&cli(&["MSET", "a", "1", "b", "2", "c", "3"], b"")), "OK");
    assert_eq!(stdout(&cli(&["MGET", "a", "b", "c"], b"")), "1\n2\n3");
    // A socket accepts neither a large value nor a large reply at once.
    let large = "x".repeat(20 << 20);
    assert_eq!(stdout(&cli(&["-x", "SET", "large"], large.as_bytes())), "OK");
    assert!(stdout(&cli(&["GET", "large"], b"")) == large);
    let lines: String = (0..3000).map(|number| format!("SET key:{number} value:{number}\r\n")).collect();
    assert!(stdout(&cli(&["--pipe"], lines.as_bytes())).contains("errors: 0, replies: 3000"));
    assert_eq!(serving.servers.iter().map(keys).sum::<u64>(), 3_004);
    // A client that waits.
    assert_eq!(stdout(&cli(&["BLPOP", "none", "nothing", "0.1"], b"")), "");
    // A Unix socket has no TLS; a client without it is disconnected on the other socket.
    let mut plain = connect(&format!("redis+unix://{}", unix.display()));
    assert_eq!(redis::cmd("GET").arg("a").query::<String>(&mut plain).expect("GET"), "1");
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("a connection");
    stream.write_all(b"GET a\r\n").expect("a request");
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    assert!(!reply.contains(&b'$'), "{reply:?}");
    assert!(!redis_cli(&port, &["--cacert", &other.ca(), "PING"], b"").status.success());
}

fn keys(server: &Server) -> u64 {
    redis::cmd("DBSIZE").query(&mut server.client()).expect("DBSIZE")
}

#[test]
fn with_an_authority_clients_need_a_certificate_of_it() {
    if !servers_have_tls() {
        return;
    }
    let (authority, other) = (Authority::new(), Authority::new());
    let ca = authority.ca();
    let pair = authority.issue("serve", &["127.0.0.1"], LAST_YEAR);
    let (_serving, port) = start(&pair, &["--tls-ca", &ca], 1);
    let ping = |pair: &Pair| redis_cli(&port, &["--cacert", &ca, "--cert", text(&pair.cert), "--key", text(&pair.key), "PING"], b"");
    assert_eq!(stdout(&ping(&authority.issue("client", &["client"], LAST_YEAR))), "PONG");
    assert!(!ping(&other.issue("client", &["client"], LAST_YEAR)).status.success());
    assert!(!redis_cli(&port, &["--cacert", &ca, "PING"], b"").status.success());
    // A certificate identifies clients, so that other hosts may connect without a password.
    let servers = Server::start_many(1);
    let nodes = format!("node_1#127.0.0.1:{}", servers[0].port);
    let open = ["serve", "--nodes", &nodes, "--listen", "0.0.0.0:0", "--tls-cert", text(&pair.cert), "--tls-key", text(&pair.key)];
    let refused = run(&open);
    assert!(refused.status == 3 && refused.stderr.contains("--client-password-file"), "{}", refused.stderr);
    let mut accepted = command(&[&open[..], &["--tls-ca", &ca]].concat());
    let accepted = Serving::of(accepted.stdout(Stdio::piped()).spawn().expect("the program runs"), 1, servers);
    assert!(accepted.address("listening on ").starts_with("0.0.0.0:"));
}

/// Sends PING and the end of its data in one segment, keeps the connection, and waits until the other side ends it.
const HALF_CLOSED: &str = r#"
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
plain = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 60)
received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
stream = context.wrap_bio(received, to_send, server_hostname='127.0.0.1')
def attempt(step):
    try: step()
    except ssl.SSLWantReadError: return False
    return True
while not attempt(stream.do_handshake):
    plain.sendall(to_send.read())
    received.write(plain.recv(65536))
stream.write(b'PING\r\n')
attempt(stream.unwrap)
plain.sendall(to_send.read())
while data := plain.recv(65536): received.write(data)
"#;

#[test]
fn a_client_that_sends_nothing_more_is_disconnected_after_its_replies() {
    if !servers_have_tls() {
        return;
    }
    let authority = Authority::new();
    let (_serving, port) = start(&authority.issue("serve", &["127.0.0.1"], LAST_YEAR), &[], 1);
    for _ in 0..10 {
        let client = Command::new("python3").args(["-c", HALF_CLOSED, &port, &authority.ca()]).output().expect("python3 runs");
        assert!(client.status.success(), "{}", String::from_utf8_lossy(&client.stderr));
    }
}

/// Many connections at the same time, each with pipelines whose replies come from three servers.
#[test]
fn many_clients_with_tls_get_their_own_replies() {
    if !servers_have_tls() {
        return;
    }
    let authority = Authority::new();
    let (_serving, port) = start(&authority.issue("serve", &["127.0.0.1"], LAST_YEAR), &[], 1);
    let config = format!(
        r#"{{"nodes":{{"node_1":"rediss://127.0.0.1:{port}"}},"tls":{{"ca":"{}"}},"hash_tag":"off","timeout":60,"refresh_interval":0}}"#,
        authority.ca()
    );
    let cluster = Cluster::open(Config::from_json(config.as_bytes()).expect("a configuration"));
    // A published message reaches a session that has sent nothing since.
    let mut session = cluster.session();
    session.execute(&rediscluster::pack(&[b"SUBSCRIBE", b"news"])).expect("a subscription");
    cluster.command(&[b"PUBLISH", b"news", b"hello"]).expect("a reply");
    let message = session.receive(None).expect("no failure").expect("a message");
    assert_eq!(strings(&message), ["message", "news", "hello"]);
    std::thread::scope(|scope| {
        for client in 0..16 {
            let cluster = &cluster;
            scope.spawn(move || {
                for round in 0..20 {
                    let values: Vec<String> =
                        (0..50).map(|number| format!("{client}:{round}:{number}:{}", "x".repeat(number * 20))).collect();
                    let mut request = Vec::new();
                    for (number, value) in values.iter().enumerate() {
                        let key = format!("{client}:{number}");
                        rediscluster::pack_into(&mut request, &[b"SET", key.as_bytes(), value.as_bytes()]);
                        rediscluster::pack_into(&mut request, &[b"GET", key.as_bytes()]);
                    }
                    let replies = cluster.execute(&request).expect("replies");
                    let Value::Array(replies) = replies.root() else { panic!("no array") };
                    let got: Vec<Value> = replies.skip(1).step_by(2).collect();
                    let expected: Vec<Value> = values.iter().map(|value| Value::String(value.as_bytes())).collect();
                    assert_eq!(got, expected);
                }
            });
        }
    });
}

fn strings(reply: &rediscluster::Reply) -> Vec<String> {
    let Value::Array(parts) = reply.root() else { panic!("no array") };
    parts.map(|part| if let Value::String(text) = part { String::from_utf8_lossy(text).into_owned() } else { panic!("{part:?}") }).collect()
}

/// As a renewal does it: the new file takes the place of the other one.
fn replace(file: &std::path::Path, content: &[u8]) {
    let written = file.with_extension("new");
    std::fs::write(&written, content).expect("a file");
    std::fs::rename(&written, file).expect("a file");
}

#[test]
fn a_renewed_certificate_is_used_without_a_restart() {
    if !servers_have_tls() {
        return;
    }
    let (before, after) = (Authority::new(), Authority::new());
    let (pair, renewed) = (before.issue("serve", &["127.0.0.1"], LAST_YEAR), after.issue("serve", &["127.0.0.1"], LAST_YEAR));
    let servers = Server::start_many(1);
    let nodes = format!("node_1#127.0.0.1:{}", servers[0].port);
    let log = tempfile::NamedTempFile::new().expect("a file");
    let options = ["serve", "--nodes", &nodes, "--listen", "127.0.0.1:0", "--tls-cert", text(&pair.cert), "--tls-key", text(&pair.key)];
    let child = command(&options).stdout(Stdio::piped()).stderr(log.reopen().expect("the file")).spawn().expect("the program runs");
    let serving = Serving::of(child, 1, servers);
    let port = serving.address("listening on 127.0.0.1:").to_owned();
    let trusts = |authority: &Authority| redis_cli(&port, &["--cacert", &authority.ca(), "PING"], b"").status.success();
    let has_logged = |text: &str| std::fs::read_to_string(log.path()).expect("the file").contains(text);
    // A client that stays connected keeps its connection.
    let config = format!(r#"{{"nodes":{{"node_1":"rediss://127.0.0.1:{port}"}},"tls":{{"ca":"{}"}},"refresh_interval":0}}"#, before.ca());
    let connected = Cluster::open(Config::from_json(config.as_bytes()).expect("a configuration"));
    connected.command(&[b"PING"]).expect("a reply");
    assert!(trusts(&before) && !trusts(&after) && !has_logged("tls_"));
    // While a renewal has replaced one file of two, clients get the former certificate.
    replace(&pair.cert, &std::fs::read(&renewed.cert).expect("the file"));
    assert!(trusts(&before) && has_logged("error: tls_reload_failed: "));
    replace(&pair.key, &std::fs::read(&renewed.key).expect("the file"));
    assert!(trusts(&after) && !trusts(&before) && has_logged("info: tls_reloaded: "));
    connected.command(&[b"PING"]).expect("a reply");
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let authority = Authority::new();
    let (one, other) = (authority.issue("one", &["a"], LAST_YEAR), authority.issue("other", &["a"], LAST_YEAR));
    let serve = |options: &[&str]| run(&[&["serve", "--nodes", "node_1#127.0.0.1:1", "--listen", "127.0.0.1:0"], options].concat());
    let mixed = serve(&["--tls-cert", text(&one.cert), "--tls-key", text(&other.key)]);
    assert!(mixed.status == 2 && mixed.stderr.contains("cannot be used together"), "{}", mixed.stderr);
    let missing = serve(&["--tls-cert", "/nowhere/cert.pem", "--tls-key", text(&one.key)]);
    assert!(missing.status == 2 && missing.stderr.contains("cannot read /nowhere/cert.pem"), "{}", missing.stderr);
    assert!(serve(&["--tls-cert", text(&one.cert)]).stderr.contains("--tls-key"));
    let ca = serve(&["--tls-cert", text(&one.cert), "--tls-key", text(&one.key), "--tls-ca", text(&one.key)]);
    assert!(ca.status == 2 && ca.stderr.contains("has no certificate in PEM format"), "{}", ca.stderr);
}
