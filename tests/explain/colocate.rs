//! Commands whose operands are copied to one node, where they run.
//!
//! The server computes the result, so `explain` assumes that a source which exists is of the right type and that the result is not empty.

use crate::{Case, REJECTED, case};

const PLACES: &str = "GEOADD A1 13.3 38.1 palermo 15.1 37.5 catania";

pub fn cases() -> Vec<Case> {
    vec![
        case("colocate", 2, "PFADD A1 a; PFADD A2 b", "PFCOUNT A1 A2"),
        case("colocate", 2, "PFADD A1 a; PFADD A2 b; PFADD B1 c", "PFCOUNT A2 A1 B1"),
        case("colocate", 2, "PFADD A1 a", "PFCOUNT A1 A2"),
        case(REJECTED, 2, "PFADD A1 a; SADD A2 b", "PFCOUNT A1 A2"),
        case("colocate", 2, "PFADD A1 a; PFADD A2 b", "PFMERGE A3 A1 A2"),
        case("colocate", 2, "PFADD A1 a; PFADD A2 b", "PFMERGE A1 A2"),
        case("colocate", 2, "", "PFMERGE A1 A2 A3"),
        case("colocate", 2, "SET A1 abcdef; SET A2 bdf", "LCS A1 A2 LEN"),
        case("colocate", 2, "SET A1 abcdef", "LCS A1 A2"),
        case(REJECTED, 2, "SADD A1 a; SET A2 b", "LCS A1 A2"),
        case("colocate", 2, "ZADD A1 1 a 2 b", "ZRANGESTORE A2 A1 0 -1"),
        case("colocate", 2, "ZADD A1 1 a 2 b; SADD A2 m*3000", "ZRANGESTORE A2 A1 0 -1"),
        case("colocate", 2, "", "ZRANGESTORE A2 A1 0 -1"),
        case("colocate", 2, "SADD A2 m*3000", "ZRANGESTORE A2 A1 0 -1"),
        case("colocate", 2, PLACES, "GEOSEARCHSTORE A2 A1 FROMLONLAT 15 37 BYRADIUS 200 km"),
        case("colocate", 2, PLACES, "GEORADIUS A1 15 37 200 km STORE A2"),
        case("colocate", 2, PLACES, "GEORADIUSBYMEMBER A1 palermo 200 km STOREDIST A2"),
        case("colocate", 2, PLACES, "GEORADIUS A1 15 37 200 km STORE A2 STORE A3"),
    ]
}
