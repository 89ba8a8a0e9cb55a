//! C, PHP, Go and twemproxy on the same data: each stores keys on the right node, and the others read them.
//!
//! The workers (`tests/interop/c`, `php`, `go`) use the library as it is installed in target/stage by `make stage`.

#[path = "../support/mod.rs"]
mod support;

use redis::IntoConnectionInfo;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::random::Random;
use support::{Server, config, crc32, free_port, ports};

const KEYS: usize = 10_000;

/// A key as written by the caller, the name on the server, the hashed part, and the value.
struct Row {
    key: Vec<u8>,
    name: Vec<u8>,
    hashed: Vec<u8>,
    value: Vec<u8>,
}

impl Row {
    fn node(&self, masters: usize) -> usize {
        crc32(&self.hashed) as usize % masters
    }
}

/// Random binary keys; one in ten has a hash tag.
fn rows(random: &mut Random) -> Vec<Row> {
    let mut rows = HashMap::new();
    while rows.len() < KEYS {
        let (name_length, value_length) = (random.below(30) + 1, random.below(100));
        let (name, value) = (random.bytes(name_length), random.bytes(value_length));
        if name.ends_with(b"}") {
            continue;
        }
        let row = if random.below(10) == 0 {
            let hashed: Vec<u8> = random.bytes(4).into_iter().filter(|byte| !b"{}".contains(byte)).collect();
            Row { key: [&name, &b"{"[..], &hashed, b"}"].concat(), name: name.clone(), hashed, value }
        } else {
            Row { key: name.clone(), name: name.clone(), hashed: name.clone(), value }
        };
        rows.insert(name, row);
    }
    rows.into_values().collect()
}

fn write_file(path: &Path, rows: &[Row]) {
    let hex = |bytes: &[u8]| {
        if bytes.is_empty() { "-".to_owned() } else { bytes.iter().map(|byte| format!("{byte:02x}")).collect() }
    };
    let lines: Vec<String> = rows.iter().map(|row| format!("{} {}\n", hex(&row.key), hex(&row.value))).collect();
    std::fs::write(path, lines.concat()).unwrap();
}

/// Builds the workers in a folder. Returns name and command line.
fn workers(folder: &Path) -> Vec<(&'static str, Vec<String>)> {
    let root = env!("CARGO_MANIFEST_DIR");
    assert!(Path::new(root).join("target/stage/lib/librediscluster.so").exists(), "no library in target/stage: run `make stage`");
    let c = folder.join("worker-c").display().to_string();
    let go = folder.join("worker-go").display().to_string();
    shell(&format!("cc -std=c99 -O2 -o {c} tests/interop/c/worker.c $(pkg-config --cflags --libs rediscluster)"));
    shell(&format!("cd tests/interop/go && go build -o {go} ."));
    vec![("C", vec![c]), ("PHP", vec!["php".into(), format!("{root}/tests/interop/php/worker.php")]), ("Go", vec![go])]
}

/// Runs a line of shell with the environment of the staged library.
fn shell(line: &str) {
    let status = Command::new("bash").args(["-c", &format!(". scripts/env && {line}")]).current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(status.unwrap().success(), "{line}");
}

fn work(worker: &(&str, Vec<String>), verb: &str, file: &Path, config: &str) {
    let mut line = worker.1.clone();
    line.extend([verb.to_owned(), file.display().to_string()]);
    let output = Command::new("bash")
        .args(["-c", ". scripts/env && exec \"$@\"", "worker"])
        .args(&line)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("REDISCLUSTER_CONFIG", config)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains(&format!("{KEYS} keys")), "{} {verb}: {text}", worker.0);
}

/// Checks with direct connections that every key is on its server under its name, and that there are no other keys.
fn assert_placed(servers: &[Server], rows: &[Row], writer: &str) {
    for (number, server) in servers.iter().enumerate() {
        let here: Vec<&Row> = rows.iter().filter(|row| row.node(servers.len()) == number).collect();
        let mut client = server.client();
        let mut question = redis::pipe();
        for row in &here {
            question.cmd("GET").arg(&row.name);
        }
        let values: Vec<Option<Vec<u8>>> = question.query(&mut client).unwrap();
        for (row, value) in here.iter().zip(values) {
            assert_eq!(value.as_deref(), Some(&row.value[..]), "{writer}: {:?} on node_{}", row.key.escape_ascii().to_string(), number + 1);
        }
        let size: usize = redis::cmd("DBSIZE").query(&mut client).unwrap();
        assert_eq!(size, here.len(), "{writer}: node_{}", number + 1);
    }
}

fn flush(servers: &[Server]) {
    servers.iter().for_each(|server| redis::cmd("FLUSHALL").exec(&mut server.client()).unwrap());
}

#[test]
fn each_language_stores_keys_on_the_right_node_and_reads_the_keys_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let workers = workers(folder.path());
    let file = folder.path().join("keys");
    let mut random = Random::seeded();
    for masters in [1, 2, 3, 7] {
        let servers = Server::start_many(masters);
        let config = config(&ports(&servers), &[]);
        for (at, writer) in workers.iter().enumerate() {
            let rows = rows(&mut random);
            write_file(&file, &rows);
            flush(&servers);
            work(writer, "write", &file, &config);
            assert_placed(&servers, &rows, writer.0);
            for reader in workers.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, reader)| reader) {
                work(reader, "read", &file, &config);
            }
        }
    }
}

/// Eleven servers, because twemproxy sorts them by name, shorter names first, whatever their order in its file.
#[test]
fn twemproxy_and_the_library_read_each_others_keys() {
    let folder = tempfile::tempdir().unwrap();
    let workers = workers(folder.path());
    let file = folder.path().join("keys");
    let servers = Server::start_many(11);
    let config = config(&ports(&servers), &[]);
    let proxy = Proxy::start(folder.path(), &ports(&servers));
    let mut random = Random::seeded();
    let mut rows = rows(&mut random);
    rows.iter_mut().for_each(|row| (row.key, row.hashed) = (row.name.clone(), row.name.clone()));
    write_file(&file, &rows);
    let mut client = proxy.client();
    for rows in rows.chunks(500) {
        let mut request = redis::pipe();
        for row in rows {
            request.cmd("SET").arg(&row.key).arg(&row.value);
        }
        request.exec(&mut client).unwrap();
    }
    assert_placed(&servers, &rows, "twemproxy");
    workers.iter().for_each(|worker| work(worker, "read", &file, &config));
    for worker in &workers {
        flush(&servers);
        work(worker, "write", &file, &config);
        for rows in rows.chunks(500) {
            let mut request = redis::pipe();
            for row in rows {
                request.cmd("GET").arg(&row.key);
            }
            let values: Vec<Vec<u8>> = request.query(&mut client).unwrap();
            assert!(rows.iter().zip(values).all(|(row, value)| row.value == value), "twemproxy reads what {} wrote", worker.0);
        }
    }
}

struct Proxy {
    port: u16,
    process: std::process::Child,
}

impl Proxy {
    fn start(folder: &Path, servers: &[u16]) -> Proxy {
        let port = free_port();
        let mut lines: Vec<String> =
            servers.iter().enumerate().map(|(at, server)| format!("   - 127.0.0.1:{server}:1 node_{}\n", at + 1)).collect();
        lines.reverse();
        let path: PathBuf = folder.join("nutcracker.yml");
        let head = format!("pool:\n  listen: 127.0.0.1:{port}\n  hash: crc32a\n  distribution: modula\n  redis: true\n  servers:\n");
        std::fs::write(&path, head + &lines.concat()).unwrap();
        let process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", "nutcracker", "--stats-port", &free_port().to_string(), "--conf-file"])
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nutcracker and setpriv are installed");
        let proxy = Proxy { port, process };
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(std::time::Instant::now() < deadline, "nutcracker does not listen");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        proxy
    }

    fn client(&self) -> redis::Connection {
        let info = format!("redis://127.0.0.1:{}", self.port).into_connection_info().unwrap();
        // twemproxy closes the connection after commands that it does not know, such as CLIENT.
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        redis::Client::open(info.set_redis_settings(settings)).unwrap().get_connection().unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
