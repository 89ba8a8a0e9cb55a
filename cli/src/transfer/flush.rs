//! `--flush`: deletes the targets' keys, once per job, when the user confirms it.

use crate::failure::Failure;
use crate::text::count;
use crate::transfer::job::Job;
use crate::transfer::journal::Journal;
use crate::wire::{check, integer};
use std::io::{BufRead, IsTerminal, Write};

/// Flushes the databases of the targets, unless an earlier run of the job has done it.
pub fn flush(job: &Job, journal: &mut Journal, yes: bool) -> Result<(), Failure> {
    if journal.was_flushed() {
        return Ok(());
    }
    if let Some(at) = job.same_server.iter().position(Option::is_some) {
        return Err(Failure::refused(format!("--flush: {} is also a source", job.sources[at].name)));
    }
    let mut keys = 0;
    for (_, db) in &job.databases {
        for target in &job.targets {
            keys += integer(&target.open(*db).command(&[b"DBSIZE"])?.root(), "DBSIZE")? as u64;
        }
    }
    let names: Vec<&str> = job.targets.iter().map(|target| target.name.as_str()).collect();
    if keys > 0 {
        confirm(&format!("--flush deletes {} keys of {}", count(keys), names.join(", ")), yes)?;
    }
    for (_, db) in &job.databases {
        for target in &job.targets {
            check(target.open(*db).command(&[b"FLUSHDB"])?.root(), &format!("{}: FLUSHDB", target.name))?;
        }
    }
    journal.set_flushed()
}

/// Asks at a terminal; elsewhere `--yes` is required.
fn confirm(what: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::refused(format!("{what}: confirm it with --yes")));
    }
    eprint!("{what}. Type yes to go on: ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    if answer.trim() == "yes" { Ok(()) } else { Err(Failure::refused("not confirmed; nothing was done")) }
}
