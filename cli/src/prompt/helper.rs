//! What appears while a line is typed.

use crate::prompt::documentation::Documentation;
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use std::borrow::Cow;

pub struct Assistant(Documentation);

impl Assistant {
    pub fn new(documentation: Documentation) -> Assistant {
        Assistant(documentation)
    }

    /// The names that complete the beginning of a line, in the case that the user has begun with.
    fn completions(&self, begun: &str) -> Vec<String> {
        let is_lower = begun.chars().any(char::is_lowercase);
        let upper = begun.to_uppercase();
        let blanks = begun.matches(' ').count();
        // Subcommands follow only when their command is complete.
        let names = self.0.beginning_with(&upper).filter(|name| name.matches(' ').count() <= blanks);
        names.map(|name| if is_lower { name.to_lowercase() } else { name.to_owned() }).collect()
    }

    /// The arguments that are missing.
    fn missing(&self, line: &str) -> Option<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, arguments) = self.0.arguments(&words)?;
        let has_blank = line.ends_with(char::is_whitespace);
        // A word counts as soon as it is begun.
        let mut given = words.len() - name;
        let is_single = |argument: &&String| !argument.starts_with('[') && !argument.contains(" [") && !argument.contains(' ');
        let mut rest = arguments;
        while let [first, after @ ..] = rest
            && given > 0
            && is_single(&first)
        {
            (given, rest) = (given - 1, after);
        }
        let hint = rest.join(" ");
        if hint.is_empty() { None } else { Some(if has_blank { hint } else { format!(" {hint}") }) }
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let begun = &line[..pos];
        let start = begun.len() - begun.trim_start().len();
        Ok((start, self.completions(&begun[start..])))
    }
}

impl Hinter for Assistant {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        if pos < line.len() { None } else { self.missing(line) }
    }
}

impl Highlighter for Assistant {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[90m{hint}\x1b[0m"))
    }
}

impl Validator for Assistant {}

impl Helper for Assistant {}

#[cfg(test)]
mod tests {
    use super::*;

    fn assistant() -> Assistant {
        Assistant(Documentation::from(&[
            ("CONFIG", &[]),
            ("CONFIG GET", &["parameter [parameter ...]"]),
            ("GET", &["key"]),
            ("GETDEL", &["key"]),
            ("SET", &["key", "value", "[NX|XX]", "[GET]"]),
        ]))
    }

    #[test]
    fn names_are_completed_in_the_case_of_the_user() {
        let assistant = assistant();
        assert_eq!(assistant.completions("ge"), ["get", "getdel"]);
        assert_eq!(assistant.completions("CON"), ["CONFIG"]);
        assert_eq!(assistant.completions("config g"), ["config get"]);
        assert!(assistant.completions("nothing").is_empty());
    }

    #[test]
    fn hints_are_the_arguments_that_are_missing() {
        let assistant = assistant();
        let hint = |line: &str| assistant.missing(line).unwrap_or_default();
        assert_eq!(hint("set"), " key value [NX|XX] [GET]");
        assert_eq!(hint("set a "), "value [NX|XX] [GET]");
        assert_eq!(hint("SET a b"), " [NX|XX] [GET]");
        assert_eq!(hint("get a"), "");
        assert_eq!(hint("config get a"), " parameter [parameter ...]");
        assert_eq!(hint("unknown"), "");
    }
}
