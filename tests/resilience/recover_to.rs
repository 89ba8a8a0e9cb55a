//! `recover_to`: a value that cannot return to its source, because the source key is in use again, moves to a key that the caller names.

use crate::support::data::{Content, DirectConnections};
use crate::support::proxy::{Afterwards, Callback, Fault, Lost, Network};
use crate::support::recover::{TransferReport, recover, report};
use crate::support::three_nodes::reply_to;
use crate::support::{Server, cluster, name_on, ports, words};
use rediscluster::{Cluster, Error, Value};
use std::sync::Arc;

/// The type, the expiry and the elements of what moves.
type Moved = (&'static str, i64, &'static [&'static str]);

/// For each type of move: the data, the command, the number of commands for the target server before the delivery, and what moves.
const MOVES: [(&str, &str, usize, Moved); 3] = [
    ("RPUSH src@1 a b; PEXPIREAT src@1 4102444800123", "RENAME src@1 dst@2", 5, ("list", 4_102_444_800_123, &["a", "b"])),
    ("RPUSH src@1 a b", "LMOVE src@1 dst@2 LEFT RIGHT", 2, ("list", -1, &["a"])),
    ("SADD src@1 a", "SMOVE src@1 dst@2 a", 2, ("set", -1, &["a"])),
];

const SUBMITTED: [Lost; 2] = [Lost::Command, Lost::Reply];

struct Setup {
    handle: Arc<Cluster>,
    network: Network,
    direct: DirectConnections,
    _servers: Vec<Server>,
}

fn line(line: &str) -> String {
    let word = |word: &str| match word.split_once('@') {
        Some((name, node)) => name_on(name, node.parse().expect("a node"), 2),
        None => word.to_owned(),
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

impl Setup {
    fn new() -> Setup {
        let servers = Server::start_many(2);
        let ports = ports(&servers);
        Setup {
            handle: Arc::new(cluster(&ports, &[])),
            network: Network::start(&ports),
            direct: DirectConnections::to(&servers),
            _servers: servers,
        }
    }

    fn over_network(&self) -> Cluster {
        cluster(self.network.ports(), &[r#""refresh_interval":0"#])
    }

    fn run(&self, command: &str) -> String {
        reply_to(&self.handle, &line(command))
    }

    /// The client of a move dies before the delivery, and another client creates the source again. Returns the hidden key of the value.
    fn leave_waiting(&mut self, data: &str, command: &str, before_delivery: usize) -> String {
        self.direct.restore(&[]);
        data.split("; ").for_each(|command| drop(self.run(command)));
        let fault = Fault { node: 1, step: before_delivery + 1, lost: Lost::Command, afterwards: Afterwards::AllUnreachable };
        self.network.arm(Some(fault));
        self.over_network().command(&words(&line(command))).expect_err("it is interrupted");
        self.network.settle();
        // The source has another type: neither RENAMENX nor LMOVE nor SMOVE can put the value back.
        self.run("DEL src@1");
        self.run("SET src@1 new");
        let reports = recover(&self.handle);
        assert_eq!((reports.len(), reports[0]["outcome"].as_str()), (1, "waiting"), "{command}: {reports:?}");
        reports[0]["key"].clone()
    }

    fn content(&mut self, key: &str) -> Option<Content> {
        self.direct.data().remove(&line(key))
    }
}

/// The names of hidden keys are shown escaped.
fn bytes(shown: &str) -> Vec<u8> {
    shown.replace("\\x00", "\0").into_bytes()
}

fn recover_to(cluster: &Cluster, hidden_key: &str, key: &str) -> Result<TransferReport, Error> {
    let reply = cluster.recover_to(&bytes(hidden_key), line(key).as_bytes())?;
    Ok(match reply.root() {
        Value::Map(members) => report(members),
        Value::Error(text) => TransferReport::from([("outcome".to_owned(), text.escape_ascii().to_string())]),
        other => panic!("recover_to returns {other:?}"),
    })
}

fn expected(content: (&str, i64, &[&str])) -> Content {
    let (kind, expires, elements) = content;
    Content { kind: kind.to_owned(), expires, elements: elements.iter().map(|element| element.to_string()).collect() }
}

#[test]
fn a_waiting_value_moves_to_a_key_on_any_node() {
    let mut setup = Setup::new();
    for (data, command, before, content) in MOVES {
        for to in ["to@1", "to@2"] {
            let hidden = setup.leave_waiting(data, command, before);
            let report = recover_to(&setup.handle, &hidden, to).expect("the servers are up");
            assert_eq!(report["outcome"], "moved", "{command}, {to}: {report:?}");
            assert_eq!(report["source"], line("src@1"));
            assert_eq!(setup.content(to), Some(expected(content)), "{command}, {to}");
            assert_eq!(setup.run("GET src@1"), "\"new\"");
            assert_eq!(setup.direct.internal_keys(), <[String; 0]>::default());
            assert!(recover(&setup.handle).is_empty());
            let again = recover_to(&setup.handle, &hidden, to).expect("the servers are up");
            assert!(again["outcome"].starts_with("ERR no interrupted move has its value in the hidden key"), "{again:?}");
        }
    }
}

#[test]
fn a_key_that_exists_is_not_overwritten() {
    let mut setup = Setup::new();
    let (data, command, before, content) = MOVES[0];
    for to in ["to@1", "to@2"] {
        let hidden = setup.leave_waiting(data, command, before);
        setup.run(&format!("SET {to} x"));
        let report = recover_to(&setup.handle, &hidden, to).expect("the servers are up");
        assert_eq!((report["outcome"].as_str(), report["key"].as_str()), ("waiting", hidden.as_str()), "{report:?}");
        assert_eq!(report["reason"], "the key to move it to exists");
        setup.run(&format!("DEL {to}"));
        assert_eq!(recover_to(&setup.handle, &hidden, to).expect("the servers are up")["outcome"], "moved");
        assert_eq!(setup.content(to), Some(expected(content)));
    }
}

/// After any interruption the value is in exactly one place, and repeated calls bring it to the key.
#[test]
fn a_recover_to_that_dies_at_any_step_can_be_repeated() {
    let mut setup = Setup::new();
    for (data, command, before, content) in MOVES {
        for (to, lost) in ["to@1", "to@2"].into_iter().flat_map(|to| SUBMITTED.map(|lost| (to, lost))) {
            for node in 0..2 {
                for step in 1.. {
                    let hidden = setup.leave_waiting(data, command, before);
                    setup.network.arm(Some(Fault { node, step, lost, afterwards: Afterwards::AllUnreachable }));
                    let _ = recover_to(&setup.over_network(), &hidden, to);
                    setup.network.settle();
                    let died = setup.network.happened();
                    complete(&setup, to);
                    let at = format!("{command}, {to}, {lost:?} at step {step} of node {node}");
                    assert_eq!(setup.content(to), Some(expected(content)), "{at}");
                    assert_eq!(setup.run("GET src@1"), "\"new\"", "{at}");
                    assert_eq!(setup.direct.internal_keys(), <[String; 0]>::default(), "{at}");
                    if !died {
                        break;
                    }
                }
            }
        }
    }
}

/// Calls `recover`, and `recover_to` for what waits.
fn complete(setup: &Setup, to: &str) {
    for report in recover(&setup.handle).iter().filter(|report| report["outcome"] == "waiting") {
        assert_eq!(recover_to(&setup.handle, &report["key"], to).expect("the servers are up")["outcome"], "moved", "{report:?}");
    }
    assert!(recover(&setup.handle).iter().all(|report| report["outcome"] != "waiting"));
}

#[test]
fn one_of_two_concurrent_recover_to_moves_the_value() {
    let mut setup = Setup::new();
    let (data, command, before, content) = MOVES[0];
    for (to, other) in [("to@1", "other@1"), ("to@1", "other@2"), ("to@2", "other@1"), ("to@2", "other@2")] {
        for node in 0..2 {
            for step in 1.. {
                let hidden = setup.leave_waiting(data, command, before);
                let (handle, hidden_key) = (setup.handle.clone(), hidden.clone());
                let meanwhile: Callback = Box::new(move || {
                    drop(handle.recover(std::time::Duration::ZERO));
                    drop(recover_to(&handle, &hidden_key, other));
                });
                let fault = Fault { node, step, lost: Lost::Command, afterwards: Afterwards::Delayed };
                setup.network.arm_with(Some(fault), Some(meanwhile));
                let _ = recover_to(&setup.over_network(), &hidden, to);
                setup.network.settle();
                let stopped = setup.network.happened();
                let at = format!("{to}, {other} at step {step} of node {node}");
                if setup.content(to).is_none() && setup.content(other).is_none() {
                    complete(&setup, to);
                }
                let found: Vec<Content> = [to, other].iter().filter_map(|key| setup.content(key)).collect();
                assert_eq!(found, [expected(content)], "{at}");
                recover(&setup.handle);
                assert_eq!(setup.direct.internal_keys(), <[String; 0]>::default(), "{at}");
                if !stopped {
                    break;
                }
            }
        }
    }
}

/// The delivery reached the target server, and its reply is lost: the value must not be at both keys.
#[test]
fn a_value_that_was_delivered_is_not_moved() {
    let mut setup = Setup::new();
    for (data, command, before, content) in MOVES {
        setup.direct.restore(&[]);
        data.split("; ").for_each(|command| drop(setup.run(command)));
        // MULTI and the three or four commands of a delivery, then EXEC.
        let last = before + 5;
        setup.network.arm(Some(Fault { node: 1, step: last, lost: Lost::Reply, afterwards: Afterwards::AllUnreachable }));
        setup.over_network().command(&words(&line(command))).expect_err("it is interrupted");
        setup.network.settle();
        let reply = setup.handle.recover(std::time::Duration::from_secs(3600)).expect("the servers are up");
        let Value::Array(mut found) = reply.root() else { panic!("{reply:?}") };
        let Some(Value::Map(members)) = found.next() else { panic!("{reply:?}") };
        let hidden = report(members)["key"].clone();
        let report = recover_to(&setup.handle, &hidden, "to@1").expect("the servers are up");
        assert_eq!(report["outcome"], "finished", "{command}: {report:?}");
        assert_eq!(setup.content("to@1"), None);
        assert_eq!(setup.content("dst@2"), Some(expected(content)), "{command}");
        assert_eq!(setup.direct.internal_keys(), <[String; 0]>::default());
    }
}
