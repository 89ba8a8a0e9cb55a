//! The event-loop interface of Rust, on three servers. The tests of C and Python, which use it too, have the rest.

mod support;

use rediscluster::{ClientLoop, Cluster, Error, Reply, start_thread};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::time::{Duration, Instant};
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
