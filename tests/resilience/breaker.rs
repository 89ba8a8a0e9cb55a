//! A server that fails several times in a row: calls fail at once until it replies again, and other servers are not affected.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::replication::wait_until;
use crate::support::{Server, cluster, free_port, key_on, name_on, ports, request, words};
use rediscluster::{Cluster, Code, Error, Value};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const SHORT: &str = r#""timeout":0.3"#;

fn failure(cluster: &Cluster, command: &str) -> Error {
    cluster.command(&words(command)).map(|reply| panic!("{command} returned {:?}", reply.root())).unwrap_err()
}

fn is_unavailable(error: &Error) -> bool {
    error.code() == Code::Connect && !error.executed() && error.message().contains(": unavailable for ")
}

/// Sends a command until it fails because of the breaker; returns how many failed otherwise.
fn failures_until_unavailable(cluster: &Cluster, command: &str) -> usize {
    (0..10).find(|_| is_unavailable(&failure(cluster, command))).expect("the breaker opens")
}

#[test]
fn calls_to_a_hung_server_fail_at_once_after_one_timeout_until_it_replies_again() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[SHORT]);
    let [one, two] = [1, 2].map(|master| key_on(master, 2));
    [&one, &two].into_iter().for_each(|key| drop(cluster.command(&words(&format!("SET {key} 1"))).unwrap()));
    servers[1].hang();
    let (mut timeouts, mut unavailable) = (0, 0);
    for _ in 0..100 {
        assert_eq!(cluster.command(&words(&format!("INCR {one}"))).unwrap().root(), Value::Integer(2 + timeouts + unavailable));
        let error = failure(&cluster, &format!("GET {two}"));
        assert_eq!(error.node(), Some("node_2"));
        if error.code() == Code::Timeout { timeouts += 1 } else { unavailable += i64::from(is_unavailable(&error)) }
    }
    assert_eq!((timeouts, unavailable), (1, 99));
    let error = failure(&cluster, &format!("GET {two}"));
    let begin = format!("node_2 (127.0.0.1:{}): GET: unavailable for ", servers[1].port);
    assert!(error.message().starts_with(&begin) && error.message().ends_with(" s (no reply in time); it was not executed"), "{error}");
    servers[1].resume();
    wait_until(|| cluster.command(&words(&format!("GET {two}"))).is_ok());
}

#[test]
fn a_refusing_port_is_not_connected_to_by_every_call() {
    let mut server = Server::start();
    server.stop();
    let cluster = cluster(&[server.port], &[]);
    assert!(failures_until_unavailable(&cluster, "GET a") <= 2);
    let others = (0..1000).filter(|_| !is_unavailable(&failure(&cluster, "GET a"))).count();
    assert_eq!(others, 0);
    assert!(failure(&cluster, "GET a").message().contains("refused"));
    server.restart();
    wait_until(|| cluster.command(&words("SET a 1")).is_ok());
}

#[test]
fn a_page_meets_one_timeout() {
    let servers = Server::start_many(8);
    let open = || cluster(&ports(&servers), &[SHORT]);
    let cluster = open();
    let keys: Vec<String> = (0..40).map(|number| format!("page:{number}")).collect();
    let page = |cluster: &Cluster| -> Vec<Error> {
        let gets = keys.iter().map(|key| format!("GET {key}"));
        let mgets = (0..3).map(|at| format!("MGET {}", keys[at * 10..at * 10 + 20 - 10 * (at / 2)].join(" ")));
        gets.chain(mgets).filter_map(|command| cluster.command(&words(&command)).err()).collect()
    };
    assert!(page(&cluster).is_empty());
    servers[5].hang();
    let timeouts = |errors: &[Error]| errors.iter().filter(|error| error.code() == Code::Timeout).count();
    let first = page(&cluster);
    assert!(first.iter().all(|error| error.node() == Some("node_6")) && first.len() > 3, "{first:?}");
    assert_eq!(timeouts(&first), 1, "{first:?}");
    assert!(page(&cluster).iter().all(is_unavailable));
    // Another handle of the same configuration.
    assert!(page(&open()).iter().all(is_unavailable));
}

#[test]
fn one_hung_master_of_four_does_not_slow_down_the_others() {
    const WORKERS: usize = 12;
    let servers = Server::start_many(4);
    let cluster = Arc::new(cluster(&ports(&servers), &[SHORT]));
    let (done, timeouts, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let healthy: Vec<String> =
        [1, 2, 4].into_iter().flat_map(|master| (0..3).map(move |at| name_on(&format!("w{at}:"), master, 4))).collect();
    let ill = key_on(3, 4);
    let work = |worker: usize| {
        for at in worker.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let is_ill = at % 4 == 0;
            let key = if is_ill { &ill } else { &healthy[at % healthy.len()] };
            match cluster.command(&words(&format!("{} {key}", if at % 2 == 0 { "GET" } else { "INCR" }))) {
                Ok(_) => drop(done.fetch_add(usize::from(!is_ill), Ordering::Relaxed)),
                Err(error) => {
                    assert_eq!(error.node(), Some("node_3"), "{error}");
                    timeouts.fetch_add(usize::from(error.code() == Code::Timeout), Ordering::Relaxed);
                }
            }
        }
    };
    let in_a_while = || {
        let before = done.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(700));
        done.load(Ordering::Relaxed) - before
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(move || work(worker))).collect();
        let before = in_a_while();
        servers[2].hang();
        wait_until(|| timeouts.load(Ordering::Relaxed) > 0);
        let during = in_a_while();
        stop.store(true, Ordering::Relaxed);
        servers[2].resume();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        println!("{before} calls before, {during} while one server hangs");
        assert!(during * 2 > before, "{before} calls before, {during} while one server hangs");
    });
    assert!(timeouts.into_inner() <= WORKERS + 1, "more calls waited than were in flight");
}

#[test]
fn every_kind_of_command_respects_the_breaker() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[SHORT]);
    let [one, two] = [1, 2].map(|master| key_on(master, 2));
    let [list_one, list_two] = [1, 2].map(|master| name_on("list", master, 2));
    cluster.command(&words(&format!("SET {one} 1"))).unwrap();
    let mut session = cluster.session();
    session.execute(&request(&[&format!("BLPOP {list_two} 0.01")])).unwrap();
    servers[1].hang();
    failures_until_unavailable(&cluster, &format!("GET {two}"));
    let commands = [
        format!("SET {two} 1"),
        format!("MGET {one} {two}"),
        format!("MSET {two} 1"),
        format!("EVAL return 1 {two}"),
        format!("BLPOP {list_two} 0"),
        format!("BLPOP {list_one} {list_two} 0"),
        format!("BITOP OR {one} {one} {two}"),
        format!("SINTERSTORE {one}:s {one}:t {two}:t"),
        format!("RENAME {one} {two}"),
        format!("XREAD BLOCK 0 STREAMS {one} {two} $ $"),
        "DBSIZE".into(),
    ];
    for command in &commands {
        let error = failure(&cluster, command);
        assert!(is_unavailable(&error) || error.message().contains(": unavailable for "), "{command}: {error}");
        let reply = cluster.execute(&request(&[command])).unwrap();
        assert!(matches!(reply.value(1), Some(Value::Failure(_))), "{command}: {reply:?}");
    }
    assert_eq!(cluster.command(&words(&format!("GET {one}"))).unwrap().root(), Value::String(b"1"));
    for commands in
        [&[format!("BLPOP {list_two} 0")][..], &["MULTI".into(), format!("INCR {two}"), "EXEC".into()], &[format!("SUBSCRIBE {two}")]]
    {
        let words: Vec<&str> = commands.iter().map(String::as_str).collect();
        let outcome = session.execute(&request(&words));
        let text = format!("{:?}", outcome.map(|reply| reply.bytes().escape_ascii().to_string()));
        assert!(text.contains("unavailable for "), "{commands:?}: {text}");
        let _ = session.execute(&request(&["RESET"]));
    }
}

#[test]
fn a_connection_that_was_lost_silently_is_not_taken_for_a_fault_of_the_server() {
    let lost_before = Arc::new(AtomicUsize::new(0));
    let (lost, busy) = (lost_before.clone(), Arc::new(AtomicUsize::new(0)));
    let fake = FakeServer::start({
        let busy = busy.clone();
        move |mut stream, nth| {
            while read_request(&mut stream) {
                if nth >= lost.load(Ordering::Acquire) {
                    busy.fetch_add(1, Ordering::AcqRel);
                    // The first replies wait for each other, so that each caller has a connection of its own.
                    wait_until(|| busy.load(Ordering::Acquire) >= 40);
                    let _ = stream.write_all(b":1\r\n");
                }
            }
        }
    });
    let cluster = fake.cluster(&[SHORT]);
    std::thread::scope(|scope| {
        (0..40).for_each(|_| drop(scope.spawn(|| cluster.command(&words("INCR a")).unwrap())));
    });
    lost_before.store(fake.connections(), Ordering::Release);
    let errors: Vec<Error> = (0..100).filter_map(|_| cluster.command(&words("INCR a")).err()).collect();
    assert_eq!(errors.iter().map(Error::code).collect::<Vec<_>>(), [Code::Timeout], "{errors:?}");
}

#[test]
fn the_breaker_can_be_turned_off() {
    let port = free_port();
    let cluster = cluster(&[port], &[r#""breaker_failures":0"#]);
    assert!((0..50).all(|_| !is_unavailable(&failure(&cluster, "GET a"))));
}
