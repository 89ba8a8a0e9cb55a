//! SORT, whose patterns name keys of any node.

use crate::{Case, REJECTED, case};

const LIST: &str = "RPUSH A1 1 2 3";
const WEIGHTS: &str = "RPUSH A1 1 2; SET A2 x; SET A3 y; HSET B2 f 1";

pub fn cases() -> Vec<Case> {
    vec![
        // Without patterns it is colocated as other commands are.
        case("colocate", 2, LIST, "SORT A1 STORE A2"),
        case("colocate", 2, "", "SORT A1 STORE A2"),
        case("colocate", 2, "RPUSH A1 3 1 2; SADD A2 m*3000", "SORT A1 STORE A2"),
        case("colocate", 4, LIST, "SORT A1 BY w*"),
        case("colocate", 4, LIST, "SORT A1 BY w* GET # GET o*->f DESC"),
        case("colocate", 4, LIST, "SORT_RO A1 BY w*->f ALPHA LIMIT 0 1"),
        case("colocate", 4, "SADD A1 1 2", "SORT A1 BY w*"),
        case("colocate", 4, "ZADD A1 1 1 2 2", "SORT A1 GET w*"),
        case("colocate", 4, WEIGHTS, "SORT A1 BY w* GET o*->f"),
        case("colocate", 5, LIST, "SORT A1 BY w* STORE A2"),
        case("colocate", 4, LIST, "SORT A1 BY w* STORE B1"),
        case("colocate", 5, "RPUSH A1 3 1 2; SADD A2 m*3000", "SORT A1 BY w* STORE A2"),
        case("one node", 1, LIST, "SORT A1 BY nosort GET #"),
        case("colocate", 2, "", "SORT A1 BY w*"),
        case("colocate", 3, "", "SORT A1 BY w* STORE A2"),
        case(REJECTED, 2, "HSET A1 f v", "SORT A1 BY w*"),
        case(REJECTED, 1, LIST, "SORT A1 BY w* NONSENSE"),
    ]
}
