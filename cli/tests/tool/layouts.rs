//! `reshard` from the layouts of other clients and proxies, written by the real ones.

use crate::data::{Rule, Snapshot, check, union};
use crate::program::{Run, run};
use crate::support::replication::wait_until;
use crate::support::{Server, free_port};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const KEYS: usize = 400;

/// The commands that write the data: strings, lists, hashes, sets, tagged keys, times to live.
fn commands() -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    for number in 0..KEYS {
        let key = if number % 3 == 0 { format!("user:{{{}}}:{number}", number % 17) } else { format!("key:{number}") };
        let line = match number % 4 {
            0 => format!("set {key} value-{number}"),
            1 => format!("rpush {key} element-{number}"),
            2 => format!("hset {key} field {number}"),
            _ => format!("sadd {key} member-{number}"),
        };
        commands.push(line);
        if number % 5 == 0 {
            commands.push(format!("expire {key} 100000"));
        }
    }
    commands.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// Gives the commands to a program: a line each, or as JSON.
fn feed(program: &mut Command, input: &str) {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the client runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the client reads");
    let output = child.wait_with_output().expect("the client ends");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !text.contains("ERR") && !text.contains("DOWN"), "{text}");
}

fn lines() -> String {
    commands().iter().map(|words| format!("{}\n", words.join(" "))).collect()
}

fn list(servers: &[Server]) -> String {
    servers.iter().map(|server| format!("127.0.0.1:{}", server.port)).collect::<Vec<_>>().join(",")
}

fn names(servers: &[&Server]) -> String {
    servers.iter().enumerate().map(|(at, server)| format!("node_{}#127.0.0.1:{}", at + 1, server.port)).collect::<Vec<_>>().join(",")
}

/// The keys of the sources, all of them, and on several servers.
fn written(sources: &[Server]) -> Snapshot {
    let all = union(&sources.iter().collect::<Vec<_>>());
    assert_eq!(all.len(), KEYS);
    let used = sources.iter().filter(|server| redis::cmd("DBSIZE").query::<usize>(&mut server.client()).expect("DBSIZE") > 0).count();
    assert!(used > 1, "{used} servers have keys");
    all
}

fn reshard(folder: &Path, sources: &str, targets: &[&Server], options: &[&str]) -> Run {
    let (journal, targets) = (folder.join("journal").display().to_string(), names(targets));
    run(&[&["reshard", "--sources", sources, "--targets", &targets, "--hash-tag", "keep", "--verify", "--journal", &journal], options]
        .concat())
}

/// Moves the keys to two new servers, and then in place: to the sources and one server more.
fn assert_moves(sources: Vec<Server>) {
    let expected = written(&sources);
    let targets = Server::start_many(2);
    let targets: Vec<&Server> = targets.iter().collect();
    let folder = tempfile::tempdir().expect("a folder");
    let copied = reshard(folder.path(), &list(&sources), &targets, &[]);
    assert_eq!(copied.status, 0, "{}{}", copied.stdout, copied.stderr);
    check(&targets, Rule::Keep, &expected);
    let more = Server::start();
    let nodes: Vec<&Server> = sources.iter().chain([&more]).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let moved = reshard(folder.path(), &list(&sources), &nodes, &["--in-place"]);
    assert_eq!(moved.status, 0, "{}{}", moved.stdout, moved.stderr);
    check(&nodes, Rule::Keep, &expected);
}

struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn twemproxy(hash: &str, distribution: &str) {
    let (servers, folder, port) = (Server::start_many(3), tempfile::tempdir().expect("a folder"), free_port());
    let path = folder.path().join("nutcracker.yml");
    let pool =
        format!("pool:\n  listen: 127.0.0.1:{port}\n  hash: {hash}\n  distribution: {distribution}\n  hash_tag: \"{{}}\"\n  redis: true\n");
    let nodes: String = servers.iter().map(|server| format!("   - 127.0.0.1:{}:1\n", server.port)).collect();
    std::fs::write(&path, format!("{pool}  servers:\n{nodes}")).expect("a file");
    let process = Command::new("nutcracker")
        .args(["--stats-port", &free_port().to_string(), "--conf-file"])
        .arg(&path)
        .arg("--pid-file")
        .arg(folder.path().join("pid"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nutcracker is installed");
    let _proxy = Proxy(process);
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "nutcracker does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }
    feed(Command::new("redis-cli").args(["-p", &port.to_string()]), &lines());
    assert_moves(servers);
}

#[test]
fn from_twemproxy_with_modula() {
    twemproxy("fnv1a_64", "modula");
}

#[test]
fn from_twemproxy_with_ketama() {
    twemproxy("murmur", "ketama");
}

fn php(servers: &[Server], client: &str) {
    let script =
        format!("{client}\nforeach (json_decode(stream_get_contents(STDIN)) as $words) {{ $client->{{array_shift($words)}}(...$words); }}");
    let hosts: Vec<String> = servers.iter().map(|server| format!("127.0.0.1:{}", server.port)).collect();
    let json = serde_json::to_string(&commands()).expect("JSON");
    feed(Command::new("php").args(["-r", &script, "--"]).args(&hosts), &json);
}

#[test]
fn from_redis_array_of_phpredis() {
    let servers = Server::start_many(3);
    php(&servers, "$client = new RedisArray(array_slice($argv, 1));");
    assert_moves(servers);
}

#[test]
fn from_predis() {
    let servers = Server::start_many(3);
    php(
        &servers,
        "require '/usr/share/php/Predis/Autoloader.php'; Predis\\Autoloader::register();
         $client = new Predis\\Client(array_map(fn($host) => \"tcp://$host\", array_slice($argv, 1)), ['cluster' => 'predis']);",
    );
    assert_moves(servers);
}

#[test]
fn from_the_ring_of_go_redis() {
    let servers = Server::start_many(3);
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("main.go");
    let source = r#"package main

import (
	"bufio"
	"context"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
)

func main() {
	shards := map[string]string{}
	for _, address := range os.Args[1:] {
		shards["shard-"+address] = address
	}
	ring := redis.NewRing(&redis.RingOptions{Addrs: shards})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var words []any
		for _, word := range strings.Fields(lines.Text()) {
			words = append(words, word)
		}
		if err := ring.Do(context.Background(), words...).Err(); err != nil {
			panic(err)
		}
	}
}
"#;
    std::fs::write(&program, source).expect("a file");
    // The module of the measurements requires go-redis.
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/go");
    let addresses: Vec<String> = servers.iter().map(|server| format!("127.0.0.1:{}", server.port)).collect();
    feed(Command::new("go").current_dir(module).arg("run").arg(&program).args(&addresses), &lines());
    assert_moves(servers);
}

#[test]
fn from_a_redis_cluster() {
    let servers: Vec<Server> =
        (0..3).map(|_| Server::start_with(&["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"])).collect();
    let hosts = list(&servers);
    feed(Command::new("redis-cli").args(["--cluster", "create", "--cluster-yes"]).args(hosts.split(',')), "");
    let is_complete = |server: &Server| {
        redis::cmd("CLUSTER").arg("INFO").query::<String>(&mut server.client()).is_ok_and(|info| info.contains("cluster_state:ok"))
    };
    wait_until(|| servers.iter().all(is_complete));
    let first = hosts.split(',').next().expect("a server");
    feed(Command::new("redis-cli").args(["-c", "-p", &servers[0].port.to_string()]), &lines());
    let expected = written(&servers);
    let targets = Server::start_many(4);
    let targets: Vec<&Server> = targets.iter().collect();
    let folder = tempfile::tempdir().expect("a folder");
    let refused = reshard(folder.path(), first, &targets, &[]);
    assert!(refused.status == 3 && refused.stderr.contains("give --from-cluster"), "{}", refused.stderr);
    let copied = reshard(folder.path(), first, &targets, &["--from-cluster"]);
    assert_eq!(copied.status, 0, "{}{}", copied.stdout, copied.stderr);
    check(&targets, Rule::Keep, &expected);
    let verified = run(&["verify", "--from-cluster", "--sources", first, "--targets", &names(&targets), "--hash-tag", "keep"]);
    assert_eq!(verified.status, 0, "{}{}", verified.stdout, verified.stderr);
    // A slot that moves between two other servers than the one that is asked.
    let id = redis::cmd("CLUSTER").arg("MYID").query::<String>(&mut servers[2].client()).expect("an identity");
    let set_slot =
        |words: &[&str]| redis::cmd("CLUSTER").arg("SETSLOT").arg(6000).arg(words).exec(&mut servers[1].client()).expect("a reply");
    set_slot(&["MIGRATING", &id]);
    let refused = reshard(folder.path(), first, &targets, &["--from-cluster", "--clean"]);
    assert!(refused.status == 3 && refused.stderr.contains("slots are being moved"), "{}", refused.stderr);
    set_slot(&["STABLE"]);
    // A slot without a master: its keys could not be read.
    redis::cmd("CLUSTER").arg("DELSLOTS").arg(1).exec(&mut servers[0].client()).expect("a reply");
    let refused = reshard(folder.path(), first, &targets, &["--from-cluster", "--clean"]);
    assert!(refused.status == 3 && refused.stderr.contains("16383 of its 16384 slots"), "{}", refused.stderr);
    // An error does not show the password.
    let plain = [Server::start_with(&["--requirepass", "hidden"])];
    let refused = reshard(folder.path(), &format!("redis://:hidden@127.0.0.1:{}", plain[0].port), &targets, &["--from-cluster"]);
    assert!(refused.stderr.contains("cluster support disabled") && !refused.stderr.contains("hidden"), "{}", refused.stderr);
    let plain = [Server::start()];
    let refused = reshard(folder.path(), &list(&plain), &[&servers[0]], &[]);
    assert!(refused.status == 3 && refused.stderr.contains("cannot be a node"), "{}", refused.stderr);
}
