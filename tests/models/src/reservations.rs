//! The reservations of MSETNX: several calls that run at the same time, without faults. tests/models/src/msetnx.rs is about faults, and does without
//! reservations: they only keep calls from disturbing each other.

use stateright::{Model, Property};

/// Rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A call that has not reserved all of its keys begins again.
    ReserveAll,
    /// A node reserves the keys before it looks whether they exist.
    ReserveBeforeLook,
    /// A node releases the keys in the step that stores them, not before.
    ReleaseWhenStored,
}

pub const RULES: [Rule; 3] = [Rule::ReserveAll, Rule::ReserveBeforeLook, Rule::ReleaseWhenStored];

const NODES: usize = 3;

pub struct Reservations {
    /// The nodes of each call, each with one key.
    calls: Vec<Vec<usize>>,
    without: Option<Rule>,
}

impl Reservations {
    pub fn new(calls: &[&[usize]], without: Option<Rule>) -> Reservations {
        Reservations { calls: calls.iter().map(|nodes| nodes.to_vec()).collect(), without }
    }

    fn has(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Missing,
    Of(usize),
    Foreign,
}

/// The number is that of a node among those of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    First(usize),
    Second(usize),
    Store(usize),
    Judge,
    Release(usize),
    Undo(usize),
    Returned(bool),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Call {
    step: Step,
    reserved: [bool; NODES],
    stored: [bool; NODES],
    conflicts: [bool; NODES],
    exists: bool,
    /// It has stored something that it did not keep.
    was_visible: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    keys: [Key; NODES],
    reservations: [Option<usize>; NODES],
    calls: Vec<Call>,
    foreign_writes: u8,
    foreign_deletes: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Call(usize),
    OtherWrites(usize),
    OtherDeletes(usize),
}

impl State {
    fn change(&mut self, node: usize, key: Key) {
        self.keys[node] = key;
        self.calls.iter_mut().for_each(|call| call.conflicts[node] = true);
    }
}

impl Reservations {
    fn reserve(state: &mut State, call: usize, node: usize) {
        let owner = *state.reservations[node].get_or_insert(call);
        state.calls[call].reserved[node] = owner == call;
    }

    fn look(state: &mut State, call: usize, node: usize) {
        state.calls[call].conflicts[node] = false;
        state.calls[call].exists |= state.keys[node] != Key::Missing;
    }

    fn release(state: &mut State, call: usize, node: usize) {
        if state.calls[call].reserved[node] && state.reservations[node] == Some(call) {
            state.reservations[node] = None;
        }
        state.calls[call].reserved[node] = false;
    }

    fn advance(&self, state: &mut State, call: usize) {
        let nodes = &self.calls[call];
        let next = |nth: usize, step: fn(usize) -> Step, after: Step| if nth + 1 < nodes.len() { step(nth + 1) } else { after };
        state.calls[call].step = match state.calls[call].step {
            Step::First(nth) => {
                let first = if self.has(Rule::ReserveBeforeLook) { Self::reserve } else { Self::look };
                first(state, call, nodes[nth]);
                Step::Second(nth)
            }
            Step::Second(nth) => {
                let second = if self.has(Rule::ReserveBeforeLook) { Self::look } else { Self::reserve };
                second(state, call, nodes[nth]);
                let is_reserved = nodes.iter().all(|node| state.calls[call].reserved[*node]) || !self.has(Rule::ReserveAll);
                let after = if state.calls[call].exists || !is_reserved { Step::Release(0) } else { Step::Store(0) };
                next(nth, Step::First, after)
            }
            Step::Store(nth) => {
                let node = nodes[nth];
                if nth == 0 && !self.has(Rule::ReleaseWhenStored) {
                    nodes.iter().for_each(|node| Self::release(state, call, *node));
                }
                if !state.calls[call].conflicts[node] && state.keys[node] == Key::Missing {
                    state.change(node, Key::Of(call));
                    state.calls[call].stored[node] = true;
                    Self::release(state, call, node);
                }
                next(nth, Step::Store, Step::Judge)
            }
            Step::Judge if nodes.iter().all(|node| state.calls[call].stored[*node]) => Step::Returned(true),
            Step::Judge => {
                state.calls[call].was_visible |= state.calls[call].stored.contains(&true);
                Step::Undo(0)
            }
            Step::Undo(nth) => {
                let node = nodes[nth];
                if state.calls[call].stored[node] && state.keys[node] == Key::Of(call) {
                    state.change(node, Key::Missing);
                }
                state.calls[call].stored[node] = false;
                next(nth, Step::Undo, Step::Release(0))
            }
            Step::Release(nth) => {
                Self::release(state, call, nodes[nth]);
                let after = if state.calls[call].exists { Step::Returned(false) } else { Step::First(0) };
                next(nth, Step::Release, after)
            }
            over @ Step::Returned(_) => over,
        };
    }
}

impl Model for Reservations {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let none = [false; NODES];
        let call = Call { step: Step::First(0), reserved: none, stored: none, conflicts: none, exists: false, was_visible: false };
        vec![State {
            keys: [Key::Missing; NODES],
            reservations: [None; NODES],
            calls: vec![call; self.calls.len()],
            foreign_writes: 0,
            foreign_deletes: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let is_running = |call: &usize| !matches!(state.calls[*call].step, Step::Returned(_));
        actions.extend((0..state.calls.len()).filter(is_running).map(Action::Call));
        if state.foreign_writes < 1 {
            actions.extend((0..NODES).filter(|node| state.keys[*node] == Key::Missing).map(Action::OtherWrites));
        }
        if state.foreign_deletes < 2 {
            actions.extend((0..NODES).filter(|node| state.keys[*node] != Key::Missing).map(Action::OtherDeletes));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut state = state.clone();
        match action {
            Action::Call(call) => self.advance(&mut state, call),
            Action::OtherWrites(node) => {
                state.change(node, Key::Foreign);
                state.foreign_writes += 1;
            }
            Action::OtherDeletes(node) => {
                state.change(node, Key::Missing);
                state.foreign_deletes += 1;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("only another command makes an MSETNX store what it does not keep", |_, state: &State| {
                state.foreign_writes > 0 || state.calls.iter().all(|call| !call.was_visible)
            }),
            Property::always("nothing stays reserved", |_, state: &State| {
                let is_over = state.calls.iter().all(|call| matches!(call.step, Step::Returned(_)));
                !is_over || state.reservations == [None; NODES]
            }),
            Property::sometimes("two succeed, one after the other", |_, state: &State| {
                state.calls.iter().filter(|call| call.step == Step::Returned(true)).count() == 2
            }),
            Property::sometimes("one returns 0 and has stored nothing", |_, state: &State| {
                state.calls.iter().any(|call| call.step == Step::Returned(false) && !call.was_visible)
            }),
        ]
    }
}
