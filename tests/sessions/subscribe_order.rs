//! What other clients publish after a client has written SUBSCRIBE, and before it has read the confirmation.

use super::helpers::read_all;
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{LONG_TIMEOUTS, cluster, key_on, listener, ports, request};
use rediscluster::{Session, SharedSession};
use std::thread;
use std::time::Duration;

const CHANNELS: usize = 100;

/// One command for each of many channels on all nodes, and what publishes to these.
fn commands(subscribe: &str) -> (Vec<String>, Vec<String>) {
    let channels: Vec<String> = (0..CHANNELS).map(|number| key_on(number as u32 % 3 + 1, 3) + &format!("-{number}")).collect();
    let publish = if subscribe == "SSUBSCRIBE" { "SPUBLISH" } else { "PUBLISH" };
    let of = |command: &str, text: &str| channels.iter().map(|channel| format!("{command} {channel}{text}")).collect();
    (of(subscribe, ""), of(publish, " text"))
}

fn packed(commands: &[String]) -> Vec<u8> {
    request(&commands.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn what_is_published_after_a_write_of_subscriptions_arrives() {
    let nodes = ThreeNodes::new();
    let three = nodes.cluster();
    let port = listener::listen(three.clone());
    for hello in ["HELLO 2", "HELLO 3"] {
        for subscribe in ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"].into_iter().filter(|name| nodes.oracle.has_command(name)) {
            let (subscriptions, publications) = commands(subscribe);
            let mut session = three.session();
            session.write(&request(&[hello])).unwrap();
            read_all(&mut session);
            session.write(&packed(&subscriptions)).unwrap();
            // The confirmations were not read.
            let mut publisher = RawClient::connect(port);
            let received = publisher.exchange(&packed(&publications), CHANNELS);
            assert_eq!(String::from_utf8_lossy(&received), ":1\r\n".repeat(CHANNELS), "{hello} {subscribe}");
            let mut plain = RawClient::connect(nodes.oracle.port);
            plain.exchange(&request(&[hello]), 1);
            let mut expected = plain.exchange(&packed(&subscriptions), CHANNELS);
            RawClient::connect(nodes.oracle.port).exchange(&packed(&publications), CHANNELS);
            expected.extend(plain.read(CHANNELS));
            let lines = |bytes: &[u8]| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let mut lines: Vec<String> = text.split_inclusive("\r\n").map(str::to_owned).collect();
                let confirmations: Vec<String> = lines.drain(..lines.len().min(CHANNELS * 6)).collect();
                // Messages of different nodes have no order.
                lines.sort();
                (confirmations, lines)
            };
            assert_eq!(lines(&read_exactly(&mut session, expected.len())), lines(&expected), "{hello} {subscribe}");
        }
    }
}

/// Reads this many bytes. A server may reply to the publisher before it sends the message to the subscriber.
fn read_exactly(session: &mut Session, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    let mut read = 0;
    while read < count {
        match session.read(&mut bytes[read..], Some(Duration::from_secs(30))).unwrap() {
            0 => break,
            more => read += more,
        }
    }
    bytes.truncate(read);
    bytes
}

#[test]
fn a_later_reply_means_that_the_subscription_before_it_is_made() {
    let nodes = ThreeNodes::new();
    let port = listener::listen(nodes.cluster());
    let mut publisher = RawClient::connect(port);
    for number in 0..100 {
        let mut client = RawClient::connect(port);
        client.exchange(&request(&["HELLO 3"]), 1);
        client.exchange(&request(&[&format!("SUBSCRIBE c{number}-a"), &format!("PSUBSCRIBE c{number}-*"), "GET a"]), 3);
        assert_eq!(publisher.exchange(&request(&[&format!("PUBLISH c{number}-a text")]), 1), b":2\r\n");
    }
}

#[test]
fn subscriptions_in_one_write_take_one_round_trip() {
    let nodes = ThreeNodes::new();
    let three = cluster(&ports(&nodes.servers), &LONG_TIMEOUTS);
    let session = SharedSession::new(three.session());
    let (subscriptions, _) = commands("SUBSCRIBE");
    session.write(&request(&["SUBSCRIBE first", "PSUBSCRIBE first*"])).unwrap();
    let mut buffer = vec![0; 100_000];
    session.read(&mut buffer, None).unwrap();
    // Suspended servers confirm nothing, so a session that waited for one confirmation would not send the next command.
    thread::scope(|scope| {
        nodes.servers.iter().for_each(|server| server.hang());
        let writer = scope.spawn(|| session.write(&packed(&subscriptions)));
        nodes.servers.iter().for_each(|server| wait_for_unread_bytes(server.port, CHANNELS / 3 * 20));
        nodes.servers.iter().for_each(|server| server.resume());
        writer.join().unwrap().unwrap();
    });
    // The servers confirm one after the other, and a read returns what has arrived.
    let (mut confirmed, mut replies) = (0, Vec::new());
    while confirmed < CHANNELS {
        let count = session.read(&mut buffer, None).unwrap();
        replies.extend_from_slice(&buffer[..count]);
        confirmed = replies.windows(9).filter(|window| window == b"subscribe").count();
    }
    assert_eq!(confirmed, CHANNELS);
}

/// Waits until a server has not read this many bytes of one connection.
fn wait_for_unread_bytes(port: u16, count: usize) {
    let local = format!("0100007F:{port:04X}");
    let unread = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields.get(1) == Some(&local.as_str())).then(|| usize::from_str_radix(fields[4].split(':').nth(1).unwrap(), 16).unwrap())
    };
    let start = std::time::Instant::now();
    while std::fs::read_to_string("/proc/net/tcp").unwrap().lines().filter_map(unread).all(|unread| unread < count) {
        assert!(start.elapsed().as_secs() < 30, "the session sends no more commands");
        thread::sleep(Duration::from_millis(1));
    }
}
