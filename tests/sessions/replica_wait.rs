//! WAIT waits for the replicas of all masters, for all writes before it, and ends as other blocking commands do.

use super::helpers::{read_all, run_one};
use crate::support::raw_client::RawClient;
use crate::support::replication::{is_in_sync, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, key_on, ports, reply_text, request};
use rediscluster::{Code, Interrupter, Session, SharedSession};
use std::time::{Duration, Instant};

const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// Masters with one replica each. The replicas do not read on, and lack a write.
fn with_hanging_replicas(count: usize) -> (Vec<Server>, Vec<Server>) {
    let masters: Vec<Server> = (0..count).map(|_| start_master()).collect();
    let replicas: Vec<Server> = masters.iter().map(start_replica_of).collect();
    replicas.iter().for_each(|replica| wait_until(|| is_in_sync(replica)));
    replicas.iter().for_each(Server::hang);
    masters.iter().for_each(|master| redis::cmd("SET").arg("before").arg("1").exec(&mut master.client()).unwrap());
    (masters, replicas)
}

#[test]
fn writes_over_other_connections_are_waited_for() {
    for count in [1, 2] {
        let (masters, _replicas) = with_hanging_replicas(count);
        let open = || cluster(&ports(&masters), &[]);
        for master in 1..=count {
            assert_eq!(reply_text(&open(), &format!("SET {} 1", key_on(master as u32, count as u32))), "OK");
        }
        // The connections of these have written nothing.
        assert_eq!(reply_text(&open(), "WAIT 1 50"), "0");
        assert_eq!(run_one(&mut open().session(), "WAIT 1 50"), "0");
        let replies = open().execute(&request(&["PING", "WAIT 1 50", "WAIT 0 0", "PING"])).unwrap();
        assert_eq!(crate::support::format_value(&replies.root()), "[PONG 0 0 PONG]");
    }
}

#[test]
fn without_replicas_the_reply_is_that_of_one_server() {
    let servers = Server::start_many(4);
    let (handle, mut plain) = (cluster(&ports(&servers[..3]), &[]), RawClient::connect(servers[3].port));
    let mut session = handle.session();
    for command in ["WAIT 0 0", "WAIT 0 10", "WAIT 1 10", "WAIT x 1", "WAIT 1 x", "WAIT 1 -1", "WAIT 1", "WAITAOF 0 0 10", "WAITAOF 1 0 10"]
    {
        let bytes = request(&[command, "PING"]);
        session.write(&bytes).unwrap();
        let expected = plain.exchange(&bytes, 2).escape_ascii().to_string();
        let (mut found, mut buffer) = (Vec::new(), [0; 200]);
        while !found.ends_with(b"PONG\r\n") {
            let count = session.read(&mut buffer, LONG).unwrap();
            found.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(found.escape_ascii().to_string(), expected, "{command}");
    }
}

/// Runs `WAIT 1 0` in a thread until `end` ends it; returns its reply.
fn waiting(masters: &[Server], end: impl Fn(&Interrupter, &str)) -> Result<String, Code> {
    let mut session = cluster(&ports(masters), &[]).session();
    let id = run_one(&mut session, "CLIENT ID");
    let interrupter = session.interrupter();
    let thread = std::thread::spawn(move || {
        let reply = session.execute(&request(&["WAIT 1 0"])).map_err(|error| error.code())?;
        Ok(crate::support::format_value(&reply.root()))
    });
    for master in masters {
        crate::support::three_nodes::await_blocked_clients(master, 1);
    }
    end(&interrupter, &id);
    thread.join().unwrap()
}

#[test]
fn an_interrupt_and_client_unblock_end_the_wait() {
    let (masters, _replicas) = with_hanging_replicas(2);
    assert_eq!(waiting(&masters, |interrupter, _| interrupter.interrupt()).unwrap(), "[0]");
    let unblock = |id: &str, option: &str| {
        let mut other = cluster(&ports(&masters), &[]).session();
        let start = Instant::now();
        while run_one(&mut other, &format!("CLIENT UNBLOCK {id}{option}")) != "1" {
            assert!(start.elapsed() < Duration::from_secs(20));
        }
    };
    let error = "[(UNBLOCKED client unblocked via CLIENT UNBLOCK)]";
    assert_eq!(waiting(&masters, |_, id| unblock(id, "")).unwrap(), "[0]");
    assert_eq!(waiting(&masters, |_, id| unblock(id, " ERROR")).unwrap(), error);
}

#[test]
fn closing_a_session_ends_its_wait_on_the_servers() {
    let (masters, _replicas) = with_hanging_replicas(2);
    let session = SharedSession::new(cluster(&ports(&masters), &[]).session());
    std::thread::scope(|scope| {
        let call = scope.spawn(|| session.execute(&request(&["WAIT 1 0"])).map(drop));
        masters.iter().for_each(|master| crate::support::three_nodes::await_blocked_clients(master, 1));
        session.close().unwrap();
        assert_eq!(call.join().unwrap().unwrap_err().code(), Code::Request);
    });
    masters.iter().for_each(|master| crate::support::three_nodes::await_blocked_clients(master, 0));
}

#[test]
fn writing_to_the_byte_stream_does_not_wait() {
    let (masters, replicas) = with_hanging_replicas(2);
    let mut session: Session = cluster(&ports(&masters), &[]).session();
    session.write(&request(&["PING", "WAIT 1 0", "PING"])).unwrap();
    assert_eq!(read_all(&mut session), b"+PONG\r\n");
    drop(replicas);
    let resumed: Vec<Server> = masters.iter().map(start_replica_of).collect();
    let (mut all, mut buffer) = (Vec::new(), [0; 100]);
    while !all.ends_with(b"+PONG\r\n") {
        let count = session.read(&mut buffer, LONG).unwrap();
        assert!(count > 0);
        all.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(all, b":1\r\n+PONG\r\n");
    drop(resumed);
}
