//! Pops from the first of several keys that is not empty.

use crate::{Case, REJECTED, case};

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (command, first, second) in [
        ("LMPOP 2 A1 A2 LEFT", "RPUSH A1 a b", "RPUSH A2 a b"),
        ("LMPOP 3 A2 A3 B3 RIGHT COUNT 2", "RPUSH A3 a b; RPUSH A2 a", "RPUSH A3 a b; RPUSH B3 a"),
        ("ZMPOP 2 A1 A2 MIN COUNT 5", "ZADD A1 1 a", "ZADD A2 1 a"),
    ] {
        // If the first key that exists is not the first one, those before it are looked at again.
        cases.extend([case("pop", 2, first, command), case("pop", 3, second, command), case("pop", 1, "", command)]);
    }
    for (command, first, second) in [
        ("BLPOP A1 A2 60", "RPUSH A1 a b", "RPUSH A2 a b"),
        ("BRPOP A3 A2 A1 60", "RPUSH A3 a b; RPUSH A1 a", "RPUSH A2 a b"),
        ("BLMPOP 60 2 A1 A2 LEFT", "RPUSH A1 a b", "RPUSH A2 a b"),
        ("BZPOPMIN A1 B1 A2 60", "ZADD A1 1 a", "ZADD A2 1 a"),
        ("BZPOPMAX A1 A2 60", "ZADD A1 1 a", "ZADD A2 1 a"),
        ("BZMPOP 60 2 A1 A2 MAX", "ZADD A1 1 a", "ZADD A2 1 a"),
    ] {
        cases.extend([case("pop", 2, first, command), case("pop", 3, second, command)]);
    }
    // A look, a subscription on each of the nodes, another look, and the end of the subscriptions. A subscription takes two rounds, or one if the
    // connections are open. The time is enough for all of them on a busy machine.
    cases.extend([
        case("pop", 7, "", "BLPOP A1 A2 0.5"),
        case("pop", 7, "", "BZMPOP 0.5 3 A1 A2 A3 MAX"),
        case("pop", 2, "SET A1 1; RPUSH A2 a", "BLPOP A1 A2 60"),
        case("pop", 2, "SET A1 1; RPUSH A2 a", "LMPOP 2 A2 A1 LEFT"),
        case(REJECTED, 1, "", "LMPOP 2 A1 A2 MIDDLE"),
        case(REJECTED, 1, "", "BLPOP A1 A2 never"),
    ]);
    cases
}
