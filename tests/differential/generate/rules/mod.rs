//! The forms of the commands, by families.

mod generic;
mod geo;
mod hashes;
mod keyless;
mod lists;
mod newer;
mod scripts;
mod server;
mod sets;
mod sorted_sets;
mod streams;
mod strings;

use super::grammar::Rule;

/// The forms that all servers have.
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
    .flat_map(|lines| read(lines))
    .collect()
}

/// The forms that Redis 7.0 lacks, of the commands that `is_known` selects.
pub fn newer(is_known: impl Fn(&str) -> bool) -> Vec<Rule> {
    newer::RULES.iter().filter(|(name, _)| is_known(name)).flat_map(|(_, lines)| read(lines)).collect()
}

/// Scripts without keys that use keys of the first of three nodes.
pub fn keyless() -> Vec<Rule> {
    read(keyless::RULES).collect()
}

fn read(lines: &'static str) -> impl Iterator<Item = Rule> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(Rule::read)
}
