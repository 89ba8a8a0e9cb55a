//! A master that is restarted without its data before its replica is promoted.

use super::{OPTIONS, text_of, with_replicas};
use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::replication::{start_master, start_replica_of, wait_until};
use crate::support::{Server, request};
use rediscluster::{Cluster, Code, Error};

/// A replica that hangs, so that it does not take over the empty data of its master.
struct Hung {
    server: Server,
    client: redis::Connection,
}

impl Hung {
    /// Makes it a master. It reads this before it can reach its old one.
    fn promote(&mut self) {
        let mut promote = redis::cmd("REPLICAOF");
        self.client.send_packed_command(&promote.arg("NO").arg("ONE").get_packed_command()).unwrap();
        self.server.resume();
        self.client.recv_response().unwrap();
    }
}

/// A master and its replica, which has a value. The handle has used the master before it is restarted.
fn restarted(master: &mut Server, empty_master: &str) -> (Hung, Cluster) {
    let replica = start_replica_of(master);
    let client = replica.client();
    let _: () = redis::cmd("SET").arg("large").arg("x".repeat(20_000)).query(&mut master.client()).unwrap();
    let options = format!(r#"{OPTIONS},"read":"master"{empty_master}"#);
    let handle = with_replicas(master, &[&replica], &options);
    assert_eq!(text_of(&handle, "SET key value").unwrap(), "OK");
    // WAIT waits for the writes of its own connection only.
    let size = || redis::cmd("DBSIZE").query::<u64>(&mut replica.client()).unwrap();
    wait_until(|| size() == 2);
    replica.hang();
    master.restart();
    (Hung { server: replica, client }, handle)
}

fn assert_is_reported(error: &Error) {
    assert_eq!((error.code(), error.executed(), error.node()), (Code::Config, false, Some("node_1")), "{error}");
    assert!(
        error.message().contains("the server was restarted without its data: it has no keys, and its replication offset was "),
        "{error}"
    );
}

#[test]
fn a_master_that_comes_back_empty_is_reported_once_by_default() {
    let mut master = start_master();
    let (_replica, handle) = restarted(&mut master, "");
    let errors: Vec<Error> = (0..20).filter_map(|_| text_of(&handle, "INCR counter").err()).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_is_reported(&errors[0]);
    assert_eq!(text_of(&handle, "GET counter").unwrap(), "19");
}

#[test]
fn a_master_that_comes_back_empty_can_be_refused_until_the_replica_is_promoted() {
    let mut master = start_master();
    let (mut replica, handle) = restarted(&mut master, r#","empty_master":"refuse""#);
    for command in ["SET key other", "GET key", "INCR counter", "GET key"] {
        assert_is_reported(&text_of(&handle, command).unwrap_err());
    }
    replica.promote();
    wait_until(|| text_of(&handle, "GET key").is_ok());
    assert_eq!(text_of(&handle, "GET key").unwrap(), "value");
    assert_eq!(redis::cmd("DBSIZE").query::<u64>(&mut master.client()).unwrap(), 0, "nothing was written to the empty master");
}

#[test]
fn a_refused_master_is_used_again_when_it_has_data() {
    let mut master = start_master();
    let (_replica, handle) = restarted(&mut master, r#","empty_master":"refuse""#);
    assert_is_reported(&text_of(&handle, "GET key").unwrap_err());
    let _: () = redis::cmd("SET").arg("key").arg("restored").query(&mut master.client()).unwrap();
    wait_until(|| text_of(&handle, "GET key").is_ok());
    assert_eq!(text_of(&handle, "GET key").unwrap(), "restored");
}

#[test]
fn a_client_of_the_listener_learns_of_it() {
    let mut master = start_master();
    let (_replica, handle) = restarted(&mut master, "");
    let mut client = RawClient::connect(listen(handle));
    let replies: Vec<Vec<u8>> = (0..20).map(|_| client.exchange(&request(&["INCR counter"]), 1)).collect();
    let errors: Vec<String> =
        replies.iter().filter(|reply| reply[0] == b'-').map(|reply| String::from_utf8_lossy(reply).into_owned()).collect();
    assert!(!errors.is_empty() && errors.iter().all(|error| error.contains("restarted without its data")), "{errors:?}");
    assert!(replies.last().is_some_and(|reply| reply[0] == b':'), "{errors:?}");
}

#[test]
fn an_empty_master_can_be_accepted_and_one_with_its_data_always_is() {
    let mut master = start_master();
    let (_replica, handle) = restarted(&mut master, r#","empty_master":"accept""#);
    assert!((0..5).all(|_| text_of(&handle, "INCR counter").is_ok()));

    let mut master = Server::start_with(&["--repl-diskless-sync-delay", "0", "--appendonly", "yes", "--appendfsync", "always"]);
    let (_replica, handle) = restarted(&mut master, "");
    assert!((0..5).all(|_| text_of(&handle, "INCR counter").is_ok()));
    assert_eq!(text_of(&handle, "GET key").unwrap(), "value");
}
