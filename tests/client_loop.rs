//! The event-loop interface of Rust, on three servers. The tests of C and Python, which use it too, have the rest.

mod support;

use rediscluster::{ClientLoop, Cluster, Code, Error, Reply, start_thread};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::time::{Duration, Instant};
use support::replication::{known_replicas, start_master, start_replica_of, wait_until};
use support::three_nodes::await_blocked_clients;
use support::{LONG_TIMEOUTS, Server, cluster, format_value, key_on, ports, request};

const PATIENCE: Duration = Duration::from_secs(60);

fn open() -> (Vec<Server>, Cluster, ClientLoop) {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &LONG_TIMEOUTS);
    let client = ClientLoop::open(cluster.clone(), start_thread).unwrap();
    (servers, cluster, client)
}

/// The next outcome, for which it waits.
fn next(client: &mut ClientLoop) -> (u64, Result<Reply, Error>) {
    let end = Instant::now() + PATIENCE;
    loop {
        client.process().unwrap();
        if let Some(outcome) = client.next() {
            return outcome;
        }
        let left = end.checked_duration_since(Instant::now()).expect("an outcome");
        let limit = Timespec::try_from(client.timeout().map_or(left, |timeout| timeout.min(left))).unwrap();
        poll(&mut [PollFd::from_borrowed_fd(client.fd(), PollFlags::IN)], Some(&limit)).unwrap();
    }
}

/// The shortest time of a hundred requests, one after the other.
fn shortest_time(client: &mut ClientLoop, request: &[u8]) -> Duration {
    let times = (0..100).map(|_| {
        let start = Instant::now();
        client.submit(request, u64::MAX).unwrap();
        assert_eq!(next(client).0, u64::MAX);
        start.elapsed()
    });
    times.min().unwrap()
}

#[test]
fn many_requests_for_a_server_that_hangs_do_not_delay_those_for_others() {
    let (servers, _, mut client) = open();
    let [hanging, healthy] = [1, 2].map(|node| request(&[&format!("GET {}", key_on(node, 3))]));
    for request in [&hanging, &healthy] {
        client.submit(request, 0).unwrap();
        next(&mut client).1.unwrap();
    }
    let before = shortest_time(&mut client, &healthy);
    servers[0].hang();
    for tag in 0..50_000 {
        client.submit(&hanging, tag).unwrap();
    }
    let meanwhile = shortest_time(&mut client, &healthy);
    servers[0].resume();
    assert!(meanwhile < 20 * before, "{before:?}, then {meanwhile:?}");
}

fn text(reply: &Reply) -> String {
    format_value(&reply.root())
}

#[test]
fn requests_of_a_key_run_in_order_and_their_replies_have_its_tag() {
    let (_servers, _, mut client) = open();
    let key = key_on(2, 3);
    client.submit(&request(&[&format!("SET {key} 1")]), 7).unwrap();
    client.submit(&request(&[&format!("INCR {key}")]), 8).unwrap();
    assert!(client.submit(&request(&["PING"]), 8).is_err(), "the tag is in use");
    let outcomes = [next(&mut client), next(&mut client)].map(|(tag, reply)| (tag, text(&reply.unwrap())));
    assert_eq!(outcomes, [(7, "OK".to_owned()), (8, "2".to_owned())]);
}

#[test]
fn a_call_of_the_cluster_and_a_session_reply_with_their_tags() {
    let (_servers, _, mut client) = open();
    let key = key_on(1, 3);
    let pipeline = request(&[&format!("SET {key} 1"), &format!("INCR {key}")]);
    client.call(move |cluster| cluster.execute(&pipeline), 1).unwrap();
    let (tag, reply) = next(&mut client);
    assert_eq!((tag, text(&reply.unwrap()).as_str()), (1, "[OK 2]"));
    client.run_session(&request(&["MULTI", &format!("INCR {key}"), "EXEC"]), 2).unwrap();
    let replies: Vec<(u64, String)> = (0..3).map(|_| next(&mut client)).map(|(tag, reply)| (tag, text(&reply.unwrap()))).collect();
    assert_eq!(replies, ["OK", "QUEUED", "[3]"].map(|reply| (2, reply.to_owned())));
    assert!(client.cancel(2) && !client.cancel(2));
}

#[test]
fn a_blocking_command_that_is_cancelled_takes_no_element() {
    let (servers, cluster, mut client) = open();
    let list = key_on(3, 3);
    client.submit(&request(&[&format!("BLPOP {list} 0")]), 1).unwrap();
    client.process().unwrap();
    await_blocked_clients(&servers[2], 1);
    assert!(client.cancel(1));
    await_blocked_clients(&servers[2], 0);
    cluster.command(&[b"RPUSH", list.as_bytes(), b"a"]).unwrap();
    assert_eq!(text(&cluster.command(&[b"LLEN", list.as_bytes()]).unwrap()), "1");
}

/// Refuses to start threads: what needs one fails.
fn no_thread(_: Box<dyn FnOnce() + Send>) -> Result<(), Error> {
    Err(Error::new(Code::Memory, "no thread may be started"))
}

fn open_without_threads() -> (Vec<Server>, Cluster, ClientLoop) {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &LONG_TIMEOUTS);
    let client = ClientLoop::open(cluster.clone(), no_thread).unwrap();
    (servers, cluster, client)
}

fn next_text(client: &mut ClientLoop) -> (u64, String) {
    let (tag, reply) = next(client);
    (tag, text(&reply.unwrap()))
}

#[test]
fn a_request_of_many_commands_for_several_servers_needs_no_thread() {
    let (_servers, _, mut client) = open_without_threads();
    let [a, b] = [1, 2].map(|node| key_on(node, 3));
    let commands =
        [format!("SET {a} 1"), format!("LPUSH {b} x y"), format!("INCR {a}"), format!("MGET {a} {b}"), format!("LRANGE {b} 0 -1")];
    client.submit_many(&request(&commands.each_ref().map(String::as_str)), 1).unwrap();
    client.submit(&request(&[&format!("GET {a}")]), 2).unwrap();
    let mut outcomes = [next_text(&mut client), next_text(&mut client)];
    outcomes.sort();
    assert_eq!(outcomes, [(1, r#"[OK 2 2 ["2" nil] ["y" "x"]]"#.to_owned()), (2, r#""2""#.to_owned())]);
    client.submit_many(b"", 3).unwrap();
    assert_eq!(next_text(&mut client), (3, "[]".to_owned()));
    assert!(client.submit_many(b"nonsense", 4).is_err());
}

#[test]
fn commands_of_several_steps_run_between_those_before_and_after_them() {
    let (_servers, _, mut client) = open();
    let [a, b] = [1, 2].map(|node| key_on(node, 3));
    let commands =
        [format!("SADD {a} x"), format!("SADD {b} y"), format!("SUNIONSTORE {a} {a} {b}"), format!("SCARD {a}"), format!("DEL {a} {b}")];
    for tag in 0..20 {
        client.submit_many(&request(&commands.each_ref().map(String::as_str)), tag).unwrap();
        assert_eq!(next_text(&mut client), (tag, "[1 1 2 2 2]".to_owned()));
    }
}

#[test]
fn a_transaction_of_one_server_needs_no_thread_and_no_session() {
    let (_servers, cluster, mut client) = open_without_threads();
    let [a, b] = [1, 2].map(|node| key_on(node, 3));
    assert!(client.submit_transaction(&request(&[&format!("SET {a} 1"), &format!("LPUSH {a} 1"), &format!("INCR {a}")]), 1).unwrap());
    let (tag, reply) = next_text(&mut client);
    assert!(
        tag == 1 && reply.starts_with("[OK QUEUED QUEUED QUEUED [OK ") && reply.contains("WRONGTYPE") && reply.ends_with(" 2]]"),
        "{reply}"
    );
    for for_session in [vec![format!("SET {a} 1"), format!("SET {b} 1")], vec!["PING".to_owned()], vec!["SELECT 1".to_owned()], vec![]] {
        let commands: Vec<&str> = for_session.iter().map(String::as_str).collect();
        assert!(!client.submit_transaction(&request(&commands), 2).unwrap(), "{commands:?}");
    }
    assert!(client.submit_transaction(&request(&[&format!("GET {a}")]), 2).unwrap(), "the tag is free");
    assert_eq!(next_text(&mut client).1, r#"[OK QUEUED ["2"]]"#);
    assert_eq!(text(&cluster.command(&[b"GET", a.as_bytes()]).unwrap()), r#""2""#);
}

#[test]
fn what_a_demoted_master_rejects_runs_once_at_the_new_one() {
    let rare = r#""refresh_interval":1000,"timeout":5"#;
    let master = start_master();
    let replica = start_replica_of(&master);
    let cluster = cluster(&[master.port], &[rare]);
    let mut client = ClientLoop::open(cluster.clone(), start_thread).unwrap();
    client.submit_many(&request(&["SET a 1", "INCR a"]), 1).unwrap();
    assert_eq!(next_text(&mut client).1, "[OK 2]");
    let exchange_roles = |from: &Server, to: &Server| {
        // WAIT waits for the writes of its own connection, and so for all before them.
        let mut connection = from.client();
        redis::cmd("SET").arg("last").arg(1).exec(&mut connection).unwrap();
        assert_eq!(redis::cmd("WAIT").arg(1).arg(0).query::<i64>(&mut connection).unwrap(), 1);
        redis::cmd("REPLICAOF").arg("NO").arg("ONE").exec(&mut to.client()).unwrap();
        redis::cmd("REPLICAOF").arg("127.0.0.1").arg(to.port).exec(&mut from.client()).unwrap();
    };
    exchange_roles(&master, &replica);
    assert!(client.submit_transaction(&request(&["INCR a", "GET a"]), 2).unwrap());
    assert_eq!(next_text(&mut client).1, r#"[OK QUEUED QUEUED [3 "3"]]"#);
    wait_until(|| known_replicas(&replica) == [master.port]);
    exchange_roles(&replica, &master);
    client.submit_many(&request(&["INCR a", "GET a"]), 3).unwrap();
    assert_eq!(next_text(&mut client).1, r#"[4 "4"]"#);
}

fn connections_to(server: &Server) -> usize {
    redis::cmd("CLIENT").arg("LIST").query::<String>(&mut server.client()).unwrap().lines().count()
}

#[test]
fn a_derived_handle_shares_the_connections_and_has_its_own_limits() {
    let (servers, cluster, mut client) = open();
    let [a, b] = [1, 2].map(|node| key_on(node, 3));
    client.submit_many(&request(&[&format!("SET {a} 1"), &format!("SET {b} 1")]), 1).unwrap();
    next_text(&mut client);
    let connections = || servers.iter().map(connections_to).collect::<Vec<usize>>();
    let before = connections();
    let limited = client.add_handle(&cluster.with_deadline(Some(Duration::from_millis(50)))).unwrap();
    client.select(limited).unwrap();
    client.submit(&request(&[&format!("GET {a}")]), 2).unwrap();
    assert_eq!(next_text(&mut client), (2, r#""1""#.to_owned()));
    servers[0].hang();
    client.submit(&request(&[&format!("GET {a}")]), 3).unwrap();
    client.submit_many(&request(&[&format!("GET {a}")]), 4).unwrap();
    client.select(0).unwrap();
    client.submit(&request(&[&format!("GET {a}")]), 5).unwrap();
    for tag in [3, 4] {
        let (late, error) = next(&mut client);
        assert_eq!((late, error.unwrap_err().code()), (tag, Code::Timeout));
    }
    servers[0].resume();
    assert_eq!(next_text(&mut client), (5, r#""1""#.to_owned()));
    wait_until(|| connections() == before);
    client.remove_handle(limited);
    assert!(client.select(limited).is_err());
    let other = support::cluster(&ports(&servers), &LONG_TIMEOUTS);
    assert!(client.add_handle(&other).is_err(), "it has connections of its own");
}
