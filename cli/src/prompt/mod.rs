//! The interactive prompt of `exec`: history, completion of command names, and hints of arguments.

mod documentation;
mod helper;

use crate::failure::Failure;
use crate::prompt::documentation::Documentation;
use crate::prompt::helper::Assistant;
use crate::state_folder::state_folder;
use rediscluster::Cluster;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use std::path::PathBuf;

/// Lines that are kept.
const HISTORY: usize = 1000;

pub struct Prompt {
    editor: Editor<Assistant, FileHistory>,
    /// `None` if it is not kept: there is no folder for it, or it could not be written.
    history: Option<PathBuf>,
}

impl Prompt {
    /// Reads the history of earlier runs, and asks a server for the arguments of its commands.
    pub fn new(cluster: &Cluster) -> Result<Prompt, Failure> {
        let config = Config::builder().history_ignore_space(true).completion_type(CompletionType::List).max_history_size(HISTORY);
        let mut editor = Editor::with_config(config.map_err(|error| failed(&error))?.build()).map_err(|error| failed(&error))?;
        editor.set_helper(Some(Assistant::new(Documentation::of(cluster))));
        let history = state_folder().map(|folder| folder.join("history"));
        // At first there is no file.
        let _ = history.as_ref().map(|path| editor.load_history(path));
        Ok(Prompt { editor, history })
    }

    /// Reads a line; `None` at Ctrl-D. Ctrl-C discards what was typed.
    pub fn line(&mut self) -> Result<Option<String>, Failure> {
        loop {
            match self.editor.readline("rediscluster> ") {
                Ok(line) => {
                    self.remember(&line)?;
                    return Ok(Some(line));
                }
                Err(ReadlineError::Eof) => return Ok(None),
                Err(ReadlineError::Interrupted) => {}
                Err(error) => return Err(failed(&error)),
            }
        }
    }

    /// Lines that begin with a blank, or may have passwords, are not kept.
    fn remember(&mut self, line: &str) -> Result<(), Failure> {
        if has_secret(line) || !self.editor.add_history_entry(line).map_err(|error| failed(&error))? {
            return Ok(());
        }
        let Some(path) = &self.history else { return Ok(()) };
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(error) = folder.map_err(ReadlineError::from).and_then(|()| self.editor.append_history(path)) {
            eprintln!("The history is not kept: {}: {error}", path.display());
            self.history = None;
        }
        Ok(())
    }
}

fn failed(error: &ReadlineError) -> Failure {
    Failure::failed(format!("the terminal: {error}"))
}

/// Whether a line is a command that takes passwords.
fn has_secret(line: &str) -> bool {
    // A word may be in quotes.
    let line = line.replace(['"', '\''], "").to_lowercase();
    let words: Vec<&str> = line.split_whitespace().take(2).collect();
    match words[..] {
        ["auth", ..] | ["acl", "setuser"] | ["migrate", ..] => true,
        ["hello", ..] => line.contains("auth"),
        ["config" | "sentinel", "set"] => line.contains("pass") || line.contains("auth"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::has_secret;

    #[test]
    fn passwords_are_not_remembered() {
        for line in [
            "AUTH x",
            " auth bob x",
            "HELLO 3 AUTH bob x",
            "config set requirepass x",
            "CONFIG SET masterauth x",
            "ACL SETUSER bob >x",
            "\"AUTH\" x",
            "SENTINEL SET a auth-pass x",
        ] {
            assert!(has_secret(line), "{line}");
        }
        assert!(!["GET auth", "CONFIG SET maxmemory 1", "HELLO 3", "ACL LIST", ""].iter().any(|line| has_secret(line)));
    }
}
