//! The commands of which several servers get a part each, until all parts have their replies.

use crate::cluster::{OneRound, PartOutcome};
use crate::error::Error;
use crate::resp::Bytes;

pub(super) struct Round {
    pub tag: u64,
    pub handle: usize,
    pub command: OneRound,
    parts: Vec<Part>,
    /// The number of replies to come.
    missing: usize,
}

struct Part {
    server: usize,
    replies: Bytes,
    failure: Option<Error>,
}

/// Rounds by number. A tag of the loop's own names a round and a part.
#[derive(Default)]
pub(super) struct Rounds {
    rounds: Vec<Option<Round>>,
    free: Vec<usize>,
}

/// Set in the tags of parts, and not in those of callers.
const IS_PART: u64 = 1 << 63;
const PART_BITS: u32 = 16;

impl Round {
    pub(super) fn new(tag: u64, handle: usize, command: OneRound, parts: usize) -> Round {
        Round { tag, handle, command, parts: Vec::with_capacity(parts), missing: 0 }
    }

    /// Adds a part of so many commands.
    pub(super) fn add_part(&mut self, server: usize, commands: usize) {
        self.parts.push(Part { server, replies: Bytes::new(), failure: None });
        self.missing += commands;
    }

    /// The command and, by server, the replies or the first failure.
    pub(super) fn into_outcomes(self) -> (OneRound, Vec<PartOutcome>) {
        let outcome = |part: Part| (part.server, part.failure.map_or(Ok(part.replies), Err));
        (self.command, self.parts.into_iter().map(outcome).collect())
    }
}

impl Rounds {
    /// Reserves a number for a round.
    pub(super) fn reserve(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.rounds.push(None);
            self.rounds.len() - 1
        })
    }

    pub(super) fn insert(&mut self, number: usize, round: Round) {
        self.rounds[number] = Some(round);
    }

    pub(super) fn tag(number: usize, part: usize) -> u64 {
        IS_PART | (number as u64) << PART_BITS | part as u64
    }

    #[inline]
    pub(super) fn is_part(tag: u64) -> bool {
        tag & IS_PART != 0
    }

    /// Records a reply to a command of a part. Returns the round if that was the last one.
    pub(super) fn record(&mut self, tag: u64, outcome: Result<&[u8], Error>) -> Option<Round> {
        let number = ((tag & !IS_PART) >> PART_BITS) as usize;
        let slot = self.rounds.get_mut(number)?;
        let round = slot.as_mut()?;
        let part = round.parts.get_mut((tag & ((1 << PART_BITS) - 1)) as usize)?;
        match outcome {
            Ok(reply) => part.replies.extend_from_slice(reply),
            Err(error) => _ = part.failure.get_or_insert(error),
        }
        round.missing -= 1;
        if round.missing > 0 {
            return None;
        }
        self.free.push(number);
        slot.take()
    }
}
