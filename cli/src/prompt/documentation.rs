//! The arguments of commands, as COMMAND DOCS describes them.

use crate::wire::{bytes, children, field, field_text, text};
use rediscluster::{Cluster, Value, all_commands};
use std::collections::BTreeMap;

/// The arguments of each command, by its name in upper case. The name of a subcommand has a blank: `CONFIG GET`.
pub struct Documentation(BTreeMap<String, Vec<String>>);

impl Documentation {
    /// Asks a server. If it has no COMMAND DOCS, as before Redis 7, it has only names.
    pub fn of(cluster: &Cluster) -> Documentation {
        let mut commands: BTreeMap<String, Vec<String>> =
            all_commands().map(|(name, ..)| (name.replace('|', " ").to_uppercase(), Vec::new())).collect();
        if let Ok(reply) = cluster.command(&[b"COMMAND", b"DOCS"]) {
            add(&mut commands, reply.root());
        }
        Documentation(commands)
    }

    #[cfg(test)]
    pub fn from(commands: &[(&str, &[&str])]) -> Documentation {
        let entry = |(name, arguments): &(&str, &[&str])| (name.to_string(), arguments.iter().map(ToString::to_string).collect());
        Documentation(commands.iter().map(entry).collect())
    }

    /// The commands that begin with a text in upper case.
    pub fn beginning_with<'d>(&'d self, text: &'d str) -> impl Iterator<Item = &'d str> {
        self.0.range(text.to_owned()..).map(|(name, _)| name.as_str()).take_while(move |name| name.starts_with(text))
    }

    /// The arguments of the command that a line begins with, and how many words its name has.
    pub fn arguments(&self, words: &[&str]) -> Option<(usize, &[String])> {
        let name = |count: usize| words.get(..count).map(|words| words.join(" ").to_uppercase());
        [2, 1].into_iter().find_map(|count| Some((count, self.0.get(&name(count)?)?.as_slice())))
    }
}

/// Adds the commands of a reply, or of the field `subcommands`.
fn add(commands: &mut BTreeMap<String, Vec<String>>, map: Value<'_>) {
    let mut entries = children(map);
    while let (Some(name), Some(about)) = (entries.next(), entries.next()) {
        let arguments = field(about, "arguments").map(|list| children(list).map(argument).collect()).unwrap_or_default();
        commands.insert(text(&name).replace('|', " ").to_uppercase(), arguments);
        if let Some(subcommands) = field(about, "subcommands") {
            add(commands, subcommands);
        }
    }
}

/// An argument in the notation of Redis's documentation, such as `[EX seconds|PX milliseconds]`.
fn argument(value: Value<'_>) -> String {
    let parts = || field(value, "arguments").map(|list| children(list).map(argument).collect::<Vec<_>>()).unwrap_or_default();
    let flags = field(value, "flags").map(|list| children(list).map(|flag| text(&flag)).collect::<Vec<_>>()).unwrap_or_default();
    let has_flag = |name: &str| flags.iter().any(|flag| flag == name);
    let token = field(value, "token").and_then(|token| bytes(&token)).map(|token| String::from_utf8_lossy(token).into_owned());
    let content = match field_text(value, "type").as_str() {
        "pure-token" => String::new(),
        "oneof" => parts().join("|"),
        "block" => parts().join(" "),
        _ => match field_text(value, "display_text") {
            text if text.is_empty() => field_text(value, "name"),
            text => text,
        },
    };
    let repeated = if has_flag("multiple") { format!("{content} [{content} ...]") } else { content.clone() };
    let mut out = match token {
        Some(token) if content.is_empty() => token,
        Some(token) if has_flag("multiple_token") => format!("{token} {content} [{token} {content} ...]"),
        Some(token) => format!("{token} {repeated}"),
        None => repeated,
    };
    if has_flag("optional") {
        out = format!("[{out}]");
    }
    out
}
