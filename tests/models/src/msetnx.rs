//! MSETNX over several nodes (src/crossnode/msetnx/), and `recover`. Each node has one key.

use stateright::{Model, Property};

/// Rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `recover` sets and deletes the missing keys of a node without a record, and begins again if the node stored meanwhile.
    TouchMissingKeys,
    /// After it has asked all nodes, `recover` looks at the first node's record once more.
    LookAtFirstAgain,
    /// The first node's record is deleted first when the command is complete.
    ForgetFirstFirst,
    /// The first node is undone last.
    UndoFirstLast,
    /// A call that lost a reply asks the node whether it has stored, instead of undoing at once.
    AskAfterLostReply,
}

pub const RULES: [Rule; 5] =
    [Rule::TouchMissingKeys, Rule::LookAtFirstAgain, Rule::ForgetFirstFirst, Rule::UndoFirstLast, Rule::AskAfterLostReply];

pub struct Msetnx {
    nodes: usize,
    recovers: usize,
    without: Option<Rule>,
}

impl Msetnx {
    pub fn new(nodes: usize, recovers: usize, without: Option<Rule>) -> Msetnx {
        Msetnx { nodes, recovers, without }
    }

    fn has(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    /// The order in which the nodes are undone.
    fn undo_order(&self, nth: usize) -> usize {
        if self.has(Rule::UndoFirstLast) { self.nodes - 1 - nth } else { nth }
    }

    /// The order in which the records of a complete command are deleted.
    fn forget_order(&self, nth: usize) -> usize {
        if self.has(Rule::ForgetFirstFirst) { nth } else { self.nodes - 1 - nth }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Missing,
    Stored,
    Foreign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transaction {
    Unsent,
    Sent,
    Done,
    Conflict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    Unasked,
    Yes,
    No,
    Unknown,
}

/// What the call, or a `recover`, does next. The number is that of a node in the order of the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Idle,
    Watch(usize),
    Store(usize),
    Await(usize),
    Look,
    /// Watches the keys and looks for the record.
    Ask(usize),
    Touch(usize),
    LookAgain,
    Forget(usize),
    WatchToUndo(usize),
    Undo(usize),
    Succeeded,
    NotExecuted,
    Unknown,
    Dead,
}

impl Step {
    fn is_over(self) -> bool {
        matches!(self, Step::Succeeded | Step::NotExecuted | Step::Unknown | Step::Dead)
    }
}

/// The call is number 0, then come the recovers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    step: Step,
    known: Vec<Known>,
    /// A key that it watches was changed.
    conflict: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    keys: Vec<Key>,
    records: Vec<bool>,
    /// The keys changed since the call began to watch them.
    conflicts: Vec<bool>,
    transactions: Vec<Transaction>,
    clients: Vec<Client>,
    /// The node that each client watches beside the transactions of the call.
    watched: Vec<Option<usize>>,
    foreign_writes: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Client(usize),
    LosesReply,
    CannotAsk,
    Dies(usize),
    ServerStores(usize),
    OtherWrites(usize),
}

impl State {
    fn change(&mut self, node: usize) {
        self.conflicts[node] = true;
        for (client, watched) in self.clients.iter_mut().zip(&self.watched) {
            client.conflict |= *watched == Some(node);
        }
    }

    fn watch(&mut self, client: usize, node: usize) {
        self.watched[client] = Some(node);
        self.clients[client].conflict = false;
    }

    fn stored(&self) -> usize {
        self.keys.iter().filter(|key| **key == Key::Stored).count()
    }

    fn foreign(&self) -> usize {
        self.keys.iter().filter(|key| **key == Key::Foreign).count()
    }

    fn is_quiet(&self) -> bool {
        self.clients[0].step.is_over()
            && self.clients[1..].iter().all(|client| client.step == Step::Idle || client.step.is_over())
            && !self.transactions.contains(&Transaction::Sent)
    }
}

impl Msetnx {
    fn server_stores(&self, state: &mut State, node: usize) {
        if state.conflicts[node] || state.keys[node] != Key::Missing {
            state.transactions[node] = Transaction::Conflict;
            return;
        }
        (state.keys[node], state.records[node]) = (Key::Stored, true);
        state.change(node);
        state.transactions[node] = Transaction::Done;
    }

    /// The next node that must be asked, or what follows when there is none.
    fn next_to_ask(&self, state: &State, client: usize, from: usize) -> Step {
        let known = &state.clients[client].known;
        let unknown = |node: &usize| client > 0 && *node > 0 || client == 0 && known[*node] == Known::Unknown;
        match (from..self.nodes).find(unknown) {
            Some(node) => Step::Ask(node),
            None if client > 0 && known[1..].contains(&Known::No) => Step::LookAgain,
            None if client > 0 => Step::Forget(0),
            None => self.decide(state),
        }
    }

    /// What the call does when it has asked all that it can.
    fn decide(&self, state: &State) -> Step {
        let known = &state.clients[0].known;
        let stored = known.iter().filter(|known| **known == Known::Yes).count();
        if stored == self.nodes {
            return Step::Forget(0);
        }
        match known.contains(&Known::No) {
            true if known[0] == Known::Yes => Step::LookAgain,
            true => Step::WatchToUndo(0),
            // The command may have succeeded.
            false if self.has(Rule::AskAfterLostReply) => Step::Unknown,
            false => Step::WatchToUndo(0),
        }
    }

    fn after_storing(&self, state: &State) -> Step {
        let known = &state.clients[0].known;
        if self.has(Rule::AskAfterLostReply) && known.contains(&Known::Unknown) {
            self.next_to_ask(state, 0, 0)
        } else {
            self.decide(state)
        }
    }

    fn advance(&self, state: &mut State, client: usize) {
        let step = state.clients[client].step;
        state.clients[client].step = match step {
            Step::Idle => Step::Look,
            Step::Watch(node) => {
                state.conflicts[node] = false;
                match state.keys[node] {
                    Key::Missing if node + 1 < self.nodes => Step::Watch(node + 1),
                    Key::Missing => Step::Store(0),
                    _ => Step::NotExecuted,
                }
            }
            // The first node stores before the others, which store at the same time.
            Step::Store(node) => {
                let sent = if node == 0 { 0..1 } else { 1..self.nodes };
                state.transactions[sent].fill(Transaction::Sent);
                Step::Await(node)
            }
            Step::Await(node) => {
                let known = if state.transactions[node] == Transaction::Done { Known::Yes } else { Known::No };
                state.clients[0].known[node] = known;
                self.after_await(state, node)
            }
            Step::Look if state.records[0] => self.next_to_ask(state, client, 1),
            Step::Look => Step::Forget(0),
            Step::Ask(node) => {
                state.watch(client, node);
                if state.records[node] {
                    state.clients[client].known[node] = Known::Yes;
                    self.next_to_ask(state, client, node + 1)
                } else {
                    Step::Touch(node)
                }
            }
            Step::Touch(node) if state.clients[client].conflict && self.has(Rule::TouchMissingKeys) => Step::Ask(node),
            Step::Touch(node) => {
                if self.has(Rule::TouchMissingKeys) && state.keys[node] == Key::Missing {
                    state.change(node);
                }
                state.clients[client].known[node] = Known::No;
                self.next_to_ask(state, client, node + 1)
            }
            Step::LookAgain if state.records[0] || !self.has(Rule::LookAtFirstAgain) => Step::WatchToUndo(0),
            // Another client has ended the command.
            Step::LookAgain if client == 0 => Step::Unknown,
            Step::LookAgain => Step::Forget(0),
            Step::Forget(nth) => {
                state.records[self.forget_order(nth)] = false;
                if nth + 1 < self.nodes { Step::Forget(nth + 1) } else { Step::Succeeded }
            }
            Step::WatchToUndo(nth) => {
                let node = self.undo_order(nth);
                let known = &state.clients[client].known;
                if self.has(Rule::AskAfterLostReply) && known.contains(&Known::Unknown) && (node == 0 || known[node] == Known::Unknown) {
                    // A node that may have stored, and could not be asked, stays as it is; so does the first node then.
                    state.clients[client].step = if node == 0 { Step::Unknown } else { self.after_undo(nth) };
                    return;
                }
                state.watch(client, node);
                if state.records[node] { Step::Undo(nth) } else { self.after_undo(nth) }
            }
            Step::Undo(nth) if state.clients[client].conflict => Step::WatchToUndo(nth),
            Step::Undo(nth) => {
                let node = self.undo_order(nth);
                if state.keys[node] == Key::Stored {
                    state.keys[node] = Key::Missing;
                    state.change(node);
                }
                state.records[node] = false;
                self.after_undo(nth)
            }
            over => over,
        };
    }

    fn after_await(&self, state: &State, node: usize) -> Step {
        match node {
            0 if state.clients[0].known[0] == Known::Yes => Step::Store(1),
            // The others have not been asked, and never will be.
            0 if state.clients[0].known[0] == Known::No => Step::NotExecuted,
            0 => self.after_storing(state),
            node if node + 1 < self.nodes => Step::Await(node + 1),
            _ => self.after_storing(state),
        }
    }

    fn after_undo(&self, nth: usize) -> Step {
        if nth + 1 < self.nodes { Step::WatchToUndo(nth + 1) } else { Step::NotExecuted }
    }

    /// What is left when the next `recover` is not disturbed.
    fn recovered(&self, state: &State) -> State {
        let mut state = state.clone();
        if !state.records.contains(&true) {
            return state;
        }
        let last = self.recovers;
        state.clients[last] = Client { step: Step::Look, known: vec![Known::Unasked; self.nodes], conflict: false };
        while !state.clients[last].step.is_over() {
            self.advance(&mut state, last);
        }
        state
    }
}

impl Model for Msetnx {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let client = |step| Client { step, known: vec![Known::Unasked; self.nodes], conflict: false };
        let mut clients = vec![client(Step::Watch(0))];
        clients.extend((0..self.recovers).map(|_| client(Step::Idle)));
        vec![State {
            keys: vec![Key::Missing; self.nodes],
            records: vec![false; self.nodes],
            conflicts: vec![false; self.nodes],
            transactions: vec![Transaction::Unsent; self.nodes],
            watched: vec![None; clients.len()],
            clients,
            foreign_writes: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (number, client) in state.clients.iter().enumerate().filter(|(_, client)| !client.step.is_over()) {
            match client.step {
                Step::Await(node) if state.transactions[node] == Transaction::Sent => {}
                // A recover begins when it has found a record.
                Step::Idle if !state.records.contains(&true) => continue,
                _ => actions.push(Action::Client(number)),
            }
            actions.extend((client.step != Step::Idle).then_some(Action::Dies(number)));
            actions.extend(matches!(client.step, Step::Await(_)).then_some(Action::LosesReply));
            actions.extend((number == 0 && matches!(client.step, Step::Ask(_))).then_some(Action::CannotAsk));
        }
        let sent = |node: &usize| state.transactions[*node] == Transaction::Sent;
        actions.extend((0..self.nodes).filter(sent).map(Action::ServerStores));
        if state.foreign_writes < 1 {
            let missing = |node: &usize| state.keys[*node] == Key::Missing;
            actions.extend((0..self.nodes).filter(missing).map(Action::OtherWrites));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut state = state.clone();
        match action {
            Action::Client(number) => self.advance(&mut state, number),
            Action::LosesReply => {
                let Step::Await(node) = state.clients[0].step else { return None };
                state.clients[0].known[node] = Known::Unknown;
                state.clients[0].step = self.after_await(&state, node);
            }
            Action::CannotAsk => {
                let Step::Ask(node) = state.clients[0].step else { return None };
                state.clients[0].step = self.next_to_ask(&state, 0, node + 1);
            }
            Action::Dies(number) => state.clients[number].step = Step::Dead,
            Action::ServerStores(node) => self.server_stores(&mut state, node),
            Action::OtherWrites(node) => {
                state.keys[node] = Key::Foreign;
                state.change(node);
                state.foreign_writes += 1;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("keys of a command that succeeded are never removed", |model: &Msetnx, state: &State| {
                state.clients[0].step != Step::Succeeded || state.stored() + state.foreign() == model.nodes
            }),
            Property::always("a command that was not executed leaves nothing", |_, state: &State| {
                state.clients[0].step != Step::NotExecuted || !state.is_quiet() || state.stored() == 0
            }),
            Property::always("recover leaves all keys or none", |model: &Msetnx, state: &State| {
                if !state.is_quiet() {
                    return true;
                }
                let state = model.recovered(state);
                let is_gone = |node: usize| state.keys[node] != Key::Stored;
                state.stored() == model.nodes || (0..model.nodes).all(is_gone) && !state.records.contains(&true)
            }),
            Property::sometimes("it succeeds", |_, state: &State| state.clients[0].step == Step::Succeeded),
            Property::sometimes("it succeeds although a reply was lost", |_, state: &State| {
                let client = &state.clients[0];
                client.step == Step::Succeeded && state.watched[0].is_some()
            }),
            Property::sometimes("recover undoes it", |model: &Msetnx, state: &State| {
                state.clients[0].step == Step::Dead && state.is_quiet() && state.stored() > 0 && model.recovered(state).stored() == 0
            }),
        ]
    }
}
