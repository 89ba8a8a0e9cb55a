//! Commands that move a key, an element or a member to another node.

use crate::{Case, REJECTED, case};

pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        case("transfer", 2, "SET A1 1", "COPY A1 A2"),
        case("transfer", 2, "SET A1 1 PX 100000000; SET A2 2", "COPY A1 A2 REPLACE"),
        case("transfer", 2, "SET A1 1; SET A2 2", "COPY A1 A2"),
        case("transfer", 3, "SET A1 1", "COPY A1 A2 DB 1 REPLACE"),
        case("transfer", 2, "", "COPY A1 A2"),
        case(REJECTED, 2, "SET A1 1", "COPY A1 A2 DB 99"),
        case(REJECTED, 1, "SET A1 1", "COPY A1 A2 NONSENSE"),
        case("transfer", 6, "SET A1 1", "RENAME A1 A2"),
        case("transfer", 6, "SADD A1 m*3000; SET A2 1", "RENAME A1 A2"),
        case("transfer", 6, "SET A1 1 PX 100000000", "RENAME A1 A2"),
        case(REJECTED, 2, "SET A2 1", "RENAME A1 A2"),
        case("transfer", 6, "SET A1 1", "RENAMENX A1 A2"),
        case("transfer", 5, "SET A1 1; SET A2 1", "RENAMENX A1 A2"),
        case(REJECTED, 2, "SET A2 1", "RENAMENX A1 A2"),
        case("transfer", 5, "SADD A1 a b; SADD A2 c", "SMOVE A1 A2 a"),
        case("transfer", 5, "SADD A1 a", "SMOVE A1 A2 a"),
        case("transfer", 5, "SADD A1 a; SADD A2 a", "SMOVE A1 A2 a"),
        case("transfer", 2, "SADD A1 b", "SMOVE A1 A2 a"),
        case("transfer", 2, "SET A2 1", "SMOVE A1 A2 a"),
        case(REJECTED, 1, "SADD A1 a; SET A2 1", "SMOVE A1 A2 a"),
        case(REJECTED, 1, "SET A1 1", "SMOVE A1 A2 a"),
    ];
    for command in ["LMOVE A1 A2 LEFT RIGHT", "RPOPLPUSH A1 A2", "BLMOVE A1 A2 RIGHT LEFT 0.05", "BRPOPLPUSH A1 A2 0.05"] {
        cases.extend([
            case("transfer", 5, "RPUSH A1 a b", command),
            case("transfer", 5, "RPUSH A1 a; RPUSH A2 b", command),
            case(REJECTED, 1, "RPUSH A1 a; SET A2 b", command),
            case(REJECTED, 1, "SET A1 a", command),
        ]);
    }
    cases.extend([
        case("transfer", 2, "RPUSH A2 a", "LMOVE A1 A2 LEFT RIGHT"),
        case("transfer", 2, "SET A2 a", "RPOPLPUSH A1 A2"),
        // A try, a subscription, another try, and the end of the subscription.
        case("transfer", 6, "", "BLMOVE A1 A2 LEFT RIGHT 0.05"),
        case("transfer", 5, "", "BRPOPLPUSH A1 A2 0.05"),
        case(REJECTED, 1, "", "LMOVE A1 A2 LEFT MIDDLE"),
        case(REJECTED, 0, "", "BLMOVE A1 A2 LEFT RIGHT never"),
    ]);
    cases
}
