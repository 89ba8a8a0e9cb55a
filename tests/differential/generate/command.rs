//! A command as it is made up, and as each side is to be sent it.

use super::key_names::NAMES;
use std::fmt;

#[derive(Clone, PartialEq)]
pub enum Word {
    Text(Vec<u8>),
    /// A key; `bare` where the tag of the first key stands for its own.
    Key {
        name: usize,
        bare: bool,
    },
    /// The port of the server that takes what is migrated.
    Sink,
}

#[derive(Clone, PartialEq)]
pub struct Command {
    /// In small letters; of a subcommand `object|encoding`.
    pub name: String,
    pub words: Vec<Word>,
    /// Something was changed that makes it wrong, as a rule.
    pub corrupted: bool,
}

/// Who is to be sent a command.
#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    /// The library, with tags.
    Library,
    /// The one server, which knows no tags.
    Oracle,
}

impl Command {
    pub fn spelled(&self, side: Side, migration_port: u16) -> Vec<Vec<u8>> {
        self.words.iter().map(|word| word.spelled(side, migration_port)).collect()
    }

    /// The keys that were put in as keys, by their numbers in the list.
    pub fn keys(&self) -> impl Iterator<Item = usize> {
        self.words.iter().filter_map(|word| if let Word::Key { name, .. } = word { Some(*name) } else { None })
    }
}

impl Word {
    fn spelled(&self, side: Side, migration_port: u16) -> Vec<u8> {
        match self {
            Word::Text(text) => text.clone(),
            Word::Key { name, bare: false } if side == Side::Library => NAMES[*name].spelled.to_vec(),
            Word::Key { name, .. } => NAMES[*name].name.to_vec(),
            Word::Sink => migration_port.to_string().into_bytes(),
        }
    }
}

/// As one would type it into redis-cli.
impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.spelled(Side::Library, 0).iter().map(|word| quoted(word)).collect();
        formatter.write_str(&words.join(" "))
    }
}

pub fn quoted(bytes: &[u8]) -> String {
    const SHOWN: usize = 120;
    let is_plain = !bytes.is_empty() && bytes.iter().all(|byte| byte.is_ascii_graphic() && !b"\"'\\".contains(byte));
    let mut text = bytes[..bytes.len().min(SHOWN)].escape_ascii().to_string();
    if bytes.len() > SHOWN {
        text.push_str(&format!("…({} bytes)", bytes.len()));
    }
    if is_plain { text } else { format!("\"{text}\"") }
}
