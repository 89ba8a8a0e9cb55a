//! Commands that combine several operands: set, sorted set and string operations.
//!
//! A set of up to 128 members, a sorted set of fewer than 128 and a string of up to 4096 bytes arrive with the first round. Members of a set
//! are asked for where it has more than four times as many as the smallest one. What is eight times as large as all the rest stays.

use crate::{Case, REJECTED, case, newer_case};

const SMALL: &str = "SADD A1 a b; SADD A2 b c";
const LARGE: &str = "SADD A1 m*300; SADD A2 m*400";

pub fn sets() -> Vec<Case> {
    let mut cases = Vec::new();
    for data in ["", SMALL, LARGE, "SADD A1 a; SADD A2 m*3000"] {
        cases.push(case("gather", 1, data, "SUNION A1 A2"));
        cases.push(case("gather", 1, data, "SUNION A1 A2 A3 B1 A1"));
    }
    for (command, rounds) in [("SINTER A1 A2", 1), ("SDIFF A1 A2", 1), ("SINTERCARD 2 A1 A2 LIMIT 5", 1)] {
        cases.extend([
            case("gather", rounds, SMALL, command),
            case("gather", rounds, "", command),
            case("gather", rounds + 1, LARGE, command),
            case("gather", rounds + 1, "SADD A1 m*300; SADD A2 m*1200", command),
            case("gather by SMISMEMBER", rounds + 2, "SADD A1 m*300; SADD A2 m*1201", command),
            case("gather by SMISMEMBER", rounds + 1, "SADD A1 m*100; SADD A2 m*1000", command),
            case("gather by SMISMEMBER", rounds + 2, "SADD A1 m*6000; SADD A2 m*25000", command),
        ]);
    }
    cases.extend([
        newer_case("gather", 1, SMALL, "SUNIONCARD 2 A1 A2"),
        newer_case("gather", 2, LARGE, "SUNIONCARD 2 A1 A2 LIMIT 5"),
        newer_case("gather", 1, SMALL, "SDIFFCARD 2 A1 A2"),
    ]);
    for (command, rounds) in [("SUNIONSTORE A3 A1 A2", 2), ("SINTERSTORE A3 A1 A2", 2), ("SDIFFSTORE A3 A1 A2", 2)] {
        cases.extend([
            case("gather", rounds, SMALL, command),
            case("gather", rounds + 1, "SADD A1 m*300; SADD A2 m*250", command),
            // The old value is freed in the background.
            case("gather", rounds, "SADD A1 a b; SADD A2 b c; SADD A3 m*3000", command),
            case("gather", rounds, "", command),
        ]);
    }
    cases.extend([
        // There is nothing to ask for.
        case("gather", 1, "SADD A2 m*300", "SINTER A1 A2"),
        case("gather", 1, "SADD A2 m*300", "SDIFF A1 A2"),
        case("gather", 2, "SADD A2 m*300", "SINTERSTORE A3 A1 A2"),
        case("gather", 1, "SADD A1 a; SADD A2 b; SADD A3 m*300", "SINTER A1 A2 A3"),
        case("gather by SMISMEMBER", 2, "SADD A1 a b; SADD A2 b c; SADD A3 m*300", "SDIFF A1 A2 A3"),
        case("gather", 1, "SADD A1 a", "SDIFF A1 A2 A1"),
        case("gather", 2, "SADD A1 a; SADD A2 b", "SINTERSTORE A3 A1 A2"),
        // Several operands on one node.
        case("gather", 2, "SADD A1 m*300; SADD B1 m*200; SADD A2 m*200", "SINTER A1 B1 A2"),
        case("gather by SMISMEMBER", 3, "SADD A1 m*300; SADD B1 m*2000; SADD A2 m*2000", "SINTER A1 B1 A2"),
        // The destination is an operand too.
        case("gather", 2, SMALL, "SUNIONSTORE A1 A1 A2"),
        case("gather", 2, SMALL, "SINTERSTORE A2 A1 A2"),
        case("gather by SMISMEMBER", 3, "SADD A1 a; SADD A2 m*1000", "SDIFFSTORE A1 A1 A2"),
        case("gather", 3, "SADD A1 m*300; SADD A2 m*300", "SUNIONSTORE A1 A1 A2"),
        // The destination's node holds eight times as much as the others.
        case("colocate", 3, "SADD A1 m*3000; SADD A2 a", "SUNIONSTORE B1 A1 A2"),
        case("colocate", 4, "SADD A1 m*3000; SADD A2 a", "SUNIONSTORE A1 A1 A2"),
        case("colocate", 4, "SADD A1 m*3000; SADD A2 m1", "SINTERSTORE A1 A2 A1"),
        case("colocate", 2, "SADD A1 m*3000", "SUNIONSTORE B1 A1 A2"),
        case("gather", 2, "SADD A1 a; SADD A2 b; SADD B1 m*3000", "SUNIONSTORE B1 A1 A2"),
        // Wrong types and options.
        case(REJECTED, 1, "SET A1 1; SADD A2 a", "SUNION A1 A2"),
        case(REJECTED, 1, "SET A1 1; SADD A2 a", "SINTER A1 A2"),
        case(REJECTED, 1, "SET A1 1; SADD A2 a", "SUNIONSTORE A3 A1 A2"),
        case(REJECTED, 3, SMALL, "SINTERCARD 2 A1 A2 LIMIT x"),
    ]);
    cases
}

const SMALL_SCORES: &str = "ZADD A1 1 a 2 b; ZADD A2 3 b 4 c";

pub fn sorted_sets() -> Vec<Case> {
    let mut cases = Vec::new();
    for command in ["ZUNION 2 A1 A2", "ZINTER 2 A1 A2 WITHSCORES", "ZDIFF 2 A1 A2", "ZINTERCARD 2 A1 A2 LIMIT 5"] {
        cases.extend([
            case("gather", 1, SMALL_SCORES, command),
            case("gather", 1, "", command),
            case("gather", 1, "ZADD A1 #m*127; ZADD A2 1 m1", command),
            // Its serialised form is compact, which the library does not read.
            case("gather", 3, "ZADD A1 #m*128; ZADD A2 #m*100", command),
            case("gather", 2, "ZADD A1 #m*300; ZADD A2 #m*300", command),
            case("gather", 2, "ZADD A1 #m*20; SADD A2 m1 m2", command),
        ]);
    }
    for command in ["ZUNIONSTORE A3 2 A1 A2 WEIGHTS 1 2", "ZINTERSTORE A3 2 A1 A2 AGGREGATE MAX", "ZDIFFSTORE A3 2 A1 A2"] {
        cases.extend([
            case("gather", 2, SMALL_SCORES, command),
            case("gather", 2, "", command),
            case("gather", 3, "ZADD A1 #m*300; ZADD A2 #m*200", command),
            case("gather", 2, "ZADD A1 1 a 2 b; ZADD A2 3 b; SADD A3 m*3000", command),
        ]);
    }
    cases.extend([
        case("gather", 1, SMALL_SCORES, "ZUNION 3 A1 A2 A1 WITHSCORES"),
        // Several operands on one node.
        case("gather", 2, "ZADD A1 #m*300; ZADD A2 #m*300; SADD B1 m1; ZADD C1 #m*300", "ZUNION 4 A1 B1 C1 A2"),
        // One operand is more than eight times as large as another.
        case("colocate", 3, "ZADD A1 #m*3000; ZADD A2 1 m1", "ZINTER 2 A1 A2"),
        case("colocate", 3, "ZADD A1 1 m1; ZADD A2 #m*3000", "ZINTERCARD 2 A1 A2"),
        case("colocate", 3, "ZADD A1 1 m1; ZADD A2 #m*3000", "ZDIFF 2 A1 A2"),
        case("gather", 2, "ZADD A1 1 m1; ZADD A2 #m*3000", "ZUNION 2 A1 A2"),
        case("gather", 2, "ZADD A1 #m*3000; ZADD A2 1 m1", "ZDIFF 2 A1 A2"),
        case("colocate", 2, "ZADD A1 #m*3000", "ZINTER 2 A1 A2"),
        case("colocate", 4, "ZADD A1 #m*3000; ZADD A2 1 m1", "ZINTERSTORE A3 2 A1 A2"),
        case("colocate", 3, "ZADD A1 #m*3000; ZADD A2 1 m1", "ZINTERSTORE B1 2 A1 A2"),
        case("colocate", 4, "ZADD A1 1 m1; ZADD A2 #m*3000; SADD A3 m*3000", "ZINTERSTORE A3 2 A1 A2"),
        case("colocate", 3, "ZADD A1 1 m1; ZADD A2 #m*3000; ZADD A3 #m*3000", "ZINTER 3 A1 A2 A3"),
        // A round trip costs as much as 16 KiB, so a source of less goes to the destination's node.
        case("colocate", 3, "ZADD A1 #m*128; ZADD A2 1 m1", "ZINTERSTORE B2 2 A1 A2"),
        case("colocate", 4, "ZADD A1 #m*3000; ZADD A2 1 m1", "ZINTERSTORE B2 2 A1 A2"),
        // The destination is an operand too.
        case("gather", 2, SMALL_SCORES, "ZUNIONSTORE A1 2 A1 A2"),
        case("gather", 3, "ZADD A1 #m*300; ZADD A2 #m*300", "ZUNIONSTORE A2 2 A1 A2"),
        case("colocate", 4, "ZADD A1 #m*3000; ZADD A2 1 m1", "ZINTERSTORE A1 2 A1 A2"),
        // Empty results.
        case("gather", 2, "ZADD A1 1 a; ZADD A2 1 b", "ZINTERSTORE A3 2 A1 A2"),
        // Wrong types and options.
        case(REJECTED, 2, "SET A1 1; ZADD A2 1 a", "ZUNION 2 A1 A2"),
        case(REJECTED, 3, "SET A1 1; ZADD A2 1 a", "ZUNIONSTORE A3 2 A1 A2"),
        case(REJECTED, 3, SMALL_SCORES, "ZUNION 2 A1 A2 AGGREGATE NONSENSE"),
    ]);
    cases
}

pub fn bits() -> Vec<Case> {
    vec![
        case("gather", 2, "SET A1 abc; SET A2 x", "BITOP AND A3 A1 A2"),
        case("gather", 2, "SET A1 x^4096; SET A2 x", "BITOP OR A3 A1 A2"),
        case("gather", 3, "SET A1 x^4097; SET A2 x", "BITOP OR A3 A1 A2"),
        case("gather", 3, "SET A1 x^5000; SET A2 x^6000; SET B1 x^7000", "BITOP XOR A3 A1 A2 B1 A1"),
        case("gather", 2, "SET A1 abc", "BITOP NOT A2 A1"),
        case("gather", 2, "", "BITOP AND A3 A1 A2"),
        case("gather", 2, "SET A1 abc; SET A2 x; SET A3 x^100000", "BITOP AND A3 A1 A2"),
        // The larger part is on the destination's node.
        case("colocate", 3, "SET A1 x^5000; SET A2 x", "BITOP OR B1 A1 A2"),
        case("gather", 3, "SET A1 x^5000; SET A2 x^5001", "BITOP OR B1 A1 A2"),
        case("colocate", 2, "SET A1 x^5000", "BITOP OR B1 A1 A2"),
        // The destination is an operand too.
        case("gather", 2, "SET A1 abc; SET A2 x", "BITOP AND A1 A1 A2"),
        case("gather", 3, "SET A1 abc; SET A2 x^5000", "BITOP AND A1 A1 A2"),
        case("colocate", 4, "SET A1 x^5000; SET A2 x", "BITOP AND A1 A1 A2"),
        // Wrong types and operations.
        case(REJECTED, 1, "SADD A1 a; SET A2 x", "BITOP AND A3 A1 A2"),
        case(REJECTED, 2, "SET A1 x; SET A2 x", "BITOP NONSENSE A3 A1 A2"),
        case(REJECTED, 2, "SET A1 x; SET A2 x", "BITOP NOT A3 A1 A2"),
    ]
}
