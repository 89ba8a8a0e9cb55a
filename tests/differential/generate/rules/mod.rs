//! The forms of the commands, by families.

mod generic;
mod geo;
mod hashes;
mod lists;
mod scripts;
mod server;
mod sets;
mod sorted_sets;
mod streams;
mod strings;

use super::grammar::Rule;

pub fn rules() -> Vec<Rule> {
    [
        strings::RULES,
        generic::RULES,
        lists::RULES,
        sets::RULES,
        sorted_sets::RULES,
        hashes::RULES,
        streams::RULES,
        geo::RULES,
        scripts::RULES,
        server::RULES,
    ]
    .iter()
    .flat_map(|lines| lines.lines())
    .filter(|line| !line.trim().is_empty())
    .map(|line| Rule::read(line.trim()))
    .collect()
}
