//! Subscriptions of a session: each channel on its node, patterns on all nodes, one stream of messages.

use crate::helpers::{failure, of_redis_7};
use crate::support::raw_client::RawClient;
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Cluster, Code, Reply, Session, Value};
use std::time::Duration;

const LONG: Option<Duration> = Some(Duration::from_secs(20));
const NOW: Option<Duration> = Some(Duration::ZERO);

fn text_of(value: &Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::Integer(number) => number.to_string(),
        Value::String(text) | Value::Status(text) | Value::Error(text) => String::from_utf8_lossy(text).into(),
        Value::Array(children) => children.map(|child| text_of(&child)).collect::<Vec<_>>().join(" "),
        Value::Failure(children) => format!("failed: {}", children.clone().nth(1).map_or_else(String::new, |message| text_of(&message))),
        other => panic!("{other:?}"),
    }
}

/// The replies to commands, one line each.
fn run(session: &mut Session, commands: &[&str]) -> Vec<String> {
    let reply = session.execute(&request(commands)).unwrap();
    let Value::Array(values) = reply.root() else { panic!("{reply:?}") };
    values.map(|value| text_of(&value)).collect()
}

fn next(session: &mut Session) -> String {
    session.receive(LONG).unwrap().map_or_else(|| "no message".into(), |message| text_of(&message.root()))
}

fn publish(cluster: &Cluster, channel: &str, text: &str) -> Reply {
    cluster.command(&words(&format!("PUBLISH {channel} {text}"))).unwrap()
}

#[test]
fn messages_published_right_after_a_confirmation_arrive() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    for number in 0..200 {
        let (publisher, channel) = (cluster.clone(), format!("c{number}"));
        let mut session = cluster.session();
        let published = std::thread::spawn({
            let channel = channel.clone();
            move || while publish(&publisher, &channel, "text").root() == Value::Integer(0) {}
        });
        run(&mut session, &[&format!("SUBSCRIBE {channel}")]);
        assert_eq!(next(&mut session), format!("message {channel} text"));
        published.join().unwrap();
    }
}

#[test]
fn messages_from_all_nodes_share_one_stream_and_each_channel_keeps_its_order() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let channels = [1, 2, 3].map(|master| key_on(master, 3));
    let mut session = cluster.session();
    let confirmed: Vec<String> = channels.iter().enumerate().map(|(at, channel)| format!("subscribe {channel} {}", at + 1)).collect();
    assert_eq!(run(&mut session, &[&format!("SUBSCRIBE {}", channels.join(" "))]), confirmed);
    assert!(session.receive(NOW).unwrap().is_none());
    for number in 0..300 {
        assert_eq!(publish(&cluster, &channels[number % 3], &number.to_string()).root(), Value::Integer(1));
    }
    let mut last = [None; 3];
    for _ in 0..300 {
        let message = next(&mut session);
        let parts = words(&message);
        let number: usize = std::str::from_utf8(parts[2]).unwrap().parse().unwrap();
        assert_eq!((parts[0], parts[1]), (&b"message"[..], channels[number % 3].as_bytes()));
        assert!(last[number % 3] < Some(number), "{message} came late");
        last[number % 3] = Some(number);
    }
    assert!(session.receive(NOW).unwrap().is_none());
}

#[test]
fn a_pattern_receives_each_message_of_all_nodes_once() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["PSUBSCRIBE key* other*"]), ["psubscribe key* 1", "psubscribe other* 2"]);
    for master in [1, 2, 3] {
        let channel = key_on(master, 3);
        assert_eq!(publish(&cluster, &channel, "hi").root(), Value::Integer(1));
        assert_eq!(next(&mut session), format!("pmessage key* {channel} hi"));
    }
    assert_eq!(run(&mut session, &["PUNSUBSCRIBE key*", "PUNSUBSCRIBE"]), ["punsubscribe key* 1", "punsubscribe other* 0"]);
    assert_eq!(publish(&cluster, "key1", "hi").root(), Value::Integer(0));
    assert_eq!(session.receive(NOW).unwrap_err().code(), Code::Request);
    assert_eq!(run(&mut session, &["GET a"]), ["nil"]);
}

#[test]
fn nodes_that_are_databases_of_one_server_deliver_a_message_once() {
    let server = Server::start();
    let text = format!(
        r#"{{"nodes":{{"node_1":{{"host":"127.0.0.1","port":{0},"db":1}},"node_2":{{"host":"127.0.0.1","port":{0},"db":2}}}}}}"#,
        server.port
    );
    let cluster = Cluster::open(rediscluster::Config::from_json(text.as_bytes()).unwrap());
    let mut session = cluster.session();
    run(&mut session, &["PSUBSCRIBE *"]);
    publish(&cluster, "a", "1");
    publish(&cluster, "b", "2");
    assert_eq!([next(&mut session), next(&mut session)], ["pmessage * a 1", "pmessage * b 2"]);
    assert!(session.receive(NOW).unwrap().is_none());
}

#[test]
fn without_a_rule_a_channel_with_a_hash_tag_is_refused() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[r#""hash_tag":null"#]);
    let mut session = cluster.session();
    let commands =
        ["SUBSCRIBE a news:{x}", "SSUBSCRIBE {x}news", "UNSUBSCRIBE news:{x}", "PUBLISH news:{x} hello", "SPUBLISH {x}news hello"];
    for command in commands.into_iter().filter(|command| servers[0].has_command(command.split(' ').next().unwrap())) {
        let error = failure(&mut session, command);
        assert!(error.code() == Code::Request && error.message().starts_with("channel "), "{command}: {error}");
    }
    assert_eq!(run(&mut session, &["SUBSCRIBE {a", "PSUBSCRIBE news:{*}"]), ["subscribe {a 1", "psubscribe news:{*} 2"]);
    publish(&cluster, "{a", "yes");
    assert_eq!(next(&mut session), "message {a yes");
}

#[test]
fn pinned_channels_and_transactions_on_pinned_keys_are_on_the_named_node() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[r#""pin":{"rq:*":"node_3"}"#]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["MULTI", "SET rq:a 1", "SET rq:b 2", "EXEC"])[3], "OK OK");
    assert_eq!(run(&mut session, &["SUBSCRIBE rq:news"]), ["subscribe rq:news 1"]);
    publish(&cluster, "rq:news", "yes");
    assert_eq!(next(&mut session), "message rq:news yes");
    let channels: Vec<String> = redis::cmd("PUBSUB").arg("CHANNELS").query(&mut servers[2].client()).unwrap();
    assert_eq!(channels, ["rq:news"]);
}

#[test]
fn channels_and_shard_channels_have_hash_tags_like_keys() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    let confirmed = ["subscribe news 1", "subscribe b 2", "unsubscribe news 1"];
    assert_eq!(run(&mut session, &["SUBSCRIBE news{x} b", "UNSUBSCRIBE news{x}"]), confirmed);
    publish(&cluster, "news{x}", "no");
    publish(&cluster, "b", "yes");
    assert_eq!(next(&mut session), "message b yes");
    if servers[0].has_command("spublish") {
        assert_eq!(run(&mut session, &["SSUBSCRIBE news{y}"]), ["ssubscribe news 1"]);
        cluster.command(&words("SPUBLISH news{y} yes")).unwrap();
        assert_eq!(next(&mut session), "smessage news yes");
    }
}

#[test]
fn keyspace_notifications_of_all_nodes_arrive_once() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    cluster.command(&words("CONFIG SET notify-keyspace-events KEA")).unwrap();
    let keys: Vec<String> = (0..30).map(|number| format!("key{number}")).collect();
    let mut by_event = cluster.session();
    assert_eq!(run(&mut by_event, &["SUBSCRIBE __keyevent@0__:set"]), ["subscribe __keyevent@0__:set 1"]);
    let mut by_key = cluster.session();
    let channels: Vec<String> = keys.iter().map(|key| format!("__keyspace@0__:{key}")).collect();
    assert_eq!(run(&mut by_key, &[&format!("SUBSCRIBE {}", channels.join(" "))]).len(), 30);
    let mut by_pattern = cluster.session();
    run(&mut by_pattern, &["PSUBSCRIBE __key*__:set"]);
    for key in &keys {
        cluster.command(&[b"SET", key.as_bytes(), b"v"]).unwrap();
    }
    let received = |session: &mut Session| {
        let mut all: Vec<String> = keys.iter().map(|_| next(session)).collect();
        assert!(session.receive(NOW).unwrap().is_none(), "a message came twice");
        all.sort();
        all
    };
    let mut sorted = keys.clone();
    sorted.sort();
    let expected = |form: &str| sorted.iter().map(|key| form.replace("KEY", key)).collect::<Vec<_>>();
    assert_eq!(received(&mut by_event), expected("message __keyevent@0__:set KEY"));
    assert_eq!(received(&mut by_key), expected("message __keyspace@0__:KEY set"));
    assert_eq!(received(&mut by_pattern), expected("pmessage __key*__:set __keyevent@0__:set KEY"));
    assert_eq!(run(&mut by_event, &["UNSUBSCRIBE"]), ["unsubscribe __keyevent@0__:set 0"]);
    for server in &servers {
        let left: Vec<String> = redis::cmd("PUBSUB").arg("CHANNELS").arg("__keyevent*").query(&mut server.client()).unwrap();
        assert!(left.is_empty(), "{left:?}");
    }
    // A message that a client publishes to such a channel arrives once, too.
    publish(&cluster, "__keyspace@0__:key1", "own");
    assert_eq!(next(&mut by_key), "message __keyspace@0__:key1 own");
    assert!(by_key.receive(NOW).unwrap().is_none());
}

#[test]
fn subscribing_opens_no_connection_if_the_handle_has_an_idle_one() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut observers: Vec<redis::Connection> = servers.iter().map(Server::client).collect();
    cluster.command(&words("DBSIZE")).unwrap();
    let mut opened = || {
        let stats = |client: &mut redis::Connection| -> String { redis::cmd("INFO").arg("stats").query(client).unwrap() };
        let count = |stats: String| stats.lines().find(|line| line.starts_with("total_connections_received")).unwrap().to_owned();
        observers.iter_mut().map(|client| count(stats(client))).collect::<Vec<_>>()
    };
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["CLIENT SETNAME me"]), ["OK"]);
    let before = opened();
    assert_eq!(run(&mut session, &["PSUBSCRIBE *"]), ["psubscribe * 1"]);
    assert_eq!(opened(), before);
    for (server, channel) in servers.iter().zip([key_on(1, 2), key_on(2, 2)]) {
        let list: String = redis::cmd("CLIENT").arg("LIST").arg("TYPE").arg("PUBSUB").query(&mut server.client()).unwrap();
        assert!(list.contains(" name=me "), "{list}");
        publish(&cluster, &channel, "text");
        assert_eq!(next(&mut session), format!("pmessage * {channel} text"));
    }
}

#[test]
fn subscription_replies_have_the_same_bytes_as_from_a_single_server() {
    let (servers, oracle) = (Server::start_many(3), Server::start());
    let cluster = cluster(&ports(&servers), &[]);
    let (mut session, mut plain) = (cluster.session(), RawClient::connect(oracle.port));
    for (command, replies) in [
        ("UNSUBSCRIBE", 1),
        ("PUNSUBSCRIBE a b", 2),
        ("SUNSUBSCRIBE", 1),
        ("SUBSCRIBE a b a", 3),
        ("PSUBSCRIBE a* b*", 2),
        ("SSUBSCRIBE a b", 2),
        ("PING", 1),
        ("PING a", 1),
        ("PING a b", 1),
        ("GET a", 1),
        ("GET", 1),
        ("CONFIG GET a", 1),
        ("MULTI", 1),
        ("HELLO 2", 1),
        ("SUBSCRIBE", 1),
        ("UNSUBSCRIBE a nothing", 2),
        ("UNSUBSCRIBE", 1),
        ("SUNSUBSCRIBE b a", 2),
        ("PUNSUBSCRIBE a*", 1),
        ("PUNSUBSCRIBE", 1),
        ("PING", 1),
        ("SUBSCRIBE a", 1),
        ("RESET", 1),
        ("GET a", 1),
    ] {
        // Redis 6.2 has no shard channels, and its texts no names of subcommands.
        if (command.starts_with("SSUB") || command.starts_with("SUNSUB") || command == "CONFIG GET a") && !oracle.is_since((7, 0)) {
            continue;
        }
        session.write(&request(&[command])).unwrap();
        let expected = of_redis_7(&String::from_utf8_lossy(&plain.exchange(&request(&[command]), replies)));
        let mut found = vec![0; 4096];
        let count = session.read(&mut found, NOW).unwrap();
        assert_eq!(String::from_utf8_lossy(&found[..count]), expected, "{command}");
    }
}

#[test]
fn messages_published_before_a_command_precede_its_reply() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    let mut buffer = [0; 1000];
    session.write(&request(&["SUBSCRIBE a"])).unwrap();
    publish(&cluster, "a", "1");
    session.write(&request(&["UNSUBSCRIBE a", "GET a"])).unwrap();
    let count = session.read(&mut buffer, NOW).unwrap();
    let expected = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n1\r\n\
                    *3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n$-1\r\n";
    assert_eq!(String::from_utf8_lossy(&buffer[..count]), expected);
    assert_eq!(session.read(&mut buffer, NOW).unwrap(), 0);
}

#[test]
fn a_lost_connection_is_reported_and_then_opened_again() {
    let mut servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let channels = [1, 2, 3].map(|master| key_on(master, 3));
    let mut session = cluster.session();
    run(&mut session, &[&format!("SUBSCRIBE {}", channels.join(" ")), "PSUBSCRIBE k*"]);
    servers[1].stop();
    let error = session.receive(LONG).unwrap_err();
    assert_eq!((error.code(), error.node()), (Code::Io, Some("node_2")));
    assert!(error.message().contains("messages may have been lost"), "{error}");
    // Messages of the other nodes arrive while it is down.
    publish(&cluster, &channels[0], "1");
    let mut received = Vec::new();
    while received.len() < 2 {
        match session.receive(LONG) {
            Ok(message) => received.push(text_of(&message.unwrap().root())),
            Err(error) => assert_eq!((error.code(), error.node()), (Code::Connect, Some("node_2"))),
        }
    }
    assert_eq!(received, [format!("message {} 1", channels[0]), format!("pmessage k* {} 1", channels[0])]);
    servers[1].restart();
    // Calls to a server that has failed fail at once until a probe succeeds.
    loop {
        match session.receive(NOW) {
            Ok(message) => break assert!(message.is_none()),
            Err(error) => assert_eq!((error.code(), error.node()), (Code::Connect, Some("node_2"))),
        }
    }
    assert_eq!(publish(&cluster, &channels[1], "2").root(), Value::Integer(2));
    assert_eq!([next(&mut session), next(&mut session)], [format!("message {} 2", channels[1]), format!("pmessage k* {} 2", channels[1])]);
}

#[test]
fn a_pattern_that_fails_on_one_node_is_subscribed_on_none() {
    let mut servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    servers[1].stop();
    assert!(run(&mut session, &["PSUBSCRIBE *"])[0].starts_with("failed: node_2"));
    let channel = key_on(2, 2);
    assert!(run(&mut session, &[&format!("SUBSCRIBE {channel}")])[0].starts_with("failed: node_2"));
    assert_eq!(session.receive(NOW).unwrap_err().code(), Code::Request);
    assert_eq!(publish(&cluster, &key_on(1, 2), "a").root(), Value::Integer(0));
}

#[test]
fn a_waiting_receive_can_be_interrupted() {
    let server = Server::start();
    let mut session = cluster(&[server.port], &[]).session();
    run(&mut session, &["SUBSCRIBE a"]);
    let interrupter = session.interrupter();
    interrupter.interrupt();
    assert!(session.receive(None).unwrap().is_none());
    for _ in 0..100 {
        let interrupter = session.interrupter();
        let thread = std::thread::spawn(move || interrupter.interrupt());
        assert!(session.receive(None).unwrap().is_none());
        thread.join().unwrap();
    }
    run(&mut session, &["UNSUBSCRIBE"]);
    let thread = std::thread::spawn(move || interrupter.interrupt());
    assert_eq!(session.read(&mut [0; 10], None).unwrap(), 0);
    thread.join().unwrap();
}

#[test]
fn a_large_message_arrives_complete() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    let mut session = cluster.session();
    run(&mut session, &["SUBSCRIBE a"]);
    let large = vec![b'x'; 5_000_000];
    cluster.command(&[b"PUBLISH", b"a", &large]).unwrap();
    let message = session.receive(LONG).unwrap().unwrap();
    assert_eq!(message.value(3), Some(Value::String(&large)));
}
