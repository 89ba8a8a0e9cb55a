//! What `explain` reports of a command: the requests that it would send, round by round.

use crate::crossnode::support::conversation::{Request, Words};

/// What a command would do.
pub(crate) struct Explanation {
    /// The name of the strategy.
    pub strategy: &'static str,
    pub steps: Vec<Step>,
    /// Whether other clients see all of the change at once.
    pub atomic: bool,
}

/// The request to one server in one round trip.
pub(crate) struct Step {
    /// Counted from 1. The requests of one round are all sent before any reply is read.
    pub round: usize,
    pub server: usize,
    /// The commands in the order in which they are sent, separated by `; `. `…` stands for arguments. Equal neighbours are written once.
    pub commands: String,
}

impl Explanation {
    pub(crate) fn new(strategy: &'static str, atomic: bool) -> Explanation {
        Explanation { strategy, steps: Vec::new(), atomic }
    }

    /// Adds the requests of one more round. No requests, no round.
    pub(crate) fn round(self, requests: &[Request]) -> Explanation {
        self.round_of(requests.iter().map(|request| (request.server, describe(&request.commands))))
    }

    /// The same for servers and the text of their commands.
    pub(crate) fn round_of(mut self, commands: impl IntoIterator<Item = (usize, String)>) -> Explanation {
        let round = self.round_trips() + 1;
        self.steps.extend(commands.into_iter().map(|(server, commands)| Step { round, server, commands }));
        self
    }

    /// The servers that get a request, each once.
    pub(crate) fn servers(&self) -> Vec<usize> {
        let mut servers: Vec<usize> = self.steps.iter().map(|step| step.server).collect();
        servers.sort_unstable();
        servers.dedup();
        servers
    }

    /// How many rounds there are.
    pub(crate) fn round_trips(&self) -> usize {
        self.steps.iter().map(|step| step.round).max().unwrap_or(0)
    }
}

/// The commands of a request as a [`Step`] has them.
pub(crate) fn describe(commands: &[Words]) -> String {
    let mut all: Vec<String> = commands.iter().map(describe_command).collect();
    all.dedup();
    all.join("; ")
}

/// The name of a command, of some containers also the subcommand, and `…` where it has arguments.
fn describe_command(command: &Words) -> String {
    const CONTAINERS: [&str; 3] = ["MEMORY", "XINFO", "CLIENT"];
    let word = |at: usize| command.get(at).map(|word| crate::error::printable(word)).unwrap_or_default();
    let (mut text, mut words) = (word(0).to_uppercase(), 1);
    if CONTAINERS.contains(&text.as_str()) && command.len() > 1 {
        text = format!("{text} {}", word(1).to_uppercase());
        words = 2;
    }
    if command.len() > words {
        text.push_str(" …");
    }
    text
}
