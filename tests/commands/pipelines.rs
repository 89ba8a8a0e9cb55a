//! Pipelines over all nodes.

use crate::support::{Server, cluster, format_value, ports, request};
use rediscluster::{Code, Reply, Value};

#[test]
fn a_pipeline_over_all_nodes_replies_in_order() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let commands: Vec<String> = (0..10_000).map(|number| format!("SET key{number} value{number}")).collect();
    let reply = cluster.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    let Value::Array(mut replies) = reply.root() else { panic!() };
    assert!(replies.len() == 10_000 && replies.all(|reply| reply == Value::Status(b"OK")));
    let commands: Vec<String> = (0..10_000).map(|number| format!("GET key{number}")).collect();
    let reply = cluster.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    let Value::Array(replies) = reply.root() else { panic!() };
    for (number, value) in replies.enumerate() {
        assert_eq!(value, Value::String(format!("value{number}").as_bytes()));
    }
}

#[test]
fn requests_and_replies_larger_than_the_socket_buffers_do_not_deadlock() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let large = vec![b'v'; 300_000];
    let mut request = Vec::new();
    for number in 0..200 {
        let key = format!("key{}", number % 20);
        request.extend(rediscluster::pack(&[b"SET", key.as_bytes(), &large]));
        request.extend(rediscluster::pack(&[b"GET", key.as_bytes()]));
    }
    let reply = cluster.execute(&request).unwrap();
    let Value::Array(replies) = reply.root() else { panic!() };
    for (at, value) in replies.enumerate() {
        assert!(if at % 2 == 0 { value == Value::Status(b"OK") } else { value == Value::String(&large) }, "reply {at}");
    }
}

#[test]
fn the_request_of_the_caller_is_never_modified() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let request = request(&["MSET a{x} 1 b{y} 2", "MGET a{x} b{y}"]);
    let copy = request.clone();
    let replies: Vec<Reply> = (0..2).map(|_| cluster.execute(&request).unwrap()).collect();
    assert_eq!(request, copy);
    assert_eq!(format_value(&replies[0].root()), format_value(&replies[1].root()));
}

#[test]
fn an_empty_command_is_refused_and_an_empty_request_has_no_replies() {
    let cluster = cluster(&[1], &[]);
    assert_eq!(cluster.command(&[]).unwrap_err().code(), Code::Request);
    assert_eq!(format_value(&cluster.execute(b"").unwrap().root()), "[]");
}
