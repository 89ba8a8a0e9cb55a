//! Commands of one node, and those that are rejected.

use crate::{Case, REJECTED, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("one node", 1, "", "GET A1"),
        case("one node", 1, "", "SET A2 1 EX 100"),
        case("one node", 1, "", "MGET A3 B3"),
        case("one node", 1, "", "MSETNX A1 1 B1 2"),
        case("one node", 1, "SADD A1 a; SADD B1 b", "SUNIONSTORE C1 A1 B1"),
        case("one node", 1, "RPUSH A1 a", "LMOVE A1 B1 LEFT RIGHT"),
        case("one node", 1, "", "BLPOP A1 B1 0.01"),
        case("one node", 1, "RPUSH A1 b a", "SORT A1 ALPHA STORE B1"),
        case("one node", 1, "XADD A1 1-1 f v", "XREAD STREAMS A1 0"),
        case("one node", 1, "", "EVAL return(1) 1 A2"),
        case("fixed node", 1, "", "EVAL return(1) 0 A2"),
        case(REJECTED, 0, "", "EVAL redis.call('GET','x') 0"),
        case("one node", 1, "", "EVALSHA ffffffffffffffffffffffffffffffffffffffff 1 A2"),
        // Every master replies the same to these, so the first one is asked.
        case("one node", 1, "", "TIME"),
        case("one node", 1, "", "PING"),
        case("one node", 1, "", "PING hello"),
        case("one node", 1, "", "ECHO hello"),
        case("one node", 1, "", "COMMAND COUNT"),
        // A wrong number of keys or arguments, or no node.
        case("one node", 1, "", "SINTERCARD 0 A1"),
        case("one node", 1, "", "GET"),
        case("one node", 1, "", "MSET A1 1 B2"),
        case("one node", 1, "", "LINSERT A1"),
        case("one node", 1, "", "ZUNION x A1 A2"),
        case(REJECTED, 0, "", "SHUTDOWN"),
        case(REJECTED, 0, "", "MULTI"),
        case(REJECTED, 0, "", "EVAL return(1) 2 A1 A2"),
    ]
}
