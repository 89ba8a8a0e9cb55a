//! Real redis-servers for the tests: on free loopback ports, in temporary folders, gone when their owner is.

#![allow(dead_code)] // every suite uses its own part of it

pub mod data;
pub mod fake;
pub mod generated;
pub mod plain;
pub mod proxy;
pub mod random;
pub mod recover;
pub mod replication;
pub mod stage;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Server {
    pub port: u16,
    process: Child,
    folder: tempfile::TempDir,
    options: Vec<String>,
}

impl Server {
    pub fn start() -> Server {
        Server::start_with(&[])
    }

    /// Starts a server with additional arguments. A port that somebody else takes in between is tried again.
    pub fn start_with(options: &[&str]) -> Server {
        for _ in 0..20 {
            let port = free_port();
            let folder = tempfile::tempdir().expect("a temporary folder");
            let options: Vec<String> = options.iter().map(|option| option.to_string()).collect();
            let process = spawn(port, &folder, &options);
            let mut server = Server { port, process, folder, options };
            if server.answers() {
                return server;
            }
        }
        panic!("no redis-server would start");
    }

    pub fn start_many(count: usize) -> Vec<Server> {
        (0..count).map(|_| Server::start()).collect()
    }

    /// Waits until the server has its data and answers; false when it ended instead.
    fn answers(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if self.process.try_wait().expect("the server's state").is_some() {
                return false;
            }
            // It may ask for a password, and answers for all that.
            if self.ping().is_ok_and(|answer| &answer != b"-LOADI") {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    fn ping(&self) -> std::io::Result<[u8; 6]> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 6];
        stream.read_exact(&mut answer).map(|()| answer)
    }

    /// Ends the server as a crash would, keeps its port and starts another there with the same options. It finds again what they made the
    /// first one write down, such as with `--appendonly yes`.
    pub fn restart(&mut self) {
        self.stop();
        self.process = spawn(self.port, &self.folder, &self.options);
        assert!(self.answers(), "the server starts again on its port");
    }

    /// Ends the server as a crash would.
    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Lets the server hang: it holds its connections and answers nothing.
    pub fn hang(&self) {
        let done = Command::new("kill").args(["-STOP", &self.process.id().to_string()]).status().expect("kill is there");
        assert!(done.success());
    }

    /// A bare client of this server, of other people's making.
    pub fn client(&self) -> redis::Connection {
        let url = format!("redis://127.0.0.1:{}", self.port);
        redis::Client::open(url).and_then(|client| client.get_connection()).expect("a bare connection")
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The server dies with the thread that started it, whatever becomes of that.
fn spawn(port: u16, folder: &tempfile::TempDir, options: &[String]) -> Child {
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--", "redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(["--port", &port.to_string(), "--dir"])
        .arg(folder.path())
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server and setpriv are installed")
}

/// Not one of those that the kernel gives to clients: they could take it while its server is down, or even connect to themselves there.
pub fn free_port() -> u16 {
    let any = || 16_384 + (RandomState::new().build_hasher().finish() % 16_384) as u16;
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(any).take(1000).find(is_free).expect("a free port")
}

/// The configuration of these masters, with further members such as `"hash_tag":"keep"`.
pub fn config(ports: &[u16], members: &[&str]) -> String {
    let nodes: Vec<String> =
        ports.iter().enumerate().map(|(at, port)| format!(r#""node_{}":{{"host":"127.0.0.1","port":{port}}}"#, at + 1)).collect();
    let mut all = vec![format!(r#""nodes":{{{}}}"#, nodes.join(","))];
    all.extend(members.iter().map(|member| member.to_string()));
    format!("{{{}}}", all.join(","))
}

pub fn ports(servers: &[Server]) -> Vec<u16> {
    servers.iter().map(|server| server.port).collect()
}

/// A handle on these masters, with further members of the configuration.
pub fn cluster(ports: &[u16], members: &[&str]) -> rediscluster::Cluster {
    rediscluster::Cluster::open(rediscluster::Config::from_json(config(ports, members).as_bytes()).expect("a sound configuration"))
}

/// As redis-cli would show it, on one line.
pub fn shown(value: &rediscluster::Value) -> String {
    use rediscluster::Value;
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let all = |children: rediscluster::Children| children.map(|child| shown(&child)).collect::<Vec<_>>().join(" ");
    match value {
        Value::Nil | Value::NilArray => "nil".into(),
        Value::String(bytes) => format!("\"{}\"", text(bytes)),
        Value::Status(bytes) => text(bytes),
        Value::Error(bytes) => format!("({})", text(bytes)),
        Value::Integer(number) => number.to_string(),
        Value::Array(children) | Value::Map(children) => format!("[{}]", all(*children)),
        Value::Failure(children) => format!("FAILURE {}", all(*children)),
        other => format!("{other:?}"),
    }
}

/// A request of commands whose arguments are separated by spaces.
pub fn request(commands: &[&str]) -> Vec<u8> {
    commands.iter().flat_map(|command| rediscluster::pack(&words(command))).collect()
}

pub fn words(command: &str) -> Vec<&[u8]> {
    command.split(' ').map(str::as_bytes).collect()
}

/// A key that lives on that master, counted from 1, of so many.
pub fn key_on(master: u32, masters: u32) -> String {
    name_on("key", master, masters)
}

/// Such a key whose name begins so.
pub fn name_on(prefix: &str, master: u32, masters: u32) -> String {
    (0..)
        .map(|number| format!("{prefix}{number}"))
        .find(|key| rediscluster::partition(key.as_bytes(), masters) == master)
        .expect("there are many keys")
}

/// CRC-32/ISO-HDLC, bit by bit: an oracle that is not the library.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }))
}
