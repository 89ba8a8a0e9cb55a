//! REDIRECT to another session of the process.

use super::harness::{Client, sends_messages_after_replies, write};
use crate::support::three_nodes::ThreeNodes;
use rediscluster::Session;

/// The ids of a client in both worlds.
fn ids(client: &mut Client, nodes: &ThreeNodes) -> (String, String) {
    let number = |reply: &str| reply.trim_start_matches(':').trim_end().to_owned();
    (number(&client.run(nodes, &["CLIENT ID"]).replies[0]), number(&client.run_plain(nodes, &["CLIENT ID"]).replies[0]))
}

/// Makes `tracker` redirect its messages to a client with these ids.
fn redirect(tracker: &mut Client, nodes: &ThreeNodes, (id, plain): &(String, String), options: &str) {
    assert_eq!(tracker.run(nodes, &[&format!("CLIENT TRACKING ON REDIRECT {id}{options}")]).replies, ["+OK\r\n"]);
    assert_eq!(tracker.run_plain(nodes, &[&format!("CLIENT TRACKING ON REDIRECT {plain}{options}")]).replies, ["+OK\r\n"]);
    assert_eq!(tracker.run(nodes, &["CLIENT GETREDIR"]).replies, [format!(":{id}\r\n")]);
    let info = tracker.run(nodes, &["CLIENT INFO", "CLIENT TRACKINGINFO"]).replies;
    assert!((info[0].contains(" flags=t ") || info[0].contains(" flags=tB ")) && info[0].contains(&format!(" redir={id}")), "{info:?}");
    assert!(info[1].contains(&format!(":{id}\r\n")), "{info:?}");
}

/// The next message in both worlds, which another client has caused.
fn compare_message(receiver: &mut Client) {
    let found = receiver.read_value();
    assert_eq!(String::from_utf8(found).unwrap(), String::from_utf8(receiver.plain.read(1)).unwrap());
}

fn subscribe(receiver: &mut Client, channel: &str) {
    let request = crate::support::request(&[&format!("SUBSCRIBE {channel}")]);
    receiver.session.write(&request).unwrap();
    assert_eq!(receiver.read_value(), receiver.plain.exchange(&request, 1));
}

#[test]
fn a_subscribed_session_receives_the_messages_in_resp2() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let (mut tracker, mut receiver) = (Client::new(&nodes, &cluster), Client::new(&nodes, &cluster));
    let ids = ids(&mut receiver, &nodes);
    subscribe(&mut receiver, "__redis__:invalidate");
    redirect(&mut tracker, &nodes, &ids, "");
    for (reads, changed) in
        [("MGET A B C", "SET A 1"), ("GET A", "SET B 2"), ("GET B", "MSET C 1 D 2"), ("GET A", "FLUSHALL"), ("GET B", "SET B 3")]
    {
        tracker.check_order(&nodes, &[reads]);
        write(&nodes, &cluster, changed);
        // A server that replies has sent its messages before.
        nodes.servers.iter().for_each(|server| redis::cmd("PING").exec(&mut server.client()).unwrap());
        compare_message(&mut receiver);
    }
    tracker.check_order(&nodes, &["GET A", "SET A 7", "CLIENT TRACKING OFF", "GET B", "SET B 9"]);
    compare_message(&mut receiver);
    assert!(receiver.session.receive(Some(std::time::Duration::ZERO)).unwrap().is_none());
}

#[test]
fn a_session_with_resp3_receives_pushes_without_a_subscription() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let (mut tracker, mut receiver) = (Client::new(&nodes, &cluster), Client::resp3(&nodes, &cluster));
    let ids = ids(&mut receiver, &nodes);
    redirect(&mut tracker, &nodes, &ids, " BCAST PREFIX x");
    tracker.check_order(&nodes, &["SET x:1 1", "SET y:1 1"]);
    compare_message(&mut receiver);
    write(&nodes, &cluster, "SET x:2 1");
    compare_message(&mut receiver);
}

#[test]
fn a_session_can_redirect_to_itself() {
    let nodes = ThreeNodes::new();
    if !sends_messages_after_replies(&nodes) {
        return;
    }
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    let ids = ids(&mut client, &nodes);
    redirect(&mut client, &nodes, &ids, "");
    client.check_order(&nodes, &["GET A"]);
    client.check_order(&nodes, &["SET A 1"]);
}

#[test]
fn a_receiver_that_is_gone_is_reported() {
    let nodes = ThreeNodes::new();
    if !sends_messages_after_replies(&nodes) {
        return;
    }
    let cluster = nodes.cluster();
    for protocol in [3, 2] {
        let (mut tracker, mut receiver) = (Client::new(&nodes, &cluster), Client::new(&nodes, &cluster));
        tracker.hello(protocol);
        let ids = ids(&mut receiver, &nodes);
        subscribe(&mut receiver, "x");
        redirect(&mut tracker, &nodes, &ids, "");
        tracker.check(&nodes, &["GET A"]);
        drop(receiver);
        while String::from_utf8_lossy(&tracker.plain.exchange(&crate::support::request(&["CLIENT LIST"]), 1))
            .contains(&format!("id={} ", ids.1))
        {}
        let broken = |received: Vec<String>, id: &str| {
            received.iter().map(|value| value.replace(&format!(":{id}\r\n"), ":ID\r\n")).collect::<Vec<_>>()
        };
        for commands in [&["SET A 1"][..], &["CLIENT TRACKINGINFO"], &["SET A 1"], &["GET A", "GET B"]] {
            let (found, expected) = (tracker.run(&nodes, commands), tracker.run_plain(&nodes, commands));
            assert_eq!(broken(found.all, &ids.0), broken(expected.all, &ids.1), "{commands:?}");
        }
        write(&nodes, &cluster, "SET B 5");
        if protocol == 3 {
            let found = String::from_utf8(tracker.read_value()).unwrap();
            assert_eq!(found, format!(">2\r\n$21\r\ntracking-redir-broken\r\n:{}\r\n", ids.0));
        }
        let id = &ids.0;
        let error = "-ERR The client ID you want redirect to does not exist\r\n";
        assert_eq!(tracker.run(&nodes, &[&format!("CLIENT TRACKING ON REDIRECT {id}")]).replies, [error]);
        let info = &tracker.run(&nodes, &["CLIENT INFO"]).replies[0];
        assert!(info.contains(" flags=tR "), "{info}");
        assert_eq!(tracker.run(&nodes, &["CLIENT TRACKING ON", "CLIENT GETREDIR"]).replies, ["+OK\r\n", ":0\r\n"]);
    }
}

#[test]
fn only_a_session_that_can_receive_messages_needs_a_reader() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let needs_reader = |commands: &[&str]| {
        let mut session: Session = cluster.session();
        session.write(&crate::support::request(commands)).unwrap();
        session.requires_reader()
    };
    assert!(!needs_reader(&["CLIENT TRACKING ON"]));
    assert!(!needs_reader(&["HELLO 3"]));
    assert!(!needs_reader(&["HELLO 3", "CLIENT TRACKING ON", "CLIENT TRACKING OFF"]));
    assert!(!needs_reader(&["HELLO 3", "CLIENT TRACKING ON", "RESET"]));
    assert!(needs_reader(&["HELLO 3", "CLIENT TRACKING ON"]));
    // Another client may redirect to this one.
    assert!(needs_reader(&["HELLO 3", "CLIENT ID"]));
}
