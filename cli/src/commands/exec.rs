//! `exec`: runs commands, from the command line or from standard input.

use crate::commands::print;
use crate::failure::Failure;
use crate::format::Format;
use crate::prompt::Prompt;
use crate::split_line::split_line;
use clap::Args;
use rediscluster::{Cluster, Session, Value, pack};
use std::ffi::OsString;
use std::io::{BufRead, IsTerminal};
use std::os::unix::ffi::OsStrExt;

/// Run a command, or the lines of standard input, as redis-cli does
///
/// At a terminal replies look like those of redis-cli; in a pipe strings are
/// written as they are. Lines are split as in redis-cli: "a b\x00" or 'a b'.
/// MULTI, WATCH and SELECT work between the lines of one run.
#[derive(Args)]
pub struct Exec {
    /// Print each reply as JSON
    #[arg(long)]
    json: bool,
    /// The command and its arguments; without one, lines are read
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub fn run(cluster: &Cluster, args: &Exec) -> Result<(), Failure> {
    let mut runner = Runner { session: cluster.session(), format: Format::choose(args.json), failed: false };
    if !args.command.is_empty() {
        let words: Vec<&[u8]> = args.command.iter().map(|word| word.as_bytes()).collect();
        runner.run(&words)?;
    } else if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return runner.run_prompt(&mut Prompt::new(cluster)?);
    } else {
        runner.run_lines()?;
    }
    // The output has the errors already.
    if runner.failed { Err(Failure::failed("")) } else { Ok(()) }
}

struct Runner {
    session: Session,
    format: Format,
    /// Whether one of the replies was an error.
    failed: bool,
}

impl Runner {
    /// Runs what is typed, until Ctrl-D, `exit` or `quit`. Errors do not end it.
    fn run_prompt(&mut self, prompt: &mut Prompt) -> Result<(), Failure> {
        while let Some(line) = prompt.line()? {
            match split_line(&line) {
                Ok(words) if words.is_empty() => {}
                Ok(words) if words.len() == 1 && [&b"exit"[..], b"quit"].iter().any(|end| words[0].eq_ignore_ascii_case(end)) => break,
                Ok(words) => self.run(&words.iter().map(Vec::as_slice).collect::<Vec<_>>())?,
                Err(what) => eprintln!("{what}"),
            }
        }
        Ok(())
    }

    fn run_lines(&mut self) -> Result<(), Failure> {
        for (at, line) in std::io::stdin().lock().lines().enumerate() {
            let number = at + 1;
            let line = line.map_err(|error| Failure::usage(format!("standard input, line {number}: {error}")))?;
            let words = split_line(&line).map_err(|what| Failure::usage(format!("standard input, line {number}: {what}")))?;
            if !words.is_empty() {
                self.run(&words.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
            }
        }
        Ok(())
    }

    fn run(&mut self, words: &[&[u8]]) -> Result<(), Failure> {
        let reply = match self.session.execute(&pack(words)) {
            Ok(reply) => reply,
            Err(error) => {
                eprintln!("rediscluster: {error}");
                self.failed = true;
                return Ok(());
            }
        };
        let Value::Array(replies) = reply.root() else { return Ok(()) };
        for value in replies {
            self.failed |= matches!(value, Value::Error(_) | Value::Failure(_));
            print(&self.format.write(value))?;
        }
        Ok(())
    }
}
