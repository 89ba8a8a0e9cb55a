//! The requests in flight, by their tags, and when their time is up. Every step takes the same time, however many there are.

use crate::client_loop::tag_index::{NONE, TagIndex};
use crate::error::{Code, Error};
use crate::transport::clock::{Time, exact_now, span};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

/// The most requests in flight.
const MAX_REQUESTS: usize = 1 << 20;

/// The number of a request in flight, for the event loop: a slot and its generation, less than 2⁶³.
pub(super) type Id = u64;

pub(super) type ByTag<T> = HashMap<u64, T, BuildHasherDefault<TagHasher>>;

pub(super) struct Requests {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_tag: TagIndex,
    /// By the longest time that requests may take: when the time of each is up, the oldest first. Some of them may have ended.
    deadlines: Vec<(Duration, VecDeque<(Time, Id)>)>,
}

struct Slot {
    tag: u64,
    generation: u32,
    /// The next slot in the bucket of the tag, of slots whose tag is known.
    next: u32,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    InFlight,
    /// Its time is up, and the program does not know it yet.
    Late,
    /// Its reply is dropped when it comes.
    Dropped,
}

impl Requests {
    pub(super) fn new() -> Requests {
        Requests { slots: Vec::new(), free: Vec::new(), by_tag: TagIndex::new(), deadlines: Vec::new() }
    }

    #[inline]
    pub(super) fn contains(&self, tag: u64) -> bool {
        self.find(tag).is_some()
    }

    /// The slot of a request with this tag.
    #[inline]
    fn find(&self, tag: u64) -> Option<u32> {
        let mut number = self.by_tag.first(tag);
        while let Some(slot) = self.slots.get(number as usize) {
            if slot.tag == tag {
                return Some(number);
            }
            number = slot.next;
        }
        None
    }

    #[inline]
    fn link(&mut self, number: u32) {
        let slot = &mut self.slots[number as usize];
        slot.next = self.by_tag.put_first(slot.tag, number);
    }

    #[inline]
    fn unlink(&mut self, number: u32) {
        let Slot { tag, next, .. } = self.slots[number as usize];
        let Some(mut before) = self.by_tag.remove_first(tag, number, next) else { return };
        while let Some(slot) = self.slots.get_mut(before as usize) {
            if slot.next == number {
                slot.next = next;
                return;
            }
            before = slot.next;
        }
    }

    /// Adds a slot, and makes the table larger if that is due.
    fn add_slot(&mut self) -> u32 {
        self.slots.push(Slot { tag: 0, generation: 0, next: NONE, state: State::Free });
        if self.by_tag.is_small_for(self.slots.len()) {
            self.by_tag.grow();
            for number in 0..self.slots.len() as u32 {
                if matches!(self.slots[number as usize].state, State::InFlight | State::Late) {
                    self.link(number);
                }
            }
        }
        (self.slots.len() - 1) as u32
    }

    /// Begins a request, whose tag must not be in flight. `limit` is the longest time that it may take.
    pub(super) fn begin(&mut self, tag: u64, limit: Option<Duration>) -> Result<Id, Error> {
        let number = match self.free.pop() {
            Some(number) => number,
            None if self.slots.len() == MAX_REQUESTS => return Err(too_many()),
            None => self.add_slot(),
        };
        let slot = &mut self.slots[number as usize];
        (slot.tag, slot.state) = (tag, State::InFlight);
        let id = u64::from(slot.generation) << 32 | u64::from(number);
        self.link(number);
        if let Some(limit) = limit {
            let deadline = exact_now().saturating_add(span(limit));
            match self.deadlines.iter_mut().find(|(other, _)| *other == limit) {
                Some((_, deadlines)) => deadlines.push_back((deadline, id)),
                None => self.deadlines.push((limit, VecDeque::from([(deadline, id)]))),
            }
        }
        Ok(id)
    }

    /// Whether the program still waits for the reply to a request.
    pub(super) fn is_wanted(&self, id: Id) -> bool {
        let slot = self.slots.get(id as u32 as usize);
        slot.is_some_and(|slot| u64::from(slot.generation) == id >> 32 && slot.state == State::InFlight)
    }

    fn slot(&mut self, id: Id) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(id as u32 as usize)?;
        (u64::from(slot.generation) == id >> 32 && slot.state != State::Free).then_some(slot)
    }

    /// Ends a request whose reply is here. Returns its tag, unless the reply is to be dropped.
    #[inline]
    pub(super) fn end(&mut self, id: Id) -> Option<u64> {
        let slot = self.slot(id)?;
        // If its time is up and the program does not know it yet, it gets the reply instead.
        let is_wanted = slot.state != State::Dropped;
        let tag = slot.tag;
        // 31 bits.
        slot.generation = (slot.generation + 1) & (u32::MAX >> 1);
        slot.state = State::Free;
        self.free.push(id as u32);
        if is_wanted {
            self.unlink(id as u32);
        }
        is_wanted.then_some(tag)
    }

    /// Forgets a tag. The reply of its request will be dropped.
    pub(super) fn cancel(&mut self, tag: u64) -> Option<Id> {
        let number = self.find(tag)?;
        self.unlink(number);
        let slot = &mut self.slots[number as usize];
        slot.state = State::Dropped;
        Some(u64::from(slot.generation) << 32 | u64::from(number))
    }

    /// When the time of the first request is up.
    pub(super) fn next_deadline(&mut self) -> Option<Time> {
        if self.deadlines.is_empty() {
            return None;
        }
        let mut all = std::mem::take(&mut self.deadlines);
        for (_, deadlines) in &mut all {
            while deadlines.front().is_some_and(|&(_, id)| !self.is_wanted(id)) {
                deadlines.pop_front();
            }
        }
        // A program may use many limits, each for a short time.
        all.retain(|(_, deadlines)| !deadlines.is_empty());
        self.deadlines = all;
        self.deadlines.iter().filter_map(|(_, deadlines)| deadlines.front()).map(|&(time, _)| time).min()
    }

    /// A request whose time is up, and its limit. [`Requests::end_late`] has to be called for it.
    pub(super) fn take_late(&mut self, now: Time) -> Option<(Id, Duration)> {
        let first = self.next_deadline().filter(|&deadline| deadline <= now)?;
        let is_first = |(_, deadlines): &&mut (Duration, VecDeque<(Time, Id)>)| deadlines.front().is_some_and(|&(time, _)| time == first);
        let (limit, deadlines) = self.deadlines.iter_mut().find(is_first)?;
        let (limit, (_, id)) = (*limit, deadlines.pop_front()?);
        self.slot(id)?.state = State::Late;
        Some((id, limit))
    }

    /// Forgets the tag of a late request, and returns it; `None` if the request was cancelled, or its reply was taken meanwhile.
    pub(super) fn end_late(&mut self, id: Id) -> Option<u64> {
        let tag = self.slot(id).filter(|slot| slot.state == State::Late)?.tag;
        self.cancel(tag);
        Some(tag)
    }
}

/// The error of a request whose time is up.
pub(super) fn late(limit: Duration) -> Error {
    let limit = limit.as_millis();
    Error::new(Code::Timeout, format!("the deadline of {limit} ms has passed; the command may have been executed")).maybe_executed()
}

#[cold]
fn too_many() -> Error {
    Error::new(Code::Request, format!("{MAX_REQUESTS} requests are in flight; take replies before you submit another one"))
}

/// For numbers and addresses.
#[derive(Default)]
pub(super) struct TagHasher(u64);

impl Hasher for TagHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(number ^ 0x243f_6a88_85a3_08d3) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(byte)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LIMIT: Option<Duration> = Some(SECOND);

    #[test]
    fn a_request_ends_once() {
        let mut requests = Requests::new();
        let first = requests.begin(7, None).unwrap();
        assert!(requests.contains(7));
        assert_eq!(requests.end(first), Some(7));
        assert!(!requests.contains(7));
        let second = requests.begin(7, None).unwrap();
        assert_eq!(requests.end(first), None, "of an older request in the same slot");
        assert_eq!(requests.end(second), Some(7));
    }

    #[test]
    fn tags_are_found_while_others_begin_and_end() {
        let mut requests = Requests::new();
        let mut known = HashMap::new();
        let mut random = 1_u64;
        for _ in 0..100_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let tag = (random >> 33) % 500 * if random >> 63 == 0 { 1 } else { 4096 };
            assert_eq!(requests.contains(tag), known.contains_key(&tag));
            match known.remove(&tag) {
                None => _ = known.insert(tag, requests.begin(tag, None).unwrap()),
                Some(id) if random >> 40 & 1 == 0 => assert_eq!(requests.end(id), Some(tag)),
                Some(id) => {
                    assert_eq!(requests.cancel(tag), Some(id));
                    assert_eq!(requests.end(id), None);
                }
            }
        }
    }

    #[test]
    fn the_reply_to_a_cancelled_request_is_dropped_and_its_tag_is_free() {
        let mut requests = Requests::new();
        let first = requests.begin(7, None).unwrap();
        assert_eq!(requests.cancel(7), Some(first));
        assert_eq!(requests.cancel(7), None);
        let second = requests.begin(7, None).unwrap();
        assert_ne!(first as u32, second as u32, "the slot is in use until the reply comes");
        assert_eq!(requests.end(first), None);
        assert!(requests.contains(7));
        assert_eq!(requests.end(second), Some(7));
    }

    #[test]
    fn a_reply_that_comes_before_the_program_knows_that_it_is_late_is_the_reply() {
        let mut requests = Requests::new();
        let id = requests.begin(7, LIMIT).unwrap();
        assert_eq!(requests.take_late(Time::MAX - 1), Some((id, SECOND)));
        assert_eq!(requests.end(id), Some(7));
        assert_eq!(requests.end_late(id), None);
        assert!(!requests.contains(7));
    }

    #[test]
    fn requests_are_late_in_the_order_of_their_beginning() {
        let mut requests = Requests::new();
        let ids: Vec<Id> = (0..4).map(|tag| requests.begin(tag, LIMIT).unwrap()).collect();
        requests.end(ids[0]);
        requests.cancel(2);
        assert_eq!(requests.take_late(0), None);
        assert_eq!(requests.take_late(Time::MAX), Some((ids[1], SECOND)));
        assert_eq!(requests.take_late(Time::MAX), Some((ids[3], SECOND)));
        assert_eq!(requests.take_late(Time::MAX), None);
        assert_eq!(requests.next_deadline(), None);
        assert!(requests.contains(3), "until the program knows");
        assert_eq!(requests.end_late(ids[3]), Some(3));
        assert!(!requests.contains(3));
        assert_eq!(requests.end(ids[3]), None);
        requests.cancel(1);
        assert_eq!(requests.end_late(ids[1]), None);
    }

    #[test]
    fn requests_of_different_limits_are_late_in_the_order_of_their_deadlines() {
        let mut requests = Requests::new();
        let long = requests.begin(1, Some(Duration::from_secs(3600))).unwrap();
        let short = requests.begin(2, LIMIT).unwrap();
        requests.begin(3, None).unwrap();
        let first = requests.next_deadline().unwrap();
        assert_eq!(requests.take_late(first), Some((short, SECOND)));
        assert_eq!(requests.take_late(first), None);
        assert_eq!(requests.take_late(Time::MAX), Some((long, Duration::from_secs(3600))));
        assert_eq!(requests.take_late(Time::MAX), None);
        assert!(requests.deadlines.is_empty(), "limits that no request has are forgotten");
    }
}
