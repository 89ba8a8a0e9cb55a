//! Which commands the library has to refuse, foretold by where their keys live.

use super::answer::Answer;
use super::exceptions::{COUNTED, REFUSED};
use super::generate::Command;
use super::generate::command::Word;
use super::generate::names::{NAMES, home};
use rediscluster::Code;

/// What the refusal of a command has to say of its keys, where it must be refused over so many masters; nothing where it has none.
pub fn expected(command: &Command, masters: usize) -> Option<Vec<String>> {
    const SHOWN: usize = 8;
    if masters == 1 || !REFUSED.contains(&command.name.as_str()) || has_doubtful_number(command) {
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

/// One that was made wrong has its keys nobody knows where; it is judged by the reply.
fn has_doubtful_number(command: &Command) -> bool {
    let keys = Word::Text(command.keys().count().to_string().into_bytes());
    command.spoilt || (COUNTED.contains(&command.name.as_str()) && command.words.get(2) != Some(&keys))
}

/// Whether a reply is the refusal that was expected.
pub fn is_refusal(answer: &Answer, places: &[String]) -> bool {
    let Answer::Failure(_, message) = answer else { return false };
    answer.is_refusal(Code::CrossNode) && message.starts_with("CROSSNODE ") && places.iter().all(|place| message.contains(place))
}

/// Whether the library refuses in its own words what the server refuses in others: a number of keys that cannot be.
pub fn is_untold(command: &Command, ours: &Answer, theirs: &Answer) -> bool {
    let Answer::Failure(code, message) = ours else { return false };
    *code == Code::Request as i32
        && message.ends_with("its keys cannot be told from its arguments")
        && COUNTED.contains(&command.name.as_str())
        && matches!(theirs, Answer::Error(_))
}
