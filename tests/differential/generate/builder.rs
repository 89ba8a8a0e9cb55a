//! Builds one command.

use super::command::{Command, Word};
use super::grammar::{Part, Rule};
use super::key_names::NAMES;
use crate::support::random::Random;

/// The type of value that a key usually has. Sometimes a key is used for another type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    Text,
    List,
    Set,
    Sorted,
    /// A sorted set whose members have equal scores.
    Lex,
    Hash,
    Stream,
    Loglog,
    Any,
}

impl Kind {
    pub const ALL: [Kind; 8] = [Kind::Text, Kind::List, Kind::Set, Kind::Sorted, Kind::Lex, Kind::Hash, Kind::Stream, Kind::Loglog];

    pub fn from_placeholder(placeholder: &str) -> Option<Kind> {
        Some(match placeholder {
            "text" => Kind::Text,
            "list" => Kind::List,
            "set" => Kind::Set,
            "zset" => Kind::Sorted,
            "lex" => Kind::Lex,
            "hash" => Kind::Hash,
            "stream" | "streams" | "groupstreams" | "newstreams" => Kind::Stream,
            "hll" => Kind::Loglog,
            "any" => Kind::Any,
            _ => return None,
        })
    }
}

pub struct Builder<'r> {
    pub random: &'r mut Random,
    /// The usual type of each key.
    homes: &'r [Kind],
    /// The position of the command in its sequence.
    pub position: usize,
    pub words: Vec<Word>,
    first_key: Option<usize>,
    /// Without hash tags: in an invalid command a word may not be a key after all, and then both sides must receive the same bytes.
    untagged: bool,
    /// Whether the command is made invalid. Then the number of keys is sometimes wrong.
    pub corrupted: bool,
    /// The number of keys that was counted last.
    pub counted: usize,
}

impl<'r> Builder<'r> {
    pub fn new(random: &'r mut Random, homes: &'r [Kind], position: usize, untagged: bool, corrupted: bool) -> Builder<'r> {
        Builder { random, homes, position, words: Vec::new(), first_key: None, untagged, corrupted, counted: 0 }
    }

    pub fn command(mut self, rule: &Rule) -> Command {
        self.parts(&rule.parts);
        Command { name: rule.name.clone(), words: self.words, corrupted: self.corrupted }
    }

    fn parts(&mut self, parts: &[Part]) {
        parts.iter().for_each(|part| self.part(part));
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Word(word) => self.cased(word),
            Part::Exact(word) => self.text(word.as_bytes()),
            Part::Placeholder(placeholder) => match Kind::from_placeholder(placeholder) {
                Some(Kind::Stream) if placeholder.ends_with('s') => self.streams(*placeholder != "streams", *placeholder == "newstreams"),
                Some(kind) => self.key(kind),
                None => self.placeholder(placeholder),
            },
            Part::Maybe(parts) => {
                if self.chance(2, 5) {
                    self.parts(parts);
                }
            }
            Part::Choice(choices) => {
                let chosen = self.random.below(choices.len());
                self.parts(&choices[chosen]);
            }
            Part::AnyOrder(parts) => {
                let mut order: Vec<usize> = (0..parts.len()).collect();
                (1..order.len()).rev().for_each(|at| order.swap(at, self.random.below(at + 1)));
                order.into_iter().for_each(|at| self.part(&parts[at]));
            }
            Part::Many { least, part } => {
                let count = self.many(*least);
                (0..count).for_each(|_| self.part(part));
            }
            Part::Counted(part) => self.counted(part),
            Part::All(parts) => self.parts(parts),
        }
    }

    fn counted(&mut self, part: &Part) {
        let place = self.words.len();
        self.text(b"");
        self.counted = match part {
            Part::Many { least, part } => {
                let count = self.many(*least);
                (0..count).for_each(|_| self.part(part));
                count
            }
            part => {
                self.part(part);
                self.words.len() - place - 1
            }
        };
        let wrong = [b"0".to_vec(), b"-1".to_vec(), b"x".to_vec(), b"".to_vec(), b"99".to_vec(), b"4294967297".to_vec()];
        let near = [self.counted + 1, self.counted - 1];
        let number = match self.corrupted && self.chance(1, 3) {
            true if self.chance(1, 2) => self.random.pick(&near).to_string().into_bytes(),
            true => self.random.pick(&wrong).clone(),
            false => self.counted.to_string().into_bytes(),
        };
        self.words[place] = Word::Text(number);
    }

    /// Usually few, rarely many.
    fn many(&mut self, least: usize) -> usize {
        let more = if self.chance(1, 60) { self.random.below(30) } else { self.random.below(4) };
        least + more
    }

    pub fn chance(&mut self, of: usize, among: usize) -> bool {
        self.random.below(among) < of
    }

    pub fn text(&mut self, text: &[u8]) {
        self.words.push(Word::Text(text.to_vec()));
    }

    /// A word in upper, lower or mixed case.
    fn cased(&mut self, word: &str) {
        let text = match self.random.below(4) {
            0 => word.to_lowercase(),
            1 => word.chars().map(|letter| if self.random.below(2) == 0 { letter.to_ascii_lowercase() } else { letter }).collect(),
            _ => word.to_owned(),
        };
        self.text(text.as_bytes());
    }

    /// A key, usually of this type. A tag on the first key would move a later untagged key to another node, so only tagged keys follow; a
    /// key with the same tag may then be written without it.
    pub fn key(&mut self, kind: Kind) {
        let first_tag = self.first_key.and_then(|first| NAMES[first].tag);
        let untagged = self.untagged;
        let fits = move |name: &usize| match NAMES[*name].tag {
            None => first_tag.is_none(),
            Some(_) => !untagged,
        };
        let of_kind: Vec<usize> = (0..NAMES.len()).filter(fits).filter(|&name| self.homes[name] == kind).collect();
        let any: Vec<usize> = (0..NAMES.len()).filter(fits).collect();
        let choices = if of_kind.is_empty() || kind == Kind::Any || self.chance(1, 15) { any } else { of_kind };
        let name = *self.random.pick(&choices);
        let bare = first_tag.is_some() && NAMES[name].tag == first_tag && self.chance(1, 2);
        self.first_key.get_or_insert(name);
        self.words.push(Word::Key { name, bare });
    }

    /// The keys of XREAD and as many IDs.
    fn streams(&mut self, of_group: bool, only_new: bool) {
        let count = self.many(1);
        (0..count).for_each(|_| self.key(Kind::Stream));
        let count = if self.corrupted && self.chance(1, 4) { count - 1 } else { count };
        for _ in 0..count {
            match (of_group, if only_new { 0 } else { self.random.below(10) }) {
                (true, 0..8) => self.text(b">"),
                (false, 0) => self.text(b"$"),
                (false, 1..6) | (true, 8) => self.text(b"0"),
                _ => self.placeholder("id"),
            }
        }
    }
}
