//! Connections that are silent, old or unwanted.

use crate::support::replication::wait_until;
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Cluster, Code, Value};
use std::time::Duration;

const FREQUENT_PINGS: [&str; 2] = [r#""timeout":0.3"#, r#""ping_interval":0.1"#];

fn connected_clients(server: &Server) -> usize {
    let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut server.client()).unwrap();
    list.lines().count() - 1
}

#[test]
fn a_blocking_command_without_a_limit_notices_that_its_server_hangs() {
    let server = Server::start();
    let (plain, in_session) = (cluster(&[server.port], &FREQUENT_PINGS), cluster(&[server.port], &FREQUENT_PINGS));
    std::thread::scope(|scope| {
        let calls = [
            scope.spawn(|| plain.command(&words("BLPOP none 0")).map(drop).unwrap_err()),
            scope.spawn(|| {
                let reply = in_session.session().execute(&request(&["BLPOP none 0"])).unwrap();
                reply.failure(reply.element(0, 0).unwrap()).expect("a failure")
            }),
        ];
        let blocked = || -> String { redis::cmd("INFO").arg("clients").query(&mut server.client()).unwrap() };
        wait_until(|| blocked().contains("blocked_clients:2"));
        // While the server works they go on waiting.
        std::thread::sleep(Duration::from_millis(500));
        assert!(blocked().contains("blocked_clients:2"));
        server.hang();
        for call in calls {
            let error = call.join().unwrap();
            assert_eq!((error.code(), error.node(), error.executed()), (Code::Timeout, Some("node_1"), true), "{error}");
        }
    });
}

#[test]
fn a_subscription_notices_that_its_server_hangs_and_comes_back_with_it() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &FREQUENT_PINGS);
    let mut session = cluster.session();
    session.execute(&request(&["SUBSCRIBE news"])).unwrap();
    // Silence is no failure, and PONG is no message.
    assert!(session.receive(Some(Duration::from_millis(500))).unwrap().is_none());
    session.execute(&request(&["SUBSCRIBE other"])).unwrap();
    server.hang();
    let error = session.receive(None).unwrap_err();
    assert!(error.node() == Some("node_1") && error.message().contains("messages may have been lost"), "{error}");
    server.resume();
    wait_until(|| {
        let _: usize = redis::cmd("PUBLISH").arg("other").arg("hello").query(&mut server.client()).unwrap();
        matches!(session.receive(Some(Duration::from_millis(20))), Ok(Some(_)))
    });
}

#[test]
fn what_a_server_says_before_it_hangs_up_is_reported_and_the_command_was_not_executed() {
    let server = Server::start();
    let mut admin = server.client();
    let _: () = redis::cmd("CONFIG").arg("SET").arg("maxclients").arg(1).query(&mut admin).unwrap();
    for members in [&[r#""refresh_interval":0"#][..], &[], &[r#""password":"x""#]] {
        let error = cluster(&[server.port], members).command(&words("INCR a")).map(drop).unwrap_err();
        assert_eq!((error.code(), error.executed()), (Code::Connect, false), "{error}");
        assert!(error.message().contains("max number of clients reached"), "{error}");
    }
    let _: () = redis::cmd("CONFIG").arg("SET").arg("maxclients").arg(100).query(&mut admin).unwrap();
    let cluster = cluster(&[server.port], &[]);
    wait_until(|| cluster.command(&words("INCR a")).is_ok());
}

#[test]
fn connections_that_are_not_used_any_more_are_closed() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""max_idle_time":0.3"#]);
    let use_ten = |cluster: &Cluster| {
        std::thread::scope(|scope| (0..10).for_each(|_| drop(scope.spawn(|| cluster.command(&words("BLPOP none 0.2")).unwrap()))));
    };
    use_ten(&cluster);
    assert!(connected_clients(&server) >= 10);
    // One caller is busy all the time.
    wait_until(|| {
        cluster.command(&words("GET a")).unwrap();
        connected_clients(&server) == 1
    });
}

#[test]
fn a_connection_is_replaced_when_it_is_old_though_it_is_always_busy() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""max_connection_age":0.1"#]);
    let opened = |server: &Server| -> usize {
        let info: String = redis::cmd("INFO").arg("stats").query(&mut server.client()).unwrap();
        info.lines().find_map(|line| line.strip_prefix("total_connections_received:")).unwrap().trim().parse().unwrap()
    };
    let before = opened(&server);
    for _ in 0..200 {
        cluster.command(&words("GET a")).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    // One of them is that of the second look.
    assert!(opened(&server) > before + 2);
    assert!(connected_clients(&server) <= 1);
}

#[test]
fn a_pipeline_of_two_nodes_waits_for_one_limit_when_both_hang() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[r#""timeout":1"#, r#""refresh_interval":0"#]);
    let [one, two] = [1, 2].map(|master| key_on(master, 2));
    cluster.command(&words(&format!("MSET {one} 1 {two} 2"))).unwrap();
    servers.iter().for_each(Server::hang);
    let began = std::time::Instant::now();
    let reply = cluster.execute(&request(&[&format!("INCR {one}"), &format!("INCR {two}")])).unwrap();
    assert!(matches!(
        (reply.value(1), reply.element(0, 1).and_then(|at| reply.value(at))),
        (Some(Value::Failure(_)), Some(Value::Failure(_)))
    ));
    assert!(began.elapsed() < Duration::from_millis(1800), "{:?}", began.elapsed());
}
