//! What becomes of the replies of several servers: one reply as a rule; something else, for a caller who needs no copy of them.

use super::batch::{Answer, Slot, Split};
use crate::command::Spread;
use crate::lane::Lane;
use crate::reply::{Entry, Kind, Reply};

/// A caller, and what it makes of the answer to its commands.
pub(crate) trait Take {
    type Taken;

    /// Takes a list of strings from where they lie; `None` asks for the reply instead.
    fn strings(&mut self, strings: &Strings) -> Option<Self::Taken>;

    fn reply(&mut self, reply: Reply) -> Self::Taken;
}

/// The reply, and nothing else.
pub(super) struct AsReply;

impl Take for AsReply {
    type Taken = Reply;

    #[inline]
    fn strings(&mut self, _: &Strings) -> Option<Reply> {
        None
    }

    #[inline]
    fn reply(&mut self, reply: Reply) -> Reply {
        reply
    }
}

/// The answer to one command, or those to many, where they may be nothing but a list of strings.
pub(crate) struct Strings<'l, 'p, 'a> {
    lanes: &'l [Option<Lane<'p, 'a>>],
    slots: &'l [Slot<'a>],
    is_single: bool,
}

impl<'l, 'p, 'a> Strings<'l, 'p, 'a> {
    pub(super) fn of(lanes: &'l [Option<Lane<'p, 'a>>], slots: &'l [Slot<'a>], is_single: bool) -> Strings<'l, 'p, 'a> {
        Strings { lanes, slots, is_single }
    }

    /// About as many bytes as the strings have.
    pub(crate) fn bytes(&self) -> usize {
        self.lanes.iter().flatten().map(|lane| lane.bytes().len()).sum()
    }

    /// Hands them over in the caller's order: the bytes around each, where it begins there, its length. Answers false as soon as something
    /// else is met: no list, another value, a command that failed.
    pub(crate) fn each(&self, take: impl FnMut(&[u8], usize, usize)) -> bool {
        match self.slots {
            [Slot { name, answer: Answer::Split(split) }] if self.is_single && split.spread == Spread::Values => {
                self.each_of(split, name, take)
            }
            _ if self.is_single => false,
            slots => self.each_reply(slots, take),
        }
    }

    /// One string a key: each from the part that its key went to.
    fn each_of(&self, split: &Split, name: &[u8], mut take: impl FnMut(&[u8], usize, usize)) -> bool {
        let mut parts = Vec::with_capacity(split.parts.len());
        for part in &split.parts {
            let Some(lane) = self.lanes[part.server].as_ref().filter(|lane| lane.outcome(part.ordinal, name).is_ok()) else { return false };
            match replies(lane).split_first() {
                Some((list, strings)) if list.kind() == Kind::Array && list.length() == part.keys => {
                    parts.push(Next { bytes: lane.bytes(), entries: strings })
                }
                _ => return false,
            }
        }
        split.owners.iter().all(|&owner| parts[owner as usize].take(&mut take))
    }

    fn each_reply(&self, slots: &[Slot], mut take: impl FnMut(&[u8], usize, usize)) -> bool {
        let next = |lane: &'l Lane| Next { bytes: lane.bytes(), entries: replies(lane) };
        let mut nexts: Vec<Next> = self.lanes.iter().map(|lane| lane.as_ref().map_or(Next::default(), next)).collect();
        // What a lane that failed has no reply to is missing among the entries.
        slots.iter().all(|slot| match slot.answer {
            Answer::One { server, .. } => nexts[server as usize].take(&mut take),
            _ => false,
        })
    }
}

/// Entry 0 is the place of an array around all replies.
fn replies<'l>(lane: &'l Lane) -> &'l [Entry] {
    lane.entries().get(1..).unwrap_or_default()
}

/// What comes next of a server's replies.
#[derive(Default)]
struct Next<'l> {
    bytes: &'l [u8],
    entries: &'l [Entry],
}

impl Next<'_> {
    #[inline(always)]
    fn take(&mut self, take: &mut impl FnMut(&[u8], usize, usize)) -> bool {
        match self.entries.split_first() {
            Some((string, behind)) if string.kind() == Kind::String => {
                take(self.bytes, string.data as usize, string.length());
                self.entries = behind;
                true
            }
            _ => false,
        }
    }
}
