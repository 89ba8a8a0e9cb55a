//! Commands of several steps, and sessions, while the masters of all nodes become replicas: only the rejection of a write tells.

use super::{make_replica, promote};
use crate::support::replication::{known_replicas, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, format_value, name_on, ports, reply_text, request};
use rediscluster::{Cluster, Session};

/// Role checks are rare.
const RARE: &str = r#""refresh_interval":1000,"timeout":10"#;

/// Two nodes of two servers each.
struct Nodes {
    masters: Vec<Server>,
    replicas: Vec<Server>,
}

impl Nodes {
    fn start() -> Nodes {
        let masters: Vec<Server> = (0..2).map(|_| start_master()).collect();
        let replicas = masters.iter().map(start_replica_of).collect();
        Nodes { masters, replicas }
    }

    /// Makes the replicas masters once they have all data, and the masters their replicas.
    fn exchange_roles(&mut self) {
        for (master, replica) in self.masters.iter().zip(&self.replicas) {
            let mut client = master.client();
            redis::cmd("SET").arg("last").arg("write").exec(&mut client).unwrap();
            assert_eq!(redis::cmd("WAIT").arg(1).arg(0).query::<i64>(&mut client).unwrap(), 1);
            promote(replica);
            make_replica(master, replica);
            wait_until(|| known_replicas(replica) == [master.port]);
        }
        std::mem::swap(&mut self.masters, &mut self.replicas);
    }

    fn cluster(&self) -> Cluster {
        cluster(&ports(&self.masters), &[RARE, r#""masters_only":true"#])
    }
}

/// `name@node` is a key on that node.
fn placed(command: &str) -> String {
    let place = |word: &str| match word.split_once('@') {
        Some((name, node)) => name_on(name, node.parse().unwrap(), 2),
        None => word.to_owned(),
    };
    command.split(' ').map(place).collect::<Vec<_>>().join(" ")
}

/// What exists before, the command and its reply, and a look at the result.
const COMMANDS: [(&str, &str, &str, &str, &str); 15] = [
    ("SET a@1 x", "RENAME a@1 b@2", "OK", "MGET a@1 b@2", r#"[nil "x"]"#),
    ("SET a@1 x", "COPY a@1 c@2", "1", "MGET a@1 c@2", r#"["x" "x"]"#),
    ("RPUSH l@1 1 2 3", "LMOVE l@1 m@2 LEFT RIGHT", r#""1""#, "LRANGE l@1 0 -1", r#"["2" "3"]"#),
    ("RPUSH n@1 1 2", "BLMOVE n@1 m@2 LEFT RIGHT 5", r#""1""#, "LRANGE m@2 0 -1", r#"["1" "1"]"#),
    ("SADD s@1 1 2", "SMOVE s@1 t@2 1", "1", "SMEMBERS t@2", r#"["1"]"#),
    ("DEL x", "MSETNX o@1 1 p@2 1", "1", "MGET o@1 p@2", r#"["1" "1"]"#),
    ("DEL x", "MSET o@1 2 p@2 3", "OK", "MGET o@1 p@2", r#"["2" "3"]"#),
    ("DEL x", "DEL o@1 p@2", "2", "MGET o@1 p@2", "[nil nil]"),
    ("SADD u@2 2", "SUNIONSTORE w@1 s@1 u@2", "1", "SMEMBERS w@1", r#"["2"]"#),
    ("ZADD y@1 1 a", "ZUNIONSTORE z@2 2 y@1 s@1", "2", "ZCARD z@2", "2"),
    ("SET bits@1 a", "BITOP NOT r@2 bits@1", "1", "STRLEN r@2", "1"),
    ("PFADD h@1 a", "PFMERGE i@2 h@1", "OK", "PFCOUNT i@2", "1"),
    ("DEL x", "SORT l@1 STORE sorted@2", "2", "LRANGE sorted@2 0 -1", r#"["2" "3"]"#),
    ("DEL x", "LMPOP 2 none@2 l@1 LEFT", r#"["l0" ["2"]]"#, "LLEN l@1", "1"),
    ("DEL x", "BLPOP none@2 l@1 5", r#"["l0" "3"]"#, "LLEN l@1", "0"),
];

#[test]
fn commands_of_several_steps_are_asked_again_at_the_new_masters() {
    let mut nodes = Nodes::start();
    let cluster = nodes.cluster();
    // The masters list their replicas.
    assert_eq!(reply_text(&cluster, &placed("DEL a@1 a@2")), "0");
    for (setup, command, reply, look, result) in COMMANDS.map(|(a, b, c, d, e)| (placed(a), placed(b), c, placed(d), e)) {
        let reply = reply.replace("l0", &name_on("l", 1, 2));
        let is_known = reply_text(&cluster, &setup);
        assert!(!is_known.starts_with('('), "{setup}: {is_known}");
        nodes.exchange_roles();
        assert_eq!(reply_text(&cluster, &command), reply, "{command}");
        assert_eq!(reply_text(&cluster, &look), result, "{command}: {look}");
        for server in &nodes.masters {
            let hidden: Vec<String> = redis::cmd("KEYS").arg("*rediscluster*").query(&mut server.client()).unwrap();
            assert_eq!(hidden, Vec::<String>::new(), "{command} leaves hidden keys");
        }
    }
}

fn run(session: &mut Session, commands: &[&str]) -> String {
    let commands: Vec<String> = commands.iter().map(|command| placed(command)).collect();
    let reply = session.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    format_value(&reply.root())
}

#[test]
fn a_transaction_that_replicas_reject_runs_once_at_the_new_masters() {
    let mut nodes = Nodes::start();
    let cluster = nodes.cluster();
    let mut session = cluster.session();
    for round in 1..4 {
        let queued = "OK QUEUED QUEUED";
        let count = run(&mut session, &["MULTI", "INCR a@1", "RPUSH l@1 x", "EXEC"]);
        assert_eq!(count, format!("[{queued} [{} {}]]", 3 * round - 2, 3 * round - 2));
        nodes.exchange_roles();
        let count = run(&mut session, &["MULTI", "INCR a@1", "RPUSH l@1 x", "EXEC"]);
        assert_eq!(count, format!("[{queued} [{} {}]]", 3 * round - 1, 3 * round - 1), "in one request");
        nodes.exchange_roles();
        assert_eq!(run(&mut session, &["MULTI", "INCR a@1"]), "[OK QUEUED]");
        assert_eq!(run(&mut session, &["RPUSH l@1 x"]), "[QUEUED]");
        assert_eq!(run(&mut session, &["EXEC"]), format!("[[{} {}]]", 3 * round, 3 * round), "in several requests");
    }
    assert_eq!(run(&mut session, &["LLEN l@1"]), "[9]");
}

#[test]
fn a_transaction_that_is_queued_during_a_failover_runs_once_at_the_new_master() {
    let mut nodes = Nodes::start();
    let cluster = nodes.cluster();
    let mut session = cluster.session();
    for round in 1..3 {
        assert_eq!(run(&mut session, &["MULTI", "INCR a@1", "INCR a@1"]), "[OK QUEUED QUEUED]");
        nodes.exchange_roles();
        assert_eq!(run(&mut session, &["EXEC"]), format!("[[{} {}]]", 2 * round - 1, 2 * round));
    }
    // Sentinel closes the connections of a master that it makes a replica.
    assert_eq!(run(&mut session, &["MULTI", "INCR a@1"]), "[OK QUEUED]");
    nodes.exchange_roles();
    redis::cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").exec(&mut nodes.replicas[0].client()).unwrap();
    assert_eq!(run(&mut session, &["EXEC"]), "[[5]]");
}

#[test]
fn the_keys_that_a_demoted_master_watched_count_as_changed() {
    let mut nodes = Nodes::start();
    let cluster = nodes.cluster();
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["WATCH a@1", "GET a@1"]), "[OK nil]");
    nodes.exchange_roles();
    assert_eq!(run(&mut session, &["MULTI", "INCR a@1", "EXEC"]), "[OK QUEUED nil]");
    assert_eq!(run(&mut session, &["WATCH a@1", "GET a@1", "MULTI", "INCR a@1", "EXEC"]), "[OK nil OK QUEUED [1]]");
}

#[test]
fn a_blocking_command_waits_on_at_the_new_master() {
    let mut nodes = Nodes::start();
    let cluster = nodes.cluster();
    let command = placed("BLPOP l@1 60");
    let blocked = |nodes: &Nodes| {
        let info: String = redis::cmd("INFO").arg("clients").query(&mut nodes.masters[0].client()).unwrap();
        !info.contains("blocked_clients:0")
    };
    for with_session in [false, true] {
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| match with_session {
                true => run(&mut cluster.session(), &[&command]),
                false => reply_text(&cluster, &command),
            });
            wait_until(|| blocked(&nodes));
            nodes.exchange_roles();
            wait_until(|| blocked(&nodes) || waits.is_finished());
            let _: i64 = redis::cmd("RPUSH").arg(placed("l@1")).arg("x").query(&mut nodes.masters[0].client()).unwrap();
            let reply = waits.join().unwrap();
            assert!(reply.contains(r#""x""#), "{reply}");
        });
    }
}
