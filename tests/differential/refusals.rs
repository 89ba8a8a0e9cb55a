//! Predicts from the nodes of the keys which commands the library must refuse.

use super::comparisons::{COUNTED, REFUSED};
use super::generate::Command;
use super::generate::command::Side;
use super::generate::key_names::{NAMES, home};
use super::reply::OwnedReply;
use rediscluster::Code;

/// The keys and nodes that the refusal must name, if the command must be refused over this number of masters; empty for a command without
/// keys.
pub fn expected(command: &Command, masters: usize) -> Option<Vec<String>> {
    const SHOWN: usize = 8;
    // The keys of a corrupted command are unknown; its reply is compared instead.
    if masters == 1 || !REFUSED.contains(&command.name.as_str()) || command.corrupted || has_wrong_number(command) {
        return None;
    }
    let is_keyless_script = COUNTED.iter().any(|(name, _)| *name == command.name) && command.keys().next().is_none();
    if is_keyless_script {
        return None;
    }
    let keys: Vec<&[u8]> = command.keys().map(|key| NAMES[key].name).collect();
    let same = |pair: &[&[u8]]| home(pair[0], masters) == home(pair[1], masters);
    if !keys.is_empty() && keys.windows(2).all(same) {
        return None;
    }
    let place = |key: &&[u8]| format!("\"{}\" on node_{}", key.escape_ascii(), home(key, masters) + 1);
    Some(keys.iter().take(SHOWN).map(place).collect())
}

/// Whether a reply is the expected refusal.
pub fn is_refusal(reply: &OwnedReply, places: &[String]) -> bool {
    let OwnedReply::Failure(_, message) = reply else { return false };
    reply.is_refusal(Code::CrossNode) && message.starts_with("CROSSNODE ") && places.iter().all(|place| message.contains(place))
}

/// Whether the number of keys is invalid or greater than the number of arguments.
fn has_wrong_number(command: &Command) -> bool {
    let Some((_, place)) = COUNTED.iter().find(|(name, _)| *name == command.name) else { return false };
    let words = command.spelled(Side::Oracle, 0);
    let text = words.get(*place).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default();
    let number = text.parse::<usize>().ok().filter(|number| number.to_string() == text);
    number.is_none_or(|number| number >= words.len() - place)
}
