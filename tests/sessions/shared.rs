//! A session that several threads use: calls that wait for messages let calls that run commands pass.

use crate::helpers::text_of;
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Code, SharedSession, Value};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const NOW: Option<Duration> = Some(Duration::ZERO);

fn run(session: &SharedSession, commands: &[&str]) -> String {
    text_of(&session.execute(&request(commands)).unwrap().root())
}

#[test]
fn a_receiver_without_a_timeout_blocks_no_command_of_another_thread() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let session = SharedSession::new(cluster.session());
    run(&session, &["SUBSCRIBE first"]);
    thread::scope(|scope| {
        let (received, messages) = mpsc::channel();
        scope.spawn(|| {
            let received = received;
            loop {
                match session.receive(None) {
                    Ok(message) => received.send(text_of(&message.expect("no interrupt").root())).unwrap(),
                    Err(error) => return assert_eq!(error.code(), Code::Request, "{error}"),
                }
            }
        });
        for number in 0..200 {
            let channel = key_on(number % 2 + 1, 2) + &number.to_string();
            run(&session, &[&format!("SUBSCRIBE {channel}")]);
            cluster.command(&words(&format!("PUBLISH {channel} text"))).unwrap();
            assert_eq!(messages.recv().unwrap(), format!("[message {channel} text]"));
        }
        session.close().unwrap();
    });
    assert_eq!(session.execute(&request(&["PING"])).unwrap_err().code(), Code::Request);
    session.close().unwrap();
}

#[test]
fn commands_of_several_threads_do_not_end_the_call_of_a_receiver() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let session = SharedSession::new(cluster.session());
    run(&session, &["SUBSCRIBE a"]);
    thread::scope(|scope| {
        let receivers = [(); 2].map(|()| scope.spawn(|| session.receive(None).unwrap().map(|message| text_of(&message.root()))));
        let commands = [(); 3].map(|()| {
            scope
                .spawn(|| (0..300).for_each(|number| assert_eq!(run(&session, &[&format!("PING {number}")]), format!("[[pong {number}]]"))))
        });
        commands.into_iter().for_each(|thread| thread.join().unwrap());
        for _ in 0..2 {
            cluster.command(&words("PUBLISH a text")).unwrap();
        }
        for receiver in receivers {
            assert_eq!(receiver.join().unwrap().as_deref(), Some("[message a text]"));
        }
    });
}

#[test]
fn commands_neither_take_nor_cause_an_interrupt() {
    let server = Server::start();
    let session = SharedSession::new(cluster(&[server.port], &[]).session());
    run(&session, &["SUBSCRIBE a"]);
    session.interrupt();
    run(&session, &["PING"]);
    assert!(session.receive(None).unwrap().is_none());
    for _ in 0..100 {
        thread::scope(|scope| {
            let receiver = scope.spawn(|| session.receive(None).unwrap());
            run(&session, &["PING", "PING"]);
            session.interrupt();
            run(&session, &["PING"]);
            assert!(receiver.join().unwrap().is_none());
        });
    }
    assert!(session.receive(NOW).unwrap().is_none());
}

#[test]
fn a_reader_of_the_stream_gets_the_replies_to_what_another_thread_writes() {
    let server = Server::start();
    let session = SharedSession::new(cluster(&[server.port], &[]).session());
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut all, mut buffer) = (Vec::new(), [0; 5]);
            while all.len() < 7 * 100 {
                let count = session.read(&mut buffer, None).unwrap();
                assert!(count > 0);
                all.extend_from_slice(&buffer[..count]);
            }
            all
        });
        (0..100).for_each(|_| session.write(&request(&["PING"])).unwrap());
        assert_eq!(reader.join().unwrap(), b"+PONG\r\n".repeat(100));
    });
}

#[test]
fn the_timeout_of_a_receiver_includes_the_time_of_a_command() {
    let server = Server::start();
    let session = SharedSession::new(cluster(&[server.port], &[]).session());
    let mut client = server.client();
    thread::scope(|scope| {
        let command = scope.spawn(|| session.execute(&request(&["BLPOP list 0"])).unwrap());
        while !redis::cmd("INFO").arg("clients").query::<String>(&mut client).unwrap().contains("blocked_clients:1") {
            thread::yield_now();
        }
        assert_eq!(session.read(&mut [0; 10], Some(Duration::from_millis(5))).unwrap(), 0);
        assert_eq!(session.read(&mut [0; 10], NOW).unwrap(), 0);
        redis::cmd("RPUSH").arg("list").arg("element").query::<i64>(&mut client).unwrap();
        let reply = command.join().unwrap();
        assert_eq!(reply.value(3), Some(Value::String(b"element")));
    });
}
