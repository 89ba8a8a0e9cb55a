//! `serve`, with clients that were written for one server.

use crate::program::{command, run};
use crate::support::{Server, config, ports};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;

/// `serve` on three masters.
pub struct Serving {
    process: Child,
    /// What it printed at the start, such as `listening on 127.0.0.1:7000`.
    pub lines: Vec<String>,
    pub servers: Vec<Server>,
}

impl Serving {
    /// Starts it, and waits until it has printed so many lines.
    pub fn start(options: &[&str], lines: usize) -> Serving {
        let servers = Server::start_many(3);
        let mut serve = command(&[&["serve", "--config", &config(&ports(&servers), &[])], options].concat());
        Serving::of(serve.stdout(Stdio::piped()).spawn().expect("the program runs"), lines, servers)
    }

    pub fn of(mut process: Child, lines: usize, servers: Vec<Server>) -> Serving {
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let lines = output.lines().take(lines).map(|line| line.expect("text")).collect();
        Serving { process, lines, servers }
    }

    /// The address after a text in what it printed.
    pub fn address(&self, text: &str) -> &str {
        self.lines.iter().find_map(|line| line.strip_prefix(text)).unwrap_or_else(|| panic!("{text:?} is not in {:?}", self.lines))
    }

    fn connect(&self) -> redis::Connection {
        connect(&format!("redis://{}", self.address("listening on ")))
    }

    /// Sends SIGTERM. Returns the exit status.
    fn stop(mut self) -> Option<i32> {
        Command::new("kill").arg(self.process.id().to_string()).status().expect("kill runs");
        self.process.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}

pub fn connect(url: &str) -> redis::Connection {
    redis::Client::open(url).and_then(|client| client.get_connection()).expect("it accepts clients")
}

fn set(connection: &mut redis::Connection, key: &str, value: &str) {
    redis::cmd("MSET").arg(key).arg(value).arg("other").arg(value).exec(connection).expect("MSET");
}

fn get(connection: &mut redis::Connection, key: &str) -> String {
    redis::cmd("GET").arg(key).query(connection).expect("GET")
}

#[test]
fn clients_on_tcp_and_unix_sockets_see_the_same_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("redis.sock");
    let path = path.to_str().expect("a path");
    // That of a process that was killed.
    drop(std::os::unix::net::UnixListener::bind(path).expect("a socket"));
    let serving = Serving::start(&["--listen", "127.0.0.1:0", "--unix", path], 2);
    assert_eq!(serving.lines[1], format!("listening on {path}"));
    let (mut tcp, mut unix) = (serving.connect(), connect(&format!("redis+unix://{path}")));
    set(&mut tcp, "foo", "bar");
    assert_eq!((get(&mut unix, "foo"), get(&mut unix, "other")), ("bar".into(), "bar".into()));
    assert!(serving.servers.iter().any(|server| redis::cmd("GET").arg("foo").query::<String>(&mut server.client()).is_ok()));
    let taken = run(&["serve", "--config", &config(&ports(&serving.servers), &[]), "--unix", path]);
    assert!(taken.status == 1 && taken.stderr.contains(path), "{}", taken.stderr);
    drop((tcp, unix));
    assert_eq!(serving.stop(), Some(0));
    assert!(!std::path::Path::new(path).exists(), "the socket remains");
}

#[test]
fn a_client_too_many_gets_the_error_of_one_server() {
    let serving = Serving::start(&["--listen", "127.0.0.1:0", "--max-clients", "2"], 1);
    let (mut one, mut two) = (serving.connect(), serving.connect());
    set(&mut one, "foo", "bar");
    assert_eq!(get(&mut two, "foo"), "bar");
    let mut text = String::new();
    let mut third = TcpStream::connect(serving.address("listening on ")).expect("a connection");
    third.read_to_string(&mut text).expect("it says why");
    assert_eq!(text, "-ERR max number of clients reached\r\n");
    drop(one);
    // The place is free once the listener has seen the client leave.
    let ping = || redis::Client::open(format!("redis://{}", serving.address("listening on "))).and_then(|client| client.get_connection());
    while ping().is_err() {
        std::thread::yield_now();
    }
}

#[test]
fn at_the_end_replies_are_delivered_and_blocked_clients_are_let_go() {
    let serving = Serving::start(&["--listen", "127.0.0.1:0"], 1);
    let address = serving.address("listening on ").to_owned();
    let (has_begun, begins) = channel();
    let blocked = std::thread::spawn(move || {
        let mut client = TcpStream::connect(address).expect("a connection");
        client.write_all(b"GET missing\r\nBLPOP a b c 0\r\n").expect("a request");
        let mut first = [0; 5];
        client.read_exact(&mut first).expect("a reply");
        has_begun.send(first).expect("the test waits");
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).expect("the end");
        rest
    });
    assert_eq!(&begins.recv().expect("a reply"), b"$-1\r\n");
    let servers = ports(&serving.servers);
    let mut direct: Vec<_> = serving.servers.iter().map(Server::client).collect();
    assert_eq!(serving.stop_and_keep(&mut direct), Some(0));
    assert_eq!(blocked.join().expect("a client"), b"", "{servers:?}");
}

impl Serving {
    /// Stops it while the servers go on. An element that is added afterwards stays where it is.
    fn stop_and_keep(mut self, direct: &mut [redis::Connection]) -> Option<i32> {
        Command::new("kill").arg(self.process.id().to_string()).status().expect("kill runs");
        let status = self.process.wait().expect("it ends").code();
        for server in direct {
            redis::cmd("RPUSH").arg("a").arg("x").exec(server).expect("RPUSH");
            assert_eq!(redis::cmd("LLEN").arg("a").query::<usize>(server).expect("LLEN"), 1);
        }
        status
    }
}

/// A client that does not read its replies keeps the program alive no longer than the user allows.
#[test]
fn a_client_that_takes_no_replies_does_not_prevent_the_end() {
    let servers = Server::start_many(1);
    let mut serve = command(&["serve", "--config", &config(&ports(&servers), &[]), "--listen", "127.0.0.1:0", "--stop-timeout", "0"]);
    let mut serving = Serving::of(serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs"), 1, servers);
    let mut client = serving.connect();
    redis::cmd("SET").arg("large").arg(vec![b'x'; 20 << 20]).exec(&mut client).expect("SET");
    let mut lazy = TcpStream::connect(serving.address("listening on ")).expect("a connection");
    lazy.write_all(b"PING\r\nGET large\r\n").expect("a request");
    lazy.read_exact(&mut [0; 9]).expect("the replies have begun");
    drop(client);
    Command::new("kill").arg(serving.process.id().to_string()).status().expect("kill runs");
    let mut text = String::new();
    serving.process.stderr.take().expect("a pipe").read_to_string(&mut text).expect("text");
    assert_eq!(serving.process.wait().expect("it ends").code(), Some(1));
    assert!(text.contains(" clients were still waiting for replies"), "{text}");
}

#[test]
fn metrics_count_clients_and_name_servers() {
    let serving = Serving::start(&["--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"], 2);
    let mut client = serving.connect();
    set(&mut client, "foo", "bar");
    let url = serving.address("metrics at http://");
    let mut http = TcpStream::connect(url.strip_suffix("/metrics").expect("the path")).expect("a connection");
    http.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("a request");
    let mut text = String::new();
    http.read_to_string(&mut text).expect("a response");
    assert!(text.contains("\nrediscluster_clients 1\n"), "{text}");
    let row =
        format!("rediscluster_server_available{{node=\"node_2\",role=\"master\",address=\"127.0.0.1:{}\"}} 1\n", serving.servers[1].port);
    assert!(text.contains(&row), "{text}");
}

#[test]
fn other_hosts_are_refused_without_a_password() {
    let servers = Server::start_many(1);
    let open = config(&ports(&servers), &[]);
    let refused = run(&["serve", "--config", &open, "--listen", "0.0.0.0:0"]);
    assert!(refused.status == 3 && refused.stderr.contains("--unprotected"), "{}", refused.stderr);
    let mut accepted = command(&["serve", "--config", &open, "--listen", "0.0.0.0:0", "--unprotected"]);
    let accepted = Serving::of(accepted.stdout(Stdio::piped()).spawn().expect("the program runs"), 1, servers);
    assert!(accepted.address("listening on ").starts_with("0.0.0.0:"));
    let mut protected = command(&["serve", "--config", &open, "--listen", "0.0.0.0:0"]);
    let protected = protected.env("REDISCLUSTER_CLIENT_PASSWORD", "own").stdout(Stdio::piped()).spawn().expect("the program runs");
    assert!(Serving::of(protected, 1, Vec::new()).address("listening on ").starts_with("0.0.0.0:"));
}

#[test]
fn a_client_authenticates_with_the_password_of_the_configuration() {
    let servers = vec![Server::start_with(&["--requirepass", "secret"])];
    let mut serve = command(&["serve", "--config", &config(&ports(&servers), &[r#""password":"secret""#]), "--listen", "127.0.0.1:0"]);
    let serving = Serving::of(serve.stdout(Stdio::piped()).spawn().expect("the program runs"), 1, servers);
    let address = serving.address("listening on ");
    let without = redis::Client::open(format!("redis://{address}")).and_then(|client| client.get_connection());
    let error = without.and_then(|mut connection| redis::cmd("GET").arg("a").exec(&mut connection)).expect_err("it must authenticate");
    assert_eq!(error.code(), Some("NOAUTH"));
    let mut connection = connect(&format!("redis://:secret@{address}"));
    set(&mut connection, "foo", "bar");
    assert_eq!(get(&mut connection, "foo"), "bar");
}

/// The password of the clients is independent of that of the servers.
#[test]
fn clients_may_have_a_user_and_a_password_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "own\n").expect("a file");
    let file = file.to_str().expect("a path");
    let servers = vec![Server::start_with(&["--requirepass", "secret"])];
    let config = config(&ports(&servers), &[r#""password":"secret""#]);
    let mut serve = command(&["serve", "--config", &config, "--listen", "127.0.0.1:0", "--client-password-file", file]);
    let serving = Serving::of(serve.stdout(Stdio::piped()).spawn().expect("the program runs"), 1, servers);
    let url = |credentials: &str| format!("redis://{credentials}{}", serving.address("listening on "));
    for credentials in ["", ":secret@", "bob:own@"] {
        let outcome = redis::Client::open(url(credentials)).and_then(|client| client.get_connection());
        let error = outcome.and_then(|mut connection| redis::cmd("GET").arg("a").exec(&mut connection)).expect_err("wrong credentials");
        assert!(
            matches!(error.code(), Some("NOAUTH" | "WRONGPASS")) || error.kind() == redis::ErrorKind::AuthenticationFailed,
            "{error:?}"
        );
    }
    set(&mut connect(&url(":own@")), "foo", "bar");
    assert_eq!(get(&mut connect(&url("default:own@")), "foo"), "bar");
    // RESET requires it again.
    let mut client = connect(&url(":own@"));
    redis::cmd("RESET").exec(&mut client).expect("RESET");
    assert_eq!(redis::cmd("GET").arg("foo").exec(&mut client).expect_err("not authenticated").code(), Some("NOAUTH"));
    let mut serve = command(&["serve", "--config", &config, "--listen", "127.0.0.1:0", "--client-user", "bob"]);
    let serve = serve.env("REDISCLUSTER_CLIENT_PASSWORD", "theirs").stdout(Stdio::piped()).spawn().expect("the program runs");
    let other = Serving::of(serve, 1, Vec::new());
    assert_eq!(get(&mut connect(&format!("redis://bob:theirs@{}", other.address("listening on "))), "foo"), "bar");
    let refused = run(&["serve", "--config", &config, "--client-user", "bob"]);
    assert!(refused.status == 2 && refused.stderr.contains("--client-user needs a password"), "{}", refused.stderr);
}

#[test]
fn the_socket_that_systemd_passes_is_used() {
    let servers = Server::start_many(1);
    let passing = "import os, socket, sys
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])";
    let mut serve = Command::new("python3");
    serve.args(["-c", passing, env!("CARGO_BIN_EXE_rediscluster"), "serve", "--config", &config(&ports(&servers), &[])]);
    let serving = Serving::of(serve.stdout(Stdio::piped()).spawn().expect("python3 runs"), 1, servers);
    let mut client = serving.connect();
    set(&mut client, "foo", "bar");
    assert_eq!(get(&mut client, "foo"), "bar");
}

#[test]
fn more_clients_than_descriptors_are_refused_before_the_start() {
    let refused = Command::new("bash")
        .args([
            "-c",
            "ulimit -n 1000; exec \"$0\" serve --nodes node_1#127.0.0.1:1 --listen 127.0.0.1:0",
            env!("CARGO_BIN_EXE_rediscluster"),
        ])
        .output()
        .expect("bash runs");
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && text.contains("which is enough for 744 clients"), "{text}");
}
