//! What one client publishes after another has sent SUBSCRIBE arrives, although the confirmation was not awaited: as on one server.

use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{LONG_TIMEOUTS, cluster, name_on, ports, request};
use std::thread;

const ROUNDS: usize = 200;

/// How many of the messages have a receiver that are published right after each of many subscriptions.
fn received(port: u16, rounds: usize, subscribe: impl Fn(usize) -> Vec<String>, publish: impl Fn(usize) -> Vec<String>) -> usize {
    let packed = |commands: Vec<String>| request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
    let mut publisher = RawClient::connect(port);
    publisher.exchange(&request(&["PING"]), 1);
    let mut subscribers = Vec::new();
    let mut count = 0;
    for round in 0..rounds {
        // Every second subscription is one of a client that is subscribed already.
        if round % 2 == 0 {
            subscribers.push(RawClient::connect(port));
        }
        subscribers.last_mut().unwrap().write(&packed(subscribe(round)));
        let commands = publish(round);
        let replies = publisher.exchange(&packed(commands.clone()), commands.len());
        count += usize::from(replies.ends_with(b":1\r\n"));
    }
    count
}

fn channel(round: usize) -> String {
    name_on(&format!("c{round}-"), round as u32 % 3 + 1, 3)
}

#[test]
fn every_message_arrives_that_is_published_after_subscribe_was_sent() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    for command in ["SUBSCRIBE", "PSUBSCRIBE"] {
        let subscribe = |round| vec![format!("{command} {}", channel(round))];
        let publish = |round| vec![format!("PUBLISH {} text", channel(round))];
        let by_one_server = received(nodes.oracle.port, ROUNDS, subscribe, publish);
        assert_eq!(received(port, ROUNDS, subscribe, publish), ROUNDS, "{command}, one server: {by_one_server}");
    }
    // After other commands of the subscriber, and from a script of the publisher.
    let subscribe = |round| match round % 2 {
        0 => vec!["INFO".to_owned(), format!("SET a{round} 1"), format!("SUBSCRIBE {}", channel(round))],
        _ => vec![format!("SUBSCRIBE {}", channel(round))],
    };
    let script = "return{redis.call('publish',KEYS[1],'x')}";
    let publish = |round| vec!["PING".to_owned(), format!("EVAL {script} 1 {}", channel(round))];
    assert_eq!(received(port, ROUNDS, subscribe, publish), ROUNDS);
}

#[test]
fn publications_wait_only_for_subscriptions_on_their_own_node() {
    let nodes = ThreeNodes::new();
    let port = listen(cluster(&ports(&nodes.servers), &LONG_TIMEOUTS));
    let [mut subscriber, mut publisher, mut waiting] = [(); 3].map(|()| RawClient::connect(port));
    let [here, there] = [1, 3].map(|master| name_on("channel", master, 3));
    assert_eq!(publisher.exchange(&request(&[&format!("PUBLISH {here} x"), &format!("PUBLISH {there} x")]), 2), b":0\r\n:0\r\n");
    nodes.servers[2].hang();
    subscriber.write(&request(&[&format!("SUBSCRIBE {there}")]));
    for _ in 0..100 {
        assert_eq!(publisher.exchange(&request(&[&format!("PUBLISH {here} x"), "GET a"]), 2), b":0\r\n$-1\r\n");
    }
    thread::scope(|scope| {
        let waiter = scope.spawn(|| waiting.exchange(&request(&[&format!("PUBLISH {there} x"), "ECHO after"]), 2));
        for _ in 0..100 {
            assert_eq!(publisher.exchange(&request(&[&format!("PUBLISH {here} x")]), 1), b":0\r\n");
        }
        assert!(!waiter.is_finished());
        nodes.servers[2].resume();
        assert_eq!(waiter.join().unwrap(), b":1\r\n$5\r\nafter\r\n");
    });
}
