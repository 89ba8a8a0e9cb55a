//! Commands of which each node gets a part: MGET and its like, MSETNX, MIGRATE.

use crate::{Case, case, newer_case};

pub fn cases() -> Vec<Case> {
    vec![
        case("split", 1, "SET A1 1; SET B2 2", "MGET A1 B2 C3"),
        case("split", 1, "", "MGET A1 B1 A2"),
        case("split", 1, "", "MSET A1 1 B2 2"),
        newer_case("split", 1, "", "MSETEX 2 A1 1 B2 2"),
        case("split", 1, "", "DEL A1 B2 A1"),
        case("split", 1, "SET A1 1", "UNLINK A1 B3"),
        case("split", 1, "", "EXISTS A2 B3"),
        case("split", 1, "", "TOUCH A1 A2 A3"),
        case("all or none", 4, "", "MSETNX A1 1 B2 2"),
        case("all or none", 4, "", "MSETNX A3 1 B2 2 C3 3 A1 1"),
        case("all or none", 2, "SET B2 2", "MSETNX A1 1 B2 2"),
        case("all or none", 2, "SET B1 2", "MSETNX A1 1 B1 2 C2 3 A3 4"),
        case("one node", 1, "", "MSETNX A1 1 B2"),
        case("split", 1, "SET A1 1; SET B2 2", "MIGRATE 127.0.0.1 PORT  0 5000 KEYS A1 B2 C1"),
        case("split", 1, "", "MIGRATE 127.0.0.1 PORT  0 5000 COPY REPLACE KEYS A1 B2"),
    ]
}
