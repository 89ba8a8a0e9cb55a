//! Which commands the library has to refuse, foretold by where their keys live.

use super::answer::Answer;
use super::exceptions::{COUNTED, REFUSED};
use super::generate::Command;
use super::generate::command::Side;
use super::generate::names::{NAMES, home};
use rediscluster::Code;

/// What the refusal of a command has to say of its keys, where it must be refused over so many masters; nothing where it has none.
pub fn expected(command: &Command, masters: usize) -> Option<Vec<String>> {
    const SHOWN: usize = 8;
    // One that was made wrong has its keys nobody knows where; it is judged by the reply.
    if masters == 1 || !REFUSED.contains(&command.name.as_str()) || command.spoilt || has_wrong_number(command) {
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

/// Whether a reply is the refusal that was expected.
pub fn is_refusal(answer: &Answer, places: &[String]) -> bool {
    let Answer::Failure(_, message) = answer else { return false };
    answer.is_refusal(Code::CrossNode) && message.starts_with("CROSSNODE ") && places.iter().all(|place| message.contains(place))
}

/// Whether the library refuses in its own words what the server refuses in others: a command whose keys cannot be told.
pub fn is_untold(command: &Command, ours: &Answer, theirs: &Answer) -> bool {
    let Answer::Failure(_, message) = ours else { return false };
    ours.is_refusal(Code::Request)
        && message.ends_with("its arguments do not say which are keys; check the number of keys")
        && matches!(theirs, Answer::Error(_))
        && (has_wrong_number(command) || has_no_ids(command))
}

/// A number of keys that is none, or for which there are too few words.
fn has_wrong_number(command: &Command) -> bool {
    let Some((_, place)) = COUNTED.iter().find(|(name, _)| *name == command.name) else { return false };
    let words = command.spelled(Side::Theirs, 0);
    let text = words.get(*place).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default();
    let number = text.parse::<usize>().ok().filter(|number| number.to_string() == text);
    number.is_none_or(|number| number >= words.len() - place)
}

/// XREAD of a stream without the id that belongs to it.
fn has_no_ids(command: &Command) -> bool {
    let words = command.spelled(Side::Theirs, 0);
    ["xread", "xreadgroup"].contains(&command.name.as_str())
        && words.iter().rev().nth(1).is_some_and(|word| word.eq_ignore_ascii_case(b"STREAMS"))
}
