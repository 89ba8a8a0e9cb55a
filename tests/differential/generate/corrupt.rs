//! Makes commands invalid.

use super::builder::Builder;
use super::command::{Command, Word};
use super::grammar::Corruption;

/// None of these numbers makes a server allocate a large amount of memory.
const ODD: &[&str] = &[
    "",
    "-1",
    "0",
    "1.5",
    "abc",
    "nan",
    "+1",
    " 1",
    "0x10",
    "1\0",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "LIMIT",
    "store",
    "COUNT",
    "k1",
    "k3",
];

/// Makes one change, if the rule allows it.
pub fn corrupt(builder: &mut Builder, command: &mut Command, corruption: Corruption) {
    let words = &mut command.words;
    // The name is kept, because it selects how the reply is compared.
    let start = command.name.split('|').count();
    let kinds = match corruption {
        Corruption::Nothing => return,
        Corruption::Length => 2,
        Corruption::Anything => 6,
    };
    if words.len() <= start {
        return words.push(odd(builder));
    }
    let at = start + builder.random.below(words.len() - start);
    match builder.random.below(kinds) {
        0 => drop(words.remove(at)),
        1 => words.push(odd(builder)),
        2 => {
            let other = start + builder.random.below(words.len() - start);
            words.swap(at, other);
        }
        3 => words.insert(at, words[at].clone()),
        _ => words[at] = odd(builder),
    }
}

fn odd(builder: &mut Builder) -> Word {
    Word::Text(builder.random.pick(ODD).as_bytes().to_vec())
}
