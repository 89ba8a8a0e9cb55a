//! After a connection to a server was lost, the client learns that all keys may have changed.

use super::harness::{Client, invalid_keys};
use crate::support::Server;
use crate::support::three_nodes::ThreeNodes;
use rediscluster::{Cluster, SharedSession, Value};
use std::thread;

const ALL: &str = ">2\r\n$10\r\ninvalidate\r\n_\r\n";

/// The ids of the tracked connections of a server, and of those that receive their messages.
fn tracked_clients(server: &Server) -> Vec<(String, String)> {
    let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut server.client()).unwrap();
    let field = |line: &str, name: &str| line.split(' ').find_map(|field| field.strip_prefix(name)).unwrap().to_owned();
    let is_tracked = |line: &&str| field(line, "flags=").contains('t');
    list.lines().filter(is_tracked).map(|line| (field(line, "id="), field(line, "redir="))).collect()
}

fn kill(server: &Server, id: &str) {
    let killed: i64 = redis::cmd("CLIENT").arg(&["KILL", "ID", id]).query(&mut server.client()).unwrap();
    assert_eq!(killed, 1);
}

fn next_message(client: &mut Client) -> String {
    String::from_utf8(client.read_value()).unwrap()
}

fn set(cluster: &Cluster, key: &str) {
    cluster.command(&[b"SET", key.as_bytes(), b"1"]).unwrap();
}

#[test]
fn a_client_that_waits_learns_it_at_once_and_is_tracked_again() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for kills_receiver in [false, true] {
        let mut client = Client::resp3(&nodes, &cluster);
        client.run(&nodes, &["CLIENT TRACKING ON", "MGET A B C D"]);
        for (nth, server) in nodes.servers.iter().enumerate() {
            let (tracked, receiver) = tracked_clients(server).remove(0);
            kill(server, if kills_receiver { &receiver } else { &tracked });
            assert_eq!(next_message(&mut client), ALL);
            let key = &nodes.keys[nth];
            let received = client.run(&nodes, &[&format!("GET {key}"), &format!("GET {key}")]);
            assert_eq!((received.replies.len(), received.invalid.len()), (2, 0), "{received:?}");
            set(&cluster, key);
            assert_eq!(invalid_keys(&next_message(&mut client)), Some(vec![key.clone()]));
        }
        assert_eq!(client.run(&nodes, &["MGET A B C"]).invalid.len(), 0);
        client.run(&nodes, &["CLIENT TRACKING OFF"]);
        assert!(nodes.servers.iter().all(|server| tracked_clients(server).is_empty()));
    }
}

/// A command that finds the connection closed: the message follows its reply.
#[test]
fn a_command_that_finds_the_connection_closed_runs_over_another_one() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for kills_receiver in [false, true] {
        let mut client = Client::resp3(&nodes, &cluster);
        client.run(&nodes, &["CLIENT TRACKING ON", "MGET A B"]);
        for (nth, commands) in [(0, &["GET A"][..]), (1, &["SET B 1"]), (0, &["MGET A B C"]), (2, &["MULTI", "GET C", "EXEC"])] {
            let (tracked, receiver) = tracked_clients(&nodes.servers[nth]).remove(0);
            kill(&nodes.servers[nth], if kills_receiver { &receiver } else { &tracked });
            let received = client.run(&nodes, commands);
            assert!(received.replies.iter().all(|reply| !reply.starts_with('-')), "{commands:?}: {received:?}");
            assert_eq!(received.invalid.first().map(String::as_str), Some("*"), "{received:?}");
            set(&cluster, &nodes.keys[nth]);
            if !commands[0].starts_with("SET") {
                assert_eq!(invalid_keys(&next_message(&mut client)), Some(vec![nodes.keys[nth].clone()]));
            }
        }
    }
}

#[test]
fn a_broadcast_begins_again_without_a_command() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    client.run(&nodes, &["CLIENT TRACKING ON BCAST PREFIX key"]);
    for kills_receiver in [false, true] {
        let (tracked, receiver) = tracked_clients(&nodes.servers[1]).remove(0);
        kill(&nodes.servers[1], if kills_receiver { &receiver } else { &tracked });
        // Once when the connection is lost, and once when keys are announced again.
        assert_eq!(next_message(&mut client), ALL);
        assert_eq!(next_message(&mut client), ALL);
        set(&cluster, &nodes.keys[1]);
        assert_eq!(invalid_keys(&next_message(&mut client)), Some(vec![nodes.keys[1].clone()]));
    }
}

#[test]
fn keys_of_a_server_that_was_restarted_are_invalid() {
    let mut nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    client.run(&nodes, &["CLIENT TRACKING ON", "MGET A B C"]);
    nodes.servers[2].restart();
    assert_eq!(next_message(&mut client), ALL);
    let received = client.run(&nodes, &["GET C", "GET A"]);
    assert_eq!((received.replies, received.invalid), (vec!["_\r\n".to_owned(), "_\r\n".to_owned()], vec![]));
    set(&cluster, &nodes.keys[2]);
    assert_eq!(invalid_keys(&next_message(&mut client)), Some(vec![nodes.keys[2].clone()]));
}

/// The session that receives them waits; the session that tracks does nothing.
#[test]
fn a_session_that_receives_redirected_messages_learns_it_too() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for mode in ["", " BCAST"] {
        let (mut tracker, mut receiver) = (Client::new(&nodes, &cluster), Client::resp3(&nodes, &cluster));
        let id = receiver.run(&nodes, &["CLIENT ID"]).replies[0].trim_matches([':', '\r', '\n']).to_owned();
        tracker.run(&nodes, &[&format!("CLIENT TRACKING ON REDIRECT {id}{mode}"), "GET A"]);
        let (tracked, _) = tracked_clients(&nodes.servers[0]).remove(0);
        kill(&nodes.servers[0], &tracked);
        assert_eq!(next_message(&mut receiver), ALL);
        match mode {
            "" => {
                tracker.run(&nodes, &["GET A"]);
                set(&cluster, &nodes.keys[0]);
                assert_eq!(invalid_keys(&next_message(&mut receiver)), Some(vec![nodes.keys[0].clone()]));
            }
            // Nothing but a command of that session could make the server announce keys again.
            _ => assert!(tracker.session.execute(&crate::support::request(&["PING"])).is_err()),
        }
    }
}

#[test]
fn a_thread_that_waits_receives_messages_of_sessions_that_redirect_later() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let receiver = SharedSession::new(cluster.session());
    let execute = |commands: &[&str]| receiver.execute(&crate::support::request(commands)).unwrap();
    execute(&["HELLO 3"]);
    let id = match execute(&["CLIENT ID"]).value(1) {
        Some(Value::Integer(id)) => id,
        other => panic!("{other:?}"),
    };
    thread::scope(|scope| {
        let message = scope.spawn(|| receiver.receive(super::harness::LONG).unwrap());
        let mut tracker = Client::new(&nodes, &cluster);
        tracker.run(&nodes, &[&format!("CLIENT TRACKING ON REDIRECT {id}"), "GET B"]);
        set(&cluster, &nodes.keys[1]);
        let message = message.join().unwrap().expect("a message");
        let Value::Push(parts) = message.root() else { panic!("{message:?}") };
        let Some(Value::Array(mut keys)) = parts.last() else { panic!("{message:?}") };
        assert_eq!(keys.next(), Some(Value::String(nodes.keys[1].as_bytes())));
    });
}

/// A closed session leaves no connection.
#[test]
fn a_session_that_ends_closes_its_connections() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let count = |server: &Server| {
        let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut server.client()).unwrap();
        list.lines().count()
    };
    let before: Vec<usize> = nodes.servers.iter().map(count).collect();
    for end in ["RESET", "QUIT", "CLIENT TRACKING OFF", "PING"] {
        let mut client = Client::resp3(&nodes, &cluster);
        client.session.execute(&crate::support::request(&["CLIENT TRACKING ON BCAST", end])).unwrap();
        drop(client);
        // A server notices the end of a connection soon.
        for (server, before) in nodes.servers.iter().zip(&before) {
            while count(server) > *before {
                thread::yield_now();
            }
        }
    }
}
