//! XREAD and XREADGROUP.

use crate::{Case, REJECTED, case};

const GROUPS: &str = "XADD A1 1-1 f v; XADD A2 1-1 f v; XGROUP CREATE A1 g 0; XGROUP CREATE A2 g 0";
const READ_GROUPS: &str = "XADD A1 1-1 f v; XADD A2 1-1 f v; XGROUP CREATE A1 g $; XGROUP CREATE A2 g $";

pub fn cases() -> Vec<Case> {
    vec![
        case("split", 1, "XADD A1 1-1 f v", "XREAD STREAMS A1 A2 0 0"),
        case("split", 1, "", "XREAD COUNT 2 STREAMS A1 A2 B2 0 0 0"),
        case("split", 1, "XADD A1 1-1 f v", "XREAD STREAMS A1 A2 $ $"),
        case("split", 1, "XADD A2 1-1 f v", "XREAD BLOCK 50 STREAMS A1 A2 0 0"),
        case("split", 2, "XADD A2 1-1 f v", "XREAD BLOCK 50 STREAMS A1 A2 $ 0"),
        case("split", 7, "", "XREAD BLOCK 50 STREAMS A1 A2 0 0"),
        case("split", 6, "XADD A2 1-1 f v", "XREAD BLOCK 50 STREAMS A1 A2 $ $"),
        case(REJECTED, 2, "SET A1 1; XADD A2 1-1 f v", "XREAD STREAMS A1 A2 0 0"),
        case("split", 2, GROUPS, "XREADGROUP GROUP g c STREAMS A1 A2 > >"),
        case("split", 2, GROUPS, "XREADGROUP GROUP g c COUNT 1 NOACK STREAMS A1 A2 0 >"),
        case("split", 2, GROUPS, "XREADGROUP GROUP g c BLOCK 20 STREAMS A1 A2 > >"),
        case("split", 7, READ_GROUPS, "XREADGROUP GROUP g c BLOCK 20 STREAMS A1 A2 > >"),
        case("split", 2, "XADD A1 1-1 f v; XGROUP CREATE A1 g 0", "XREADGROUP GROUP g c STREAMS A1 A2 > >"),
        case("split", 2, "XADD A1 1-1 f v; XADD A2 1-1 f v", "XREADGROUP GROUP g c STREAMS A1 A2 > >"),
        case(REJECTED, 2, "XADD A1 1-1 f v", "XREAD STREAMS A1 A2 0 nothing"),
        case(REJECTED, 2, "XADD A1 1-1 f v", "XREAD BLOCK 50 STREAMS A1 A2 0 nothing"),
        case("split", 2, GROUPS, "XREADGROUP GROUP g c BLOCK 50 STREAMS A1 A2 0 >"),
        case(REJECTED, 2, GROUPS, "XREADGROUP GROUP g c STREAMS A1 A2 0 nothing"),
        case(REJECTED, 1, "", "XREAD COUNT x STREAMS A1 A2 0 0"),
    ]
}
