//! RENAME and RENAMENX from a source server to a target server (src/crossnode/transfer/), `recover` and `recover_to`.

use stateright::{Model, Property};

/// Rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Before `recover` undoes a move it changes the landing key, which a delivery watches.
    ChangeLandingKey,
    /// `recover` watches the landing key before it looks for a staged value, and deletes the copy only if there was no delivery since.
    WatchLandingKey,
    /// The source server is cleaned up before the target server.
    CleanSourceFirst,
    /// The delivery is recorded in the transaction that delivers.
    RecordDelivery,
    /// `recover` deletes the record of a refused delivery in the step that deletes the landing key.
    ForgetRefusedDelivery,
    /// `recover_to` prevents the delivery, as `recover` does, before it moves the staged value.
    PreventDeliveryBeforeMove,
}

pub const RULES: [Rule; 6] = [
    Rule::ChangeLandingKey,
    Rule::WatchLandingKey,
    Rule::CleanSourceFirst,
    Rule::RecordDelivery,
    Rule::ForgetRefusedDelivery,
    Rule::PreventDeliveryBeforeMove,
];

pub struct Rename {
    only_new: bool,
    recovers: usize,
    without: Option<Rule>,
}

impl Rename {
    pub fn new(only_new: bool, recovers: usize, without: Option<Rule>) -> Rename {
        Rename { only_new, recovers, without }
    }

    fn has(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Missing,
    /// The value that moves.
    Moving,
    /// A value of another client.
    Foreign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LandingRecord {
    Missing,
    Landing,
    Delivered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    Land,
    Stage,
    AwaitStaged,
    Deliver,
    AwaitDelivered,
    CleanFirst,
    CleanSecond,
    /// Undo: the landing key, the source, the record of the staging key.
    RemoveLanding,
    Restore,
    RemoveStagingRecord,
    Succeeded,
    /// RENAMENX returned 0, or an error says that nothing was executed.
    NotExecuted,
    Unknown,
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recover {
    Idle,
    /// A staged value.
    AskTarget,
    RemoveStaged,
    RemoveDelivered,
    Restore,
    RemoveStagingRecord,
    RemoveLanding,
    /// A copy or the record of a delivery.
    Watch,
    AskSource,
    RemoveCopy,
    /// `recover_to` a key of the source server; to another server, the value moves on as by another RENAMENX.
    AskTargetToMove,
    Move,
    ForgetMoved,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transaction {
    Unsent,
    Sent,
    Done,
    Conflict,
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    source: Key,
    source_is_foreign: bool,
    staged: bool,
    staging_record: bool,
    /// The value is under the key that the caller of `recover_to` named.
    moved: bool,
    landing: bool,
    landing_record: LandingRecord,
    destination: Key,
    /// The landing key has changed since the call, or a recover, began to watch it.
    call_conflict: bool,
    conflicts: Vec<bool>,
    stage: Transaction,
    deliver: Transaction,
    call: Call,
    recovers: Vec<Recover>,
    foreign_writes: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Call,
    /// The call's connection is lost while it waits for a reply.
    CallLosesReply,
    CallDies,
    ServerStages,
    ServerDelivers,
    Recover(usize),
    RecoverFindsCopy(usize),
    RecoverToBegins(usize),
    RecoverDies(usize),
    OtherWritesSource,
    OtherWritesDestination,
}

impl State {
    fn change_landing(&mut self) {
        self.call_conflict = true;
        self.conflicts.fill(true);
    }

    fn copies(&self) -> usize {
        usize::from(self.source == Key::Moving)
            + usize::from(self.staged)
            + usize::from(self.moved)
            + usize::from(self.destination == Key::Moving)
    }

    /// RENAMENX from the staging key to the source. Returns false if the source is in use.
    fn restore(&mut self) -> bool {
        if !self.staged {
            return true;
        }
        if self.source == Key::Missing {
            (self.source, self.staged) = (Key::Moving, false);
        }
        !self.staged
    }

    fn remove_landing(&mut self) {
        if self.landing {
            self.change_landing();
        }
        (self.landing, self.landing_record) = (false, LandingRecord::Missing);
    }

    fn is_quiet(&self) -> bool {
        matches!(self.call, Call::Succeeded | Call::NotExecuted | Call::Unknown | Call::Dead)
            && self.recovers.iter().all(|recover| matches!(recover, Recover::Idle | Recover::Done))
            && self.stage != Transaction::Sent
            && self.deliver != Transaction::Sent
    }
}

impl Rename {
    fn stage(&self, state: &mut State) {
        state.stage = if state.source == Key::Moving && !state.source_is_foreign {
            (state.source, state.staged, state.staging_record) = (Key::Missing, true, true);
            Transaction::Done
        } else {
            Transaction::Conflict
        };
    }

    fn deliver(&self, state: &mut State) {
        if state.call_conflict || !state.landing {
            state.deliver = Transaction::Conflict;
            return;
        }
        if self.has(Rule::RecordDelivery) {
            state.landing_record = LandingRecord::Delivered;
        }
        if self.only_new && state.destination != Key::Missing {
            state.deliver = Transaction::Refused;
            return;
        }
        (state.landing, state.destination) = (false, Key::Moving);
        state.change_landing();
        state.deliver = Transaction::Done;
    }

    fn clean(&self, state: &mut State, source: bool) {
        match source {
            true => (state.staged, state.staging_record) = (false, false),
            false => state.landing_record = LandingRecord::Missing,
        }
    }

    fn call(&self, state: &mut State) {
        state.call = match state.call {
            Call::Land => {
                (state.landing, state.landing_record) = (true, LandingRecord::Landing);
                state.change_landing();
                state.call_conflict = false;
                // RENAMENX looks at the destination.
                if self.only_new && state.destination != Key::Missing { Call::RemoveLanding } else { Call::Stage }
            }
            Call::Stage => {
                state.stage = Transaction::Sent;
                Call::AwaitStaged
            }
            Call::AwaitStaged if state.stage == Transaction::Done => Call::Deliver,
            Call::AwaitStaged => Call::RemoveLanding,
            Call::Deliver => {
                state.deliver = Transaction::Sent;
                Call::AwaitDelivered
            }
            Call::AwaitDelivered if state.deliver == Transaction::Done => Call::CleanFirst,
            Call::AwaitDelivered => Call::RemoveLanding,
            Call::CleanFirst => {
                self.clean(state, self.has(Rule::CleanSourceFirst));
                Call::CleanSecond
            }
            Call::CleanSecond => {
                self.clean(state, !self.has(Rule::CleanSourceFirst));
                Call::Succeeded
            }
            Call::RemoveLanding => {
                state.remove_landing();
                if state.stage == Transaction::Done { Call::Restore } else { Call::NotExecuted }
            }
            Call::Restore => {
                if state.restore() {
                    Call::RemoveStagingRecord
                } else {
                    Call::Unknown
                }
            }
            Call::RemoveStagingRecord => {
                state.staging_record = false;
                Call::NotExecuted
            }
            ended => ended,
        };
    }

    /// Whether the value was delivered. If not, it never will be.
    fn was_delivered(&self, state: &mut State) -> bool {
        let is_delivered = state.landing_record == LandingRecord::Delivered && !state.landing;
        if !is_delivered && self.has(Rule::ChangeLandingKey) {
            state.landing = false;
            state.change_landing();
            if self.has(Rule::ForgetRefusedDelivery) {
                state.landing_record = LandingRecord::Missing;
            }
        }
        is_delivered
    }

    fn recover(&self, state: &mut State, nth: usize) {
        state.recovers[nth] = match state.recovers[nth] {
            Recover::Idle => Recover::AskTarget,
            Recover::AskTarget => {
                if self.was_delivered(state) {
                    Recover::RemoveStaged
                } else {
                    Recover::Restore
                }
            }
            Recover::AskTargetToMove if !self.has(Rule::PreventDeliveryBeforeMove) => Recover::Move,
            Recover::AskTargetToMove => {
                if self.was_delivered(state) {
                    Recover::RemoveStaged
                } else {
                    Recover::Move
                }
            }
            Recover::Move if state.staged && !state.moved => {
                (state.staged, state.moved) = (false, true);
                Recover::ForgetMoved
            }
            Recover::Move => Recover::Done,
            Recover::ForgetMoved => {
                state.staging_record = false;
                Recover::Done
            }
            Recover::RemoveStaged => {
                self.clean(state, true);
                Recover::RemoveDelivered
            }
            Recover::RemoveDelivered => {
                state.remove_landing();
                Recover::Done
            }
            Recover::Restore => {
                if state.restore() {
                    Recover::RemoveStagingRecord
                } else {
                    Recover::Done
                }
            }
            Recover::RemoveStagingRecord => {
                state.staging_record = false;
                Recover::RemoveLanding
            }
            Recover::RemoveLanding => {
                state.remove_landing();
                Recover::Done
            }
            Recover::Watch => {
                state.conflicts[nth] = false;
                Recover::AskSource
            }
            Recover::AskSource => {
                if state.staging_record {
                    Recover::AskTarget
                } else {
                    Recover::RemoveCopy
                }
            }
            Recover::RemoveCopy => {
                if !state.conflicts[nth] || !self.has(Rule::WatchLandingKey) {
                    state.remove_landing();
                }
                Recover::Done
            }
            Recover::Done => Recover::Done,
        };
    }

    /// What is left when the next `recover` is not disturbed.
    fn recovered(&self, state: &State) -> State {
        let mut state = state.clone();
        for _ in 0..2 {
            state.recovers[0] = match (state.staging_record, state.landing_record) {
                (true, _) => Recover::AskTarget,
                (false, LandingRecord::Missing) => Recover::Done,
                (false, _) => Recover::Watch,
            };
            while state.recovers[0] != Recover::Done {
                self.recover(&mut state, 0);
            }
        }
        state
    }
}

impl Model for Rename {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            source: Key::Moving,
            source_is_foreign: false,
            staged: false,
            staging_record: false,
            moved: false,
            landing: false,
            landing_record: LandingRecord::Missing,
            destination: Key::Missing,
            call_conflict: false,
            conflicts: vec![false; self.recovers],
            stage: Transaction::Unsent,
            deliver: Transaction::Unsent,
            call: Call::Land,
            recovers: vec![Recover::Idle; self.recovers],
            foreign_writes: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let awaits = |wait, transaction| state.call == wait && transaction == Transaction::Sent;
        if !matches!(state.call, Call::Succeeded | Call::NotExecuted | Call::Unknown | Call::Dead) {
            actions.push(Action::CallDies);
            match awaits(Call::AwaitStaged, state.stage) || awaits(Call::AwaitDelivered, state.deliver) {
                true => {}
                false => actions.push(Action::Call),
            }
            if matches!(state.call, Call::AwaitStaged | Call::AwaitDelivered) {
                actions.push(Action::CallLosesReply);
            }
        }
        actions.extend((state.stage == Transaction::Sent).then_some(Action::ServerStages));
        actions.extend((state.deliver == Transaction::Sent).then_some(Action::ServerDelivers));
        for (nth, recover) in state.recovers.iter().enumerate() {
            match recover {
                Recover::Idle => {
                    actions.extend(state.staging_record.then_some(Action::Recover(nth)));
                    actions.extend(state.staging_record.then_some(Action::RecoverToBegins(nth)));
                    actions.extend((state.landing_record != LandingRecord::Missing).then_some(Action::RecoverFindsCopy(nth)));
                }
                Recover::Done => {}
                _ => actions.extend([Action::Recover(nth), Action::RecoverDies(nth)]),
            }
        }
        if state.foreign_writes < 1 {
            actions.extend((state.source == Key::Missing).then_some(Action::OtherWritesSource));
            actions.extend((state.destination == Key::Missing).then_some(Action::OtherWritesDestination));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut state = state.clone();
        match action {
            Action::Call => self.call(&mut state),
            Action::CallLosesReply => state.call = Call::Unknown,
            Action::CallDies => state.call = Call::Dead,
            Action::ServerStages => self.stage(&mut state),
            Action::ServerDelivers => self.deliver(&mut state),
            Action::Recover(nth) => self.recover(&mut state, nth),
            Action::RecoverFindsCopy(nth) => state.recovers[nth] = Recover::Watch,
            Action::RecoverToBegins(nth) => state.recovers[nth] = Recover::AskTargetToMove,
            Action::RecoverDies(nth) => state.recovers[nth] = Recover::Done,
            Action::OtherWritesSource => {
                (state.source, state.source_is_foreign) = (Key::Foreign, true);
                state.foreign_writes += 1;
            }
            Action::OtherWritesDestination => {
                state.destination = Key::Foreign;
                state.foreign_writes += 1;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("the value is always stored on some server", |_, state: &State| state.copies() > 0),
            Property::always("the value is never at two keys", |_, state: &State| {
                [state.source == Key::Moving, state.moved, state.destination == Key::Moving].iter().filter(|has| **has).count() < 2
            }),
            Property::always("a move that succeeded is never undone", |_, state: &State| {
                state.call != Call::Succeeded || state.destination == Key::Moving && state.source != Key::Moving && !state.moved
            }),
            Property::always("a move that was not executed is not completed", |_, state: &State| {
                state.call != Call::NotExecuted || state.destination != Key::Moving
            }),
            Property::always("recover completes or undoes what remains", |model: &Rename, state: &State| {
                if !state.is_quiet() {
                    return true;
                }
                let state = model.recovered(state);
                let is_waiting = state.staged && state.source == Key::Foreign;
                state.copies() == 1 && (is_waiting || !state.staged && !state.staging_record) && !state.landing
            }),
            Property::sometimes("it succeeds", |_, state: &State| state.call == Call::Succeeded),
            Property::sometimes("it is undone", |_, state: &State| state.call == Call::NotExecuted && state.stage == Transaction::Done),
            Property::sometimes("recover_to moves it", |_, state: &State| state.moved),
            Property::sometimes("recover completes it", |model: &Rename, state: &State| {
                state.call == Call::Dead && state.is_quiet() && state.staged && model.recovered(state).destination == Key::Moving
            }),
        ]
    }
}
