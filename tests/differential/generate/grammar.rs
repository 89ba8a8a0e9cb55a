//! The grammar of the rules. A line is one form of a command:
//!
//!     SET text value <[(NX|XX)] [GET] [(EX seconds|KEEPTTL)]>
//!
//! `CAPITALS` (and digits and signs) are literal, in any case; `'word` is literal in this case. `small` is a placeholder for a key or a
//! value. `[…]` is optional, `(…|…)` is a choice, `<…>` is in any order, `…+` is repeated at least once, `…*` is repeated any number of
//! times, and `#…+` is preceded by the number of repetitions.
//!
//! Flags may precede the command: a number is its weight (default 4); `+` means that it creates data; `!` that its numbers are times and
//! must not be changed at random; `=` that nothing may be changed; `u` that it takes only untagged keys.

pub enum Part {
    Word(&'static str),
    Exact(&'static str),
    Placeholder(&'static str),
    Maybe(Vec<Part>),
    Choice(Vec<Vec<Part>>),
    AnyOrder(Vec<Part>),
    Many { least: usize, part: Box<Part> },
    Counted(Box<Part>),
    All(Vec<Part>),
}

/// How much of a command may be changed to make it invalid.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Corruption {
    Anything,
    /// A word may be removed or added.
    Length,
    Nothing,
}

pub struct Rule {
    pub line: &'static str,
    /// The name in the command table.
    pub name: String,
    pub weight: usize,
    pub makes_data: bool,
    pub untagged: bool,
    pub corruption: Corruption,
    pub parts: Vec<Part>,
    /// The placeholders for keys.
    pub keys: Vec<&'static str>,
}

/// Commands whose second word is part of their name.
const CONTAINERS: &[&str] =
    &["acl", "client", "command", "config", "function", "memory", "object", "pubsub", "script", "slowlog", "xgroup", "xinfo"];

impl Rule {
    pub fn read(line: &'static str) -> Rule {
        let (flags, form) = match line.split_once(' ') {
            Some((flags, form)) if !flags.starts_with(|first: char| first.is_ascii_uppercase()) => (flags, form.trim_start()),
            _ => ("", line),
        };
        let digits: String = flags.chars().filter(char::is_ascii_digit).collect();
        let corruption = match (flags.contains('='), flags.contains('!')) {
            (true, _) => Corruption::Nothing,
            (_, true) => Corruption::Length,
            _ => Corruption::Anything,
        };
        let mut reader = Reader { rest: form };
        let parts = reader.parts("");
        assert!(reader.rest.is_empty(), "{line}: unexpected {:?}", reader.rest);
        let mut keys = Vec::new();
        parts.iter().for_each(|part| part.collect_keys(&mut keys));
        Rule {
            line,
            name: name(form),
            weight: digits.parse().unwrap_or(4),
            makes_data: flags.contains('+'),
            untagged: flags.contains('u'),
            corruption,
            parts,
            keys,
        }
    }
}

fn name(form: &str) -> String {
    let mut words = form.split(' ').map(str::to_lowercase);
    let first = words.next().unwrap_or_default();
    match words.next() {
        Some(second) if CONTAINERS.contains(&first.as_str()) => format!("{first}|{second}"),
        _ => first,
    }
}

impl Part {
    fn collect_keys(&self, keys: &mut Vec<&'static str>) {
        match self {
            Part::Placeholder(placeholder) => keys.extend(super::builder::Kind::from_placeholder(placeholder).map(|_| placeholder)),
            Part::Maybe(parts) | Part::AnyOrder(parts) | Part::All(parts) => parts.iter().for_each(|part| part.collect_keys(keys)),
            Part::Choice(choices) => choices.iter().flatten().for_each(|part| part.collect_keys(keys)),
            Part::Many { part, .. } | Part::Counted(part) => part.collect_keys(keys),
            Part::Word(_) | Part::Exact(_) => {}
        }
    }
}

struct Reader {
    rest: &'static str,
}

impl Reader {
    /// Reads up to one of the closing characters, which is not consumed.
    fn parts(&mut self, closing: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next() {
                Some(next) if !closing.contains(next) => parts.push(self.repeated()),
                _ => return parts,
            }
        }
    }

    fn repeated(&mut self) -> Part {
        if self.takes('#') {
            return Part::Counted(Box::new(self.repeated()));
        }
        let part = self.part();
        match (self.takes('+'), self.takes('*')) {
            (true, _) => Part::Many { least: 1, part: Box::new(part) },
            (_, true) => Part::Many { least: 0, part: Box::new(part) },
            _ => part,
        }
    }

    fn part(&mut self) -> Part {
        if self.takes('[') {
            return Part::Maybe(self.closed("]"));
        }
        if self.takes('<') {
            return Part::AnyOrder(self.closed(">"));
        }
        if self.takes('(') {
            let mut choices = vec![self.parts("|)")];
            while self.takes('|') {
                choices.push(self.parts("|)"));
            }
            assert!(self.takes(')'), "a bracket is not closed before {:?}", self.rest);
            return if choices.len() == 1 { Part::All(choices.remove(0)) } else { Part::Choice(choices) };
        }
        let end = self.rest.find([' ', '[', ']', '(', ')', '<', '>', '|', '*', '+']).unwrap_or(self.rest.len()).max(1);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word.strip_prefix('\'') {
            Some(exact) => Part::Exact(exact),
            None if word.starts_with(|first: char| first.is_ascii_lowercase()) => Part::Placeholder(word),
            None => Part::Word(word),
        }
    }

    fn closed(&mut self, closing: &str) -> Vec<Part> {
        let parts = self.parts(closing);
        assert!(self.takes(closing.chars().next().expect("a bracket")), "a bracket is not closed before {:?}", self.rest);
        parts
    }

    fn takes(&mut self, sign: char) -> bool {
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}
