//! Processes of one user, which tell each other which servers do not reply.

use crate::support::replication::wait_until;
use crate::support::{Server, config, request};
use rediscluster::{Cluster, Code, Config};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process with a handle of its own, which runs one command at a time.
struct Process {
    child: Child,
    commands: ChildStdin,
    outcomes: BufReader<ChildStdout>,
}

impl Process {
    fn start(server: &Server, members: &[&str]) -> Process {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "breaker_processes::calls_of_a_process"])
            .env("REDISCLUSTER_CONFIG", config(&[server.port], members))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (commands, outcomes) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Process { child, commands, outcomes }
    }

    /// Runs a command: `ok`, `timeout`, `unavailable`, or the text of another error.
    fn run(&mut self, command: &str) -> String {
        writeln!(self.commands, "{command}").unwrap();
        let mut lines = (&mut self.outcomes).lines();
        lines.find_map(|line| line.unwrap().split_once("outcome ").map(|(_, outcome)| outcome.to_owned())).expect("an outcome")
    }

    /// Runs a command until it is unavailable; returns the number of timeouts.
    fn timeouts_until_unavailable(&mut self) -> usize {
        (0..10)
            .find(|_| match self.run("GET a").as_str() {
                "timeout" => false,
                "unavailable" => true,
                other => panic!("{other}"),
            })
            .expect("the breaker opens")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "the program of the other tests"]
fn calls_of_a_process() {
    let Ok(text) = std::env::var("REDISCLUSTER_CONFIG") else { return };
    let cluster = Cluster::open(Config::from_json(text.as_bytes()).unwrap());
    let mut session = cluster.session();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let outcome = match line.strip_prefix("session ") {
            Some(command) => session.execute(&request(&[command])),
            None => cluster.execute(&request(&[&line])),
        };
        let outcome = outcome.map_or_else(Some, |reply| reply.failure(1));
        let outcome = match outcome {
            None => "ok".into(),
            Some(error) if error.code() == Code::Timeout => "timeout".into(),
            Some(error) if error.message().contains(": unavailable for ") && !error.executed() => "unavailable".into(),
            Some(error) => error.message().replace('\n', " "),
        };
        println!("outcome {outcome}");
    }
}

const SHARED: &str = r#""timeout":0.3,"breaker_shared":true"#;

fn pool(server: &Server, members: &[&str]) -> Vec<Process> {
    let mut pool: Vec<Process> = (0..8).map(|_| Process::start(server, members)).collect();
    pool.iter_mut().for_each(|process| assert_eq!(process.run("SET a 1"), "ok"));
    pool
}

#[test]
fn a_pool_of_processes_meets_one_timeout_and_all_of_them_recover() {
    let server = Server::start();
    let mut pool = pool(&server, &[SHARED]);
    server.hang();
    let timeouts = pool[0].timeouts_until_unavailable();
    assert!((1..=2).contains(&timeouts), "{timeouts}");
    pool.push(Process::start(&server, &[SHARED]));
    let outcomes: Vec<String> = pool.iter_mut().map(|process| process.run("GET a")).collect();
    assert!(outcomes.iter().all(|outcome| outcome == "unavailable"), "{outcomes:?}");
    server.resume();
    for process in &mut pool {
        wait_until(|| process.run("GET a") == "ok");
    }
    // Nothing of the fault is left.
    for process in &mut pool {
        assert!((0..20).all(|_| process.run("GET a") == "ok"));
    }
}

#[test]
fn processes_that_share_nothing_meet_a_timeout_each() {
    let server = Server::start();
    let mut pool = pool(&server, &[r#""timeout":0.3"#]);
    server.hang();
    assert!(pool.iter_mut().all(|process| process.timeouts_until_unavailable() > 0));
}

#[test]
fn a_process_that_was_killed_leaves_nothing_that_fails_the_calls_of_others() {
    let server = Server::start();
    let mut pool = pool(&server, &[SHARED]);
    server.hang();
    assert!(pool[0].timeouts_until_unavailable() > 0);
    drop(pool.remove(0));
    server.resume();
    wait_until(|| redis::cmd("PING").query::<String>(&mut server.client()).is_ok());
    pool.push(Process::start(&server, &[SHARED]));
    for process in &mut pool {
        assert!((0..5).all(|_| process.run("GET a") == "ok"));
    }
}

#[test]
fn the_processes_of_a_pool_stop_connecting_to_a_port_that_has_refused_one_of_them() {
    let mut server = Server::start();
    let mut pool = pool(&server, &[SHARED]);
    server.stop();
    // One that has just used its connection notices that it is closed, and tries the port before it asks the others.
    for process in &mut pool {
        let refused = (0..10).take_while(|_| process.run("GET a") != "unavailable").count();
        assert!(refused <= 2, "{refused}");
    }
    for _ in 0..10 {
        let outcomes: Vec<String> = pool.iter_mut().map(|process| process.run("GET a")).collect();
        assert!(outcomes.iter().all(|outcome| outcome == "unavailable"), "{outcomes:?}");
    }
    server.restart();
    for process in &mut pool {
        wait_until(|| process.run("GET a") == "ok");
    }
}

#[test]
fn sessions_of_other_processes_do_not_wait_for_a_hung_server() {
    let server = Server::start();
    let mut pool = pool(&server, &[SHARED]);
    pool.iter_mut().for_each(|process| assert_eq!(process.run("session BLPOP missing 0.01"), "ok"));
    server.hang();
    assert!(pool[0].timeouts_until_unavailable() > 0);
    for process in &mut pool[1..] {
        assert_eq!(process.run("session BLPOP missing 0"), "unavailable");
    }
}
