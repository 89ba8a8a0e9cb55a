//! Predicts from the nodes of the keys which commands the library must refuse.

use super::comparisons::{COUNTED, REFUSED};
use super::generate::Command;
use super::generate::command::{Side, Word};
use super::generate::key_names::{NAMES, home};
use super::reply::OwnedReply;
use rediscluster::Code;

/// The keys and nodes that the refusal must name, if the command must be refused over this number of masters; empty for a command without
/// keys.
pub fn expected(command: &Command, masters: usize, in_session: bool) -> Option<Vec<String>> {
    const SHOWN: usize = 8;
    // The keys of a corrupted command are unknown; its reply is compared instead.
    let is_refused = match command.name.as_str() {
        // A session has a name.
        "client|getname" => !in_session,
        // One server sets all keys or none.
        "msetex" => has_condition(command),
        name => REFUSED.contains(&name),
    };
    if masters == 1 || !is_refused || command.corrupted || has_wrong_number(command) {
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
    let message = match reply {
        OwnedReply::Failure(_, message) if reply.is_refusal(Code::CrossNode) => message.as_str(),
        // Of a stream.
        OwnedReply::Error(text) => &String::from_utf8_lossy(text),
        _ => return false,
    };
    message.starts_with("CROSSNODE ") && places.iter().all(|place| message.contains(place))
}

fn has_condition(command: &Command) -> bool {
    let words = command.spelled(Side::Oracle, 0);
    // The options follow the last key and its value.
    let last_key = command.words.iter().rposition(|word| matches!(word, Word::Key { .. })).unwrap_or(0);
    words.iter().skip(last_key + 2).any(|word| word.eq_ignore_ascii_case(b"NX") || word.eq_ignore_ascii_case(b"XX"))
}

/// Whether the number of keys is invalid or greater than the number of arguments.
fn has_wrong_number(command: &Command) -> bool {
    let Some((_, place)) = COUNTED.iter().find(|(name, _)| *name == command.name) else { return false };
    let words = command.spelled(Side::Oracle, 0);
    let text = words.get(*place).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default();
    let number = text.parse::<usize>().ok().filter(|number| number.to_string() == text);
    number.is_none_or(|number| number >= words.len() - place)
}
