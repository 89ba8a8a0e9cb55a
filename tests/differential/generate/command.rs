//! A generated command, and the words that each side receives.

use super::key_names::NAMES;
use std::fmt;

#[derive(Clone, PartialEq)]
pub enum Word {
    Text(Vec<u8>),
    /// A key; `bare` if it relies on the tag of the first key.
    Key {
        name: usize,
        bare: bool,
    },
    /// The port of the server that receives migrated keys.
    Sink,
}

#[derive(Clone, PartialEq)]
pub struct Command {
    /// In lower case; a subcommand is `object|encoding`.
    pub name: String,
    pub words: Vec<Word>,
    /// Whether the command was changed so that it is probably invalid.
    pub corrupted: bool,
}

/// The receiver of a command.
#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    /// The library, which receives hash tags.
    Library,
    /// The one server, which knows no hash tags.
    Oracle,
}

impl Command {
    pub fn spelled(&self, side: Side, migration_port: u16) -> Vec<Vec<u8>> {
        self.words.iter().map(|word| word.spelled(side, migration_port)).collect()
    }

    /// The indexes, in the list of names, of the words that were added as keys.
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

/// As typed into redis-cli.
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
