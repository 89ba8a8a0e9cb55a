//! Which commands the library has to refuse, foretold by where their keys live.

use super::answer::Answer;
use super::exceptions::{COUNTED, REFUSED};
use super::generate::Command;
use super::generate::command::Word;
use super::generate::names::{NAMES, home};
use rediscluster::Code;

/// Why a command must be refused over so many masters; `None`: it must not.
pub fn expected(command: &Command, masters: usize) -> Option<Vec<usize>> {
    // One that was made wrong has its keys nobody knows where; that is judged by the reply.
    if masters == 1 || !REFUSED.contains(&command.name.as_str()) || has_doubtful_number(command) {
        return None;
    }
    let mut homes: Vec<usize> = command.keys().map(|key| home(NAMES[key].name, masters)).collect();
    homes.sort();
    homes.dedup();
    (homes.len() != 1).then_some(homes)
}

fn has_doubtful_number(command: &Command) -> bool {
    let keys = Word::Text(command.keys().count().to_string().into_bytes());
    command.spoilt || (COUNTED.contains(&command.name.as_str()) && command.words.get(2) != Some(&keys))
}

/// Whether a reply is the refusal that was expected: it names each node, unless there are none.
pub fn is_refusal(answer: &Answer, homes: &[usize]) -> bool {
    let Answer::Failure(code, message) = answer else { return false };
    *code == Code::CrossNode as i32
        && message.starts_with("CROSSNODE ")
        && homes.iter().all(|home| message.contains(&format!("node_{}", home + 1)))
}

/// Whether the library refuses in its own words what the server refuses in others: a number of keys that cannot be.
pub fn is_untold(command: &Command, ours: &Answer, theirs: &Answer) -> bool {
    let Answer::Failure(code, message) = ours else { return false };
    *code == Code::Request as i32
        && message.ends_with("its keys cannot be told from its arguments")
        && COUNTED.contains(&command.name.as_str())
        && matches!(theirs, Answer::Error(_))
}
