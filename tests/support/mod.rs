//! Real redis-servers on free loopback ports, in temporary folders. A server stops when its owner is dropped.

#![allow(dead_code)] // every test crate uses only a part

pub mod data;
pub mod fake_server;
pub mod generated;
pub mod link;
pub mod listener;
pub mod proxy;
pub mod random;
pub mod raw_client;
pub mod recover;
pub mod replication;
pub mod sentinel;
pub mod three_nodes;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A little longer than the library trusts a connection to be open after its last use.
const TRUSTED_FOR: Duration = Duration::from_millis(25);

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

    /// Starts a server with additional arguments. Tries another port if the port was taken in the meantime.
    pub fn start_with(options: &[&str]) -> Server {
        Server::try_ports(options, false)
    }

    /// Starts a server with a configuration file, empty at first, in which it keeps what CONFIG REWRITE writes when it is started again.
    pub fn start_with_file(options: &[&str]) -> Server {
        Server::try_ports(options, true)
    }

    fn try_ports(options: &[&str], has_file: bool) -> Server {
        for _ in 0..20 {
            let port = free_port();
            let folder = tempfile::tempdir().expect("a temporary folder");
            if has_file {
                std::fs::write(folder.path().join(CONFIGURATION), "").expect("a file");
            }
            let options: Vec<String> = options.iter().map(|option| option.to_string()).collect();
            let process = spawn(port, &folder, &options);
            let mut server = Server { port, process, folder, options };
            if server.is_ready() {
                return server;
            }
        }
        panic!("no redis-server starts");
    }

    pub fn start_many(count: usize) -> Vec<Server> {
        (0..count).map(|_| Server::start()).collect()
    }

    /// Waits until the server has loaded its data and replies; false if it ended instead.
    fn is_ready(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if self.process.try_wait().expect("the server's state").is_some() {
                return false;
            }
            if self.replies().unwrap_or(false) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Whether this server replies on its port, and not one that another test has started there at the same moment.
    fn replies(&self) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.write_all(b"PING\r\nINFO server\r\nPING\r\n")?;
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        // A server that requires a password replies with an error, which is a reply too.
        if first != "+PONG" {
            return Ok(first.starts_with('-') && !first.starts_with("-LOADING"));
        }
        let process = format!("process_id:{}", self.process.id());
        let info = lines.map_while(Result::ok).take_while(|line| line != "+PONG");
        Ok(info.filter(|line| *line == process).count() > 0)
    }

    /// Kills the server and starts it again on the same port with the same options. It loads what those options made it persist, for
    /// example with `--appendonly yes`.
    ///
    /// Takes at least so long that connections to it are looked at before they are used again. Otherwise a write may be sent over one that is lost.
    pub fn restart(&mut self) {
        let stopped = Instant::now();
        self.stop();
        self.process = spawn(self.port, &self.folder, &self.options);
        assert!(self.is_ready(), "the server does not start again on its port");
        std::thread::sleep(TRUSTED_FOR.saturating_sub(stopped.elapsed()));
    }

    /// Kills the server.
    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Suspends the server: it keeps its connections and sends no replies.
    pub fn hang(&self) {
        let done = Command::new("kill").args(["-STOP", &self.process.id().to_string()]).status().expect("kill is installed");
        assert!(done.success());
    }

    /// Resumes a suspended server.
    pub fn resume(&self) {
        let done = Command::new("kill").args(["-CONT", &self.process.id().to_string()]).status().expect("kill is installed");
        assert!(done.success());
    }

    /// A connection of the `redis` crate, which is independent of this library.
    pub fn client(&self) -> redis::Connection {
        let url = format!("redis://127.0.0.1:{}", self.port);
        redis::Client::open(url).and_then(|client| client.get_connection()).expect("a bare connection")
    }

    pub fn is_valkey(&self) -> bool {
        let info: String = redis::cmd("INFO").arg("server").query(&mut self.client()).expect("a reply to INFO");
        info.contains("server_name:valkey")
    }

    /// Whether it is a Redis 7.0, the release from which texts and tables were recorded.
    pub fn is_redis_7_0(&self) -> bool {
        let info: String = redis::cmd("INFO").arg("server").query(&mut self.client()).expect("a reply to INFO");
        info.contains("redis_version:7.0.") && !info.contains("server_name:valkey")
    }

    /// The first two numbers of the release. Valkey says the release of Redis that it is compatible with.
    pub fn release(&self) -> (u32, u32) {
        let info: String = redis::cmd("INFO").arg("server").query(&mut self.client()).expect("a reply to INFO");
        let text = info.lines().find_map(|line| line.strip_prefix("redis_version:")).expect("the release");
        let mut numbers = text.split('.').map(|number| number.parse().expect("a number"));
        (numbers.next().expect("a number"), numbers.next().expect("a number"))
    }

    /// Whether the server is of this release of Redis or a newer one. What needs it is skipped without it.
    pub fn is_since(&self, release: (u32, u32)) -> bool {
        let is_since = self.release() >= release;
        if !is_since {
            skip(&format!("this server is older than Redis {}.{}", release.0, release.1));
        }
        is_since
    }

    /// Whether the server has a command, or a subcommand such as `client|setinfo`. What needs it is skipped without it, by
    /// `if !server.has_command("lmpop") { return }`.
    pub fn has_command(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let info: redis::Value = match name.split_once('|') {
            // Redis 6.2 has no names for subcommands; its HELP lists them.
            Some((command, sub)) if self.release() < (7, 0) => {
                let help: Vec<String> = redis::cmd(command).arg("HELP").query(&mut self.client()).expect("a reply to HELP");
                let has = help.iter().any(|line| line.to_lowercase().split(' ').next() == Some(sub));
                redis::Value::Array(vec![if has { redis::Value::Okay } else { redis::Value::Nil }])
            }
            _ => redis::cmd("COMMAND").arg("INFO").arg(&name).query(&mut self.client()).expect("a reply to COMMAND INFO"),
        };
        let has = matches!(&info, redis::Value::Array(commands) if commands.iter().any(|command| *command != redis::Value::Nil));
        if !has {
            skip(&format!("this server does not have {}", name.to_uppercase()));
        }
        has
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

/// The configuration file of a server that has one, in its folder.
const CONFIGURATION: &str = "redis.conf";

/// The kernel kills the server when the thread that started it ends.
fn spawn(port: u16, folder: &tempfile::TempDir, options: &[String]) -> Child {
    let file = Some(folder.path().join(CONFIGURATION)).filter(|file| file.exists());
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--", "redis-server"])
        .args(file)
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(["--port", &port.to_string(), "--dir"])
        .arg(folder.path())
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server and setpriv are installed")
}

/// Outside the range of ephemeral ports: a client could be given the port while its server is down, or could even connect to itself.
pub fn free_port() -> u16 {
    let any = || 16_384 + (RandomState::new().build_hasher().finish() % 16_384) as u16;
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(any).take(1000).find(is_free).expect("a free port")
}

/// A configuration of these masters, with additional members such as `"cross_node":"strict"`. The keys of most tests have tags of the old
/// packages, so `hash_tag` is `strip` unless it is a member.
pub fn config(ports: &[u16], members: &[&str]) -> String {
    let nodes: Vec<String> =
        ports.iter().enumerate().map(|(at, port)| format!(r#""node_{}":{{"host":"127.0.0.1","port":{port}}}"#, at + 1)).collect();
    let mut all = vec![format!(r#""nodes":{{{}}}"#, nodes.join(","))];
    all.extend(members.iter().map(|member| member.to_string()));
    if !members.iter().any(|member| member.starts_with(r#""hash_tag""#)) {
        all.push(r#""hash_tag":"strip""#.into());
    }
    format!("{{{}}}", all.join(","))
}

/// The options of a server that allow DEBUG. Redis 6.2 always does, and does not have the option.
pub fn enable_debug() -> &'static [&'static str] {
    if Server::start().release() < (7, 0) { &[] } else { &["--enable-debug-command", "yes"] }
}

/// Records that a test, or a part of it, is skipped. The file that REDISCLUSTER_SKIPS names gets a line with the name of the test.
pub fn skip(reason: &str) {
    println!("skipped: {reason}");
    if let Some(path) = std::env::var_os("REDISCLUSTER_SKIPS") {
        let line = format!("{}: {reason}\n", std::thread::current().name().unwrap_or("a thread of a test"));
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the file of REDISCLUSTER_SKIPS");
    }
}

pub fn ports(servers: &[Server]) -> Vec<u16> {
    servers.iter().map(|server| server.port).collect()
}

/// For tests that compare replies: a busy machine must not cause a timeout.
pub const LONG_TIMEOUTS: [&str; 3] = [r#""connect_timeout":60"#, r#""read_timeout":60"#, r#""write_timeout":60"#];

/// A handle for these masters, with additional members of the configuration.
pub fn cluster(ports: &[u16], members: &[&str]) -> rediscluster::Cluster {
    rediscluster::Cluster::open(rediscluster::Config::from_json(config(ports, members).as_bytes()).expect("a sound configuration"))
}

/// The reply to a command, or the error of the library, on one line.
pub fn reply_text(cluster: &rediscluster::Cluster, command: &str) -> String {
    match cluster.command(&words(command)) {
        Ok(reply) => format_value(&reply.root()),
        Err(error) => format!("{:?}: {error}", error.code()),
    }
}

/// A value on one line, similar to the output of redis-cli.
pub fn format_value(value: &rediscluster::Value) -> String {
    use rediscluster::Value;
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let all = |children: rediscluster::Children| children.map(|child| format_value(&child)).collect::<Vec<_>>().join(" ");
    match value {
        Value::Nil | Value::NilArray => "nil".into(),
        Value::String(bytes) => format!("\"{}\"", text(bytes)),
        Value::Status(bytes) => text(bytes),
        Value::Error(bytes) => format!("({})", text(bytes)),
        Value::Integer(number) => number.to_string(),
        Value::Array(children) | Value::Map(children) | Value::Set(children) => format!("[{}]", all(*children)),
        Value::Null => "null".into(),
        Value::Verbatim { text: bytes, .. } => text(bytes),
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

/// A key on a master, counted from 1.
pub fn key_on(master: u32, masters: u32) -> String {
    name_on("key", master, masters)
}

/// A key on a master, whose name begins with `prefix`.
pub fn name_on(prefix: &str, master: u32, masters: u32) -> String {
    (0..)
        .map(|number| format!("{prefix}{number}"))
        .find(|key| rediscluster::partition(key.as_bytes(), masters) == master)
        .expect("there are many keys")
}

/// CRC-32/ISO-HDLC, bit by bit, independent of the library.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }))
}
