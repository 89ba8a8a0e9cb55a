//! Commands without keys that every master gets, SCAN and RANDOMKEY.

use crate::{Case, REJECTED, case};

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = PLAIN.iter().map(|command| case("all masters", 1, "SET A1 1", command)).collect();
    cases.extend([
        case("all masters", 1, "SET A1 1", "DBSIZE"),
        case("all masters", 2, "SET A1 1; HSET HIDDEN2 f v", "DBSIZE"),
        case("all masters", 3, "HSET HIDDEN1 f v; HSET HIDDEN3 f v", "DBSIZE"),
        case("all masters", 1, "", "RANDOMKEY"),
        case("all masters", 1, "SET A1 1; SET A2 2", "RANDOMKEY"),
        case("one after the other", 1, "SET A1 1", "SCAN 0"),
        case("one after the other", 1, "SET A2 1", "SCAN 1 MATCH * COUNT 100"),
        case(REJECTED, 0, "", "SCAN x"),
    ]);
    cases
}

/// One round, in which every master gets the command as it is.
const PLAIN: &[&str] = &[
    "PING",
    "PING hello",
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
