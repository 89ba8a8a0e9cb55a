//! The listener of examples/listener.rs with clients that a thread of its own must not keep waiting.

use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{key_on, request};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

#[test]
fn clients_do_not_wait_for_those_of_a_node_that_hangs() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let get = |master| request(&[&format!("GET {}", key_on(master, 3))]);
    let mut waiting = RawClient::connect(port);
    let mut others: Vec<RawClient> = (0..3).map(|_| RawClient::connect(port)).collect();
    others.iter_mut().for_each(|client| assert_eq!(client.exchange(&get(1), 1), b"$-1\r\n"));
    assert_eq!(waiting.exchange(&get(3), 1), b"$-1\r\n");
    nodes.servers[2].hang();
    let waiter = std::thread::spawn(move || waiting.exchange(&get(3), 1));
    for _ in 0..100 {
        others.iter_mut().for_each(|client| assert_eq!(client.exchange(&get(2), 1), b"$-1\r\n"));
    }
    assert_eq!(RawClient::connect(port).exchange(&get(1), 1), b"$-1\r\n");
    // The node has not replied, and its time is not up.
    assert!(!waiter.is_finished());
    drop(nodes);
    assert!(waiter.join().unwrap().starts_with(b"-ERR"));
}

#[test]
fn a_client_may_send_all_its_commands_before_it_reads() {
    const COMMANDS: usize = 200;
    let nodes = ThreeNodes::new();
    let value = vec![b'x'; 100_000];
    let echo = [&b"*2\r\n$4\r\nECHO\r\n$100000\r\n"[..], &value, b"\r\n"].concat();
    let mut client = TcpStream::connect(("127.0.0.1", listen(nodes.cluster()))).unwrap();
    (0..COMMANDS).for_each(|_| client.write_all(&echo).unwrap());
    let expected = [&b"$100000\r\n"[..], &value, b"\r\n"].concat();
    let mut reply = vec![0; expected.len()];
    for _ in 0..COMMANDS {
        client.read_exact(&mut reply).unwrap();
        assert!(reply == expected);
    }
}

#[test]
fn the_connection_ends_with_the_session() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    for (stream, replies) in [
        (&b"PING\r\nQUIT\r\nPING\r\n"[..], "+PONG\r\n+OK\r\n"),
        (b"PING\r\n*x\r\n", "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"),
        (b"POST / HTTP/1.1\r\n", ""),
    ] {
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        client.write_all(stream).unwrap();
        let mut found = String::new();
        client.read_to_string(&mut found).unwrap();
        assert_eq!(found, replies);
    }
}

#[test]
fn a_client_that_is_killed_while_it_is_idle_loses_its_connection() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let (mut victim, mut other) = (TcpStream::connect(("127.0.0.1", port)).unwrap(), RawClient::connect(port));
    victim.write_all(b"CLIENT ID\r\n").unwrap();
    let mut buffer = [0; 100];
    let count = victim.read(&mut buffer).unwrap();
    let id = std::str::from_utf8(&buffer[1..count]).unwrap().trim();
    assert_eq!(other.exchange(&request(&[&format!("CLIENT KILL ID {id}")]), 1), b":1\r\n");
    assert_eq!(victim.read(&mut buffer).unwrap(), 0);
}

#[test]
fn replies_messages_and_blocking_commands_keep_their_order() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let list = key_on(1, 3);
    let (mut client, mut other) = (RawClient::connect(port), RawClient::connect(port));
    // The reply to PING is available before BLPOP ends; the command after BLPOP waits for it.
    let blocked = [&b"PING\r\n"[..], &request(&[&format!("BLPOP {list} 0"), "ECHO after"])].concat();
    assert_eq!(client.exchange(&blocked, 1), b"+PONG\r\n");
    assert_eq!(other.exchange(&request(&[&format!("RPUSH {list} x")]), 1), b":1\r\n");
    assert_eq!(client.read(2), format!("*2\r\n${}\r\n{list}\r\n$1\r\nx\r\n$5\r\nafter\r\n", list.len()).into_bytes());
    client.exchange(&request(&["SUBSCRIBE news"]), 1);
    assert_eq!(other.exchange(&request(&["PUBLISH news text"]), 1), b":1\r\n");
    assert_eq!(client.read(1), b"*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$4\r\ntext\r\n");
}

#[test]
fn a_client_that_sends_nothing_more_gets_its_replies() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    for stream in [&b"ECHO x\r\n"[..], b"SUBSCRIBE a\r\nUNSUBSCRIBE a\r\nECHO x\r\n", b"BLPOP a 0.01\r\nECHO x\r\n"] {
        for _ in 0..20 {
            let (mut client, mut found) = (TcpStream::connect(("127.0.0.1", port)).unwrap(), String::new());
            client.write_all(stream).unwrap();
            // Now another thread may have to send the replies.
            let mut buffer = [0; 100];
            while !found.contains("$1\r\nx\r\n") {
                let count = client.read(&mut buffer).unwrap();
                found.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
            }
            found.clear();
            client.write_all(b"ECHO last\r\n").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            client.read_to_string(&mut found).unwrap();
            assert_eq!(found, "$4\r\nlast\r\n");
        }
    }
}
