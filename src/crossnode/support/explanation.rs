//! What a command that takes several steps would do: told, not done.

use crate::command::{Move, ResponsePolicy, Strategy};
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::{Job, colocate, gather, sort};

/// What would be done.
pub(crate) struct Explanation {
    pub strategy: &'static str,
    pub steps: Vec<Step>,
    /// Whether others see all of it at once, or nothing.
    pub atomic: bool,
}

/// What one server would be told in one round trip.
pub(crate) struct Step {
    /// Counted from 1; what bears the same number is under way at the same time.
    pub round: usize,
    pub server: usize,
    /// The command or commands, `…` standing for what is not known before.
    pub command: String,
}

impl Explanation {
    pub(crate) fn of(strategy: &'static str, atomic: bool) -> Explanation {
        Explanation { strategy, steps: Vec::new(), atomic }
    }

    /// Adds a step to a round.
    pub(crate) fn step(mut self, round: usize, server: usize, command: impl Into<String>) -> Explanation {
        self.steps.push(Step { round, server, command: command.into() });
        self
    }

    pub(crate) fn steps(self, round: usize, servers: impl IntoIterator<Item = usize>, command: &str) -> Explanation {
        servers.into_iter().fold(self, |explanation, server| explanation.step(round, server, command))
    }
}

/// Explains a command. Where its plan depends on sizes, they are asked for; nothing is changed.
pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let distinct = || {
        let mut servers: Vec<usize> = job.servers().collect();
        servers.sort_unstable();
        servers.dedup();
        servers
    };
    let name = String::from_utf8_lossy(job.args[0]).to_uppercase();
    Ok(match job.over.across {
        Strategy::Everywhere(answers) => {
            let command = if answers == ResponsePolicy::Size { "MULTI; DBSIZE; HKEYS …; EXEC".into() } else { whole(job.args) };
            Explanation::of("all masters", false).steps(1, 0..job.config.servers.len(), &command)
        }
        Strategy::RandomKey => Explanation::of("all masters", false).steps(1, 0..job.config.servers.len(), "DBSIZE; RANDOMKEY"),
        Strategy::Scan => Explanation::of("one after the other", false).steps(1, [crate::crossnode::broadcast::scanned(job)?.0], "SCAN …"),
        Strategy::Moved(Move::Copy) => {
            Explanation::of("copy", true).step(1, job.server_of(0), "DUMP …; PEXPIRETIME …").step(2, job.server_of(1), "RESTORE …")
        }
        Strategy::Moved(Move::Value) => Explanation::of("transfer", false)
            .step(1, job.server_of(0), "WATCH …; DUMP …; PEXPIRETIME …; TIME")
            .step(2, job.server_of(1), "HSET …; RESTORE …; WATCH …; EXISTS …")
            .step(3, job.server_of(0), "MULTI; RENAME …; HSET …; EXEC")
            .step(4, job.server_of(1), format!("MULTI; HSET …; {name} …; PEXPIREAT …; EXEC"))
            .step(5, job.server_of(0), "MULTI; UNLINK …; HDEL …; EXEC")
            .step(6, job.server_of(1), "HDEL …"),
        Strategy::Moved(what) => {
            let (read, native, add) = if what == Move::Member { ("SISMEMBER", "SMOVE", "SADD") } else { ("LLEN", "LMOVE", "RPUSH") };
            Explanation::of("transfer", false)
                .step(1, job.server_of(0), format!("{read} …; TIME"))
                .step(1, job.server_of(1), "WATCH …")
                .step(2, job.server_of(0), format!("MULTI; {native} …; HSET …; EXEC"))
                .step(3, job.server_of(1), format!("MULTI; {add} …; HSET …; {native} …; EXEC"))
                .step(4, job.server_of(0), "MULTI; UNLINK …; HDEL …; EXEC")
                .step(5, job.server_of(1), "HDEL …")
        }
        Strategy::Popped(_) => Explanation::of("pop", true).steps(1, distinct(), "TYPE …").step(
            2,
            job.server_of(0),
            "the pop, of the first key that has something",
        ),
        Strategy::Streams => Explanation::of("split", false).steps(1, distinct(), &format!("{name} … (its own streams)")),
        Strategy::StoredIfNone => {
            Explanation::of("all or none", false).steps(1, distinct(), "WATCH …; EXISTS …").steps(2, distinct(), "MULTI; MSET …; EXEC")
        }
        Strategy::Migrated => Explanation::of("split", false).steps(1, distinct(), "MIGRATE … (its own keys)"),
        Strategy::Combined(combination) => gather::explain(job, combination)?,
        Strategy::Together(destination) => colocate::explain(job, destination)?,
        Strategy::Sorted => sort::explain(job)?,
        Strategy::Refused | Strategy::Script | Strategy::Split(_) | Strategy::Anywhere | Strategy::OneServer => {
            Explanation::of("refuse", true)
        }
    })
}

fn whole(args: &[&[u8]]) -> String {
    args.iter().map(|word| crate::error::printable(word)).collect::<Vec<_>>().join(" ")
}
