//! Commands without keys that every master gets, SCAN and RANDOMKEY.

use crate::recorder::Recorder;
use crate::support::{Server, ports};
use crate::{Case, REJECTED, case};
use rediscluster::{Cluster, Config, pack};

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = PLAIN.iter().map(|command| case("all masters", 1, "SET A1 1", command)).collect();
    cases.extend([
        case("all masters", 1, "SET A1 1", "DBSIZE"),
        case("all masters", 2, "SET A1 1; HSET HIDDEN2 f v", "DBSIZE"),
        case("all masters", 2, "HSET HIDDEN1 f v; HSET HIDDEN3 f v", "DBSIZE"),
        case("all masters", 1, "", "CLIENT UNBLOCK 301"),
        case("all masters", 1, "", "CLIENT KILL ID 301 TYPE normal"),
        case("all masters", 1, "", "CLIENT LIST ID 300 301"),
        case("all masters", 1, "", "RANDOMKEY"),
        case("all masters", 1, "SET A1 1; SET A2 2", "RANDOMKEY"),
        case("one after the other", 3, "SET A1 1", "SCAN 0"),
        case("one after the other", 1, "SET A1 1", "SCAN 0 COUNT 1"),
        case("one after the other", 2, "SET A2 1", "SCAN 1 MATCH * COUNT 100"),
        case(REJECTED, 0, "", "SCAN x"),
    ]);
    cases
}

/// Runs `count` commands in one request and returns how many rounds that takes.
fn rounds_of_pipeline(cluster: &Cluster, recorder: &Recorder, command: &str, count: usize) -> usize {
    let command: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
    let (reply, rounds) = recorder.record(|| cluster.execute(&pack(&command).repeat(count)).expect("a valid request"));
    assert_eq!(reply.entries()[0].length(), count);
    rounds.len()
}

pub fn check_that_pipelines_take_one_round() {
    let servers = Server::start_many(3);
    let recorder = Recorder::start(ports(&servers));
    let cluster = Cluster::open(Config::from_json(recorder.config().as_bytes()).expect("a valid configuration"));
    for command in PLAIN
        .iter()
        .copied()
        .chain(["DBSIZE", "PING"])
        .filter(|command| !["SAVE", "BGREWRITE", "CLIENT KILL", "CLIENT UNBLOCK"].iter().any(|name| command.contains(name)))
    {
        assert_eq!(rounds_of_pipeline(&cluster, &recorder, command, 5), 1, "{command}");
    }
}

/// One round, in which every master gets the command as it is.
const PLAIN: &[&str] = &[
    "KEYS *",
    "FLUSHALL",
    "FLUSHDB ASYNC",
    "SCRIPT LOAD return(1)",
    "SCRIPT EXISTS ffffffffffffffffffffffffffffffffffffffff",
    "SCRIPT FLUSH",
    "SCRIPT KILL",
    "FUNCTION LOAD #!lua",
    "FUNCTION DELETE nothing",
    "FUNCTION RESTORE nothing",
    "FUNCTION FLUSH",
    "FUNCTION KILL",
    "WAIT 0 1",
    "WAITAOF 0 0 1",
    "INFO server",
    "LASTSAVE",
    "CONFIG SET maxmemory 0",
    "CONFIG RESETSTAT",
    "CONFIG REWRITE",
    "CLIENT LIST",
    "CLIENT KILL 127.0.0.1:1",
    "CLIENT KILL ADDR 127.0.0.1:1",
    "CLIENT UNBLOCK x",
    "LATENCY LATEST",
    "LATENCY HISTORY command",
    "LATENCY HISTOGRAM",
    "LATENCY DOCTOR",
    "LATENCY GRAPH command",
    "MEMORY MALLOC-STATS",
    "FUNCTION STATS",
    "MEMORY STATS",
    "MEMORY DOCTOR",
    "ACL LOG",
    "ROLE",
    "CLIENT PAUSE 1 WRITE",
    "CLIENT UNPAUSE",
    "ACL SETUSER somebody",
    "ACL DELUSER somebody",
    "ACL LOAD",
    "ACL SAVE",
    "SAVE",
    "BGSAVE",
    "BGREWRITEAOF",
    "LATENCY RESET",
    "MEMORY PURGE",
    "PUBSUB CHANNELS",
    "PUBSUB NUMPAT",
    "PUBSUB NUMSUB a b",
    "PUBSUB SHARDCHANNELS",
    "PUBSUB SHARDNUMSUB a",
    "SLOWLOG GET 1",
    "SLOWLOG LEN",
    "SLOWLOG RESET",
    "COMMANDLOG GET 1 slow",
    "COMMANDLOG LEN slow",
    "COMMANDLOG RESET slow",
    "SWAPDB 0 1",
];
