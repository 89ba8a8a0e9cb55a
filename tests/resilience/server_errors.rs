//! Errors by which a server says that it cannot, or may not, run a command now. They reach the caller unchanged, and the command is sent once.

use crate::support::replication::wait_until;
use crate::support::{Server, cluster, words};
use rediscluster::{Cluster, Value};

/// Runs a command that the server rejects with this error, and checks that it was sent once.
fn check(server: &Server, cluster: &Cluster, command: &str, code: &str) {
    let rejections = || {
        let stats: String = redis::cmd("INFO").arg("errorstats").query(&mut control(server)).expect("statistics");
        let line = stats.lines().find_map(|line| line.strip_prefix(&format!("errorstat_{code}:count=")));
        line.map_or(0, |count| count.parse::<u64>().expect("a number"))
    };
    let before = rejections();
    let reply = cluster.command(&words(command)).unwrap_or_else(|error| panic!("{code}: {error}"));
    match reply.root() {
        Value::Error(text) => assert!(text.starts_with(code.as_bytes()), "{code}: {}", text.escape_ascii()),
        other => panic!("{code}: {other:?}"),
    }
    assert_eq!(rejections() - before, 1, "{code}: the command was sent more than once");
}

/// A connection of a user that may do everything at any time.
fn control(server: &Server) -> redis::Connection {
    let url = format!("redis://control:secret@127.0.0.1:{}", server.port);
    redis::Client::open(url).and_then(|client| client.get_connection()).expect("a bare connection")
}

fn start() -> (Server, Cluster) {
    let server = Server::start_with(&["--save", "3600 1000000"]);
    let _: () = redis::cmd("ACL").arg(&["SETUSER", "control", "on", ">secret", "~*", "&*", "+@all"]).query(&mut server.client()).unwrap();
    let cluster = cluster(&[server.port], &[]);
    assert_eq!(cluster.command(&words("SET a 1")).unwrap().root(), Value::Status(b"OK"));
    (server, cluster)
}

fn set(server: &Server, name: &str, value: &str) {
    let _: () = redis::cmd("CONFIG").arg(&["SET", name, value]).query(&mut control(server)).unwrap();
}

#[test]
fn a_write_that_a_server_rejects_for_its_own_state_is_sent_once() {
    let (server, cluster) = start();
    set(&server, "maxmemory", "1");
    check(&server, &cluster, "SET a 2", "OOM");
    set(&server, "maxmemory", "0");

    set(&server, "min-replicas-to-write", "1");
    check(&server, &cluster, "SET a 2", "NOREPLICAS");
    set(&server, "min-replicas-to-write", "0");

    std::fs::remove_dir_all(server.folder()).unwrap();
    let _: redis::RedisResult<()> = redis::cmd("BGSAVE").query(&mut control(&server));
    wait_until(|| {
        let info: String = redis::cmd("INFO").arg("persistence").query(&mut control(&server)).unwrap();
        info.contains("rdb_last_bgsave_status:err")
    });
    check(&server, &cluster, "SET a 2", "MISCONF");
    assert_eq!(cluster.command(&words("GET a")).unwrap().root(), Value::String(b"1"), "reads work, and nothing was written");
}

#[test]
fn a_command_that_the_user_may_not_run_is_sent_once() {
    let (server, cluster) = start();
    let _: () = redis::cmd("ACL").arg(&["SETUSER", "default", "-set"]).query(&mut control(&server)).unwrap();
    check(&server, &cluster, "SET a 2", "NOPERM");
    assert_eq!(cluster.command(&words("GET a")).unwrap().root(), Value::String(b"1"));
}

#[test]
fn a_server_that_wants_a_password_is_asked_once() {
    let (server, _) = start();
    set(&server, "requirepass", "secret");
    let fresh = crate::support::cluster(&[server.port], &[r#""refresh_interval":0"#]);
    check(&server, &fresh, "SET a 2", "NOAUTH");
    // The role check is refused, too.
    let fresh = crate::support::cluster(&[server.port], &[]);
    let reply = fresh.command(&words("SET a 2")).unwrap();
    assert!(matches!(reply.root(), Value::Error(text) if text.starts_with(b"NOAUTH")), "{reply:?}");
}

#[test]
fn a_server_that_is_busy_with_a_script_says_so() {
    let (server, cluster) = start();
    set(&server, "lua-time-limit", "1");
    let mut busy = server.client();
    busy.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let script = std::thread::spawn(move || redis::cmd("EVAL").arg("while true do end").arg(0).query::<()>(&mut busy));
    wait_until(|| matches!(cluster.command(&words("SET a 2")).unwrap().root(), Value::Error(text) if text.starts_with(b"BUSY ")));
    let _: () = redis::cmd("SCRIPT").arg("KILL").query(&mut server.client()).unwrap();
    assert!(script.join().unwrap().is_err());
    wait_until(|| cluster.command(&words("SET a 3")).unwrap().root() == Value::Status(b"OK"));
}
