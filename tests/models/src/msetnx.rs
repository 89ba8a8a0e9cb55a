//! MSETNX over several nodes (src/crossnode/msetnx/), and `recover`. Each node has one key.

use stateright::{Model, Property};

/// Rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `recover` sets and deletes the missing keys of a node without a record, and begins again if the node stored meanwhile.
    TouchMissingKeys,
    /// After a node was found without a record, a node that has stored must still say so; otherwise another client has ended the command.
    LookAgain,
    /// All records say that the command is complete before the first one is deleted.
    MarkBeforeForgetting,
    /// A call that lost a reply asks the node whether it has stored, instead of undoing at once.
    AskAfterLostReply,
}

pub const RULES: [Rule; 4] = [Rule::TouchMissingKeys, Rule::LookAgain, Rule::MarkBeforeForgetting, Rule::AskAfterLostReply];

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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Missing,
    Stored,
    Foreign,
}

/// What a node has recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    None,
    Stored,
    /// All nodes have stored.
    Complete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transaction {
    Unsent,
    Sent,
    Done,
    Conflict,
    /// It never reaches the server.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    Unasked,
    Stored,
    /// Its transaction failed.
    Failed,
    /// It had no record, and its missing keys were set and deleted.
    Prevented,
    Unknown,
}

/// What the call, or a `recover`, does next. The number is that of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Idle,
    Watch(usize),
    Store,
    Await(usize),
    /// Watches the keys and looks for the record.
    Ask(usize),
    Touch(usize),
    LookAgain,
    Mark(usize),
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
    records: Vec<Record>,
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
    TransactionIsLost(usize),
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

    fn is_recorded(&self) -> bool {
        self.records.iter().any(|record| *record != Record::None)
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
        (state.keys[node], state.records[node]) = (Key::Stored, Record::Stored);
        state.change(node);
        state.transactions[node] = Transaction::Done;
    }

    /// The next node that must be asked, or what follows when there is none.
    fn next_to_ask(&self, state: &State, client: usize, from: usize) -> Step {
        let known = &state.clients[client].known;
        let must_ask = |node: &usize| client > 0 || known[*node] == Known::Unknown;
        match (from..self.nodes).find(must_ask) {
            Some(node) => Step::Ask(node),
            None => self.decide(known, client),
        }
    }

    /// What a client does when it has asked all that it can.
    fn decide(&self, known: &[Known], client: usize) -> Step {
        let has = |what| known.contains(&what);
        match () {
            () if known.iter().all(|known| *known == Known::Stored) => Step::Mark(0),
            () if has(Known::Failed) => Step::WatchToUndo(0),
            () if has(Known::Prevented) && has(Known::Stored) => Step::LookAgain,
            // No node has a record.
            () if client > 0 => Step::NotExecuted,
            // The command may have succeeded.
            () if self.has(Rule::AskAfterLostReply) => Step::Unknown,
            () => Step::WatchToUndo(0),
        }
    }

    fn after_storing(&self, state: &State) -> Step {
        if self.has(Rule::AskAfterLostReply) { self.next_to_ask(state, 0, 0) } else { self.decide(&state.clients[0].known, 0) }
    }

    fn advance(&self, state: &mut State, client: usize) {
        let step = state.clients[client].step;
        state.clients[client].step = match step {
            Step::Idle => Step::Ask(0),
            Step::Watch(node) => {
                state.conflicts[node] = false;
                match state.keys[node] {
                    Key::Missing if node + 1 < self.nodes => Step::Watch(node + 1),
                    Key::Missing => Step::Store,
                    _ => Step::NotExecuted,
                }
            }
            Step::Store => {
                state.transactions.fill(Transaction::Sent);
                Step::Await(0)
            }
            Step::Await(node) => {
                let known = if state.transactions[node] == Transaction::Done { Known::Stored } else { Known::Failed };
                state.clients[0].known[node] = known;
                self.after_await(state, node)
            }
            Step::Ask(node) => {
                state.watch(client, node);
                match state.records[node] {
                    Record::Complete => Step::Mark(0),
                    Record::Stored => {
                        state.clients[client].known[node] = Known::Stored;
                        self.next_to_ask(state, client, node + 1)
                    }
                    Record::None => Step::Touch(node),
                }
            }
            Step::Touch(node) if state.clients[client].conflict && self.has(Rule::TouchMissingKeys) => Step::Ask(node),
            Step::Touch(node) => {
                if self.has(Rule::TouchMissingKeys) && state.keys[node] == Key::Missing {
                    state.change(node);
                }
                state.clients[client].known[node] = Known::Prevented;
                self.next_to_ask(state, client, node + 1)
            }
            Step::LookAgain => self.look_again(state, client),
            Step::Mark(node) => {
                if self.has(Rule::MarkBeforeForgetting) {
                    state.records[node] = Record::Complete;
                }
                if node + 1 < self.nodes { Step::Mark(node + 1) } else { Step::Forget(0) }
            }
            Step::Forget(node) => {
                state.records[node] = Record::None;
                if node + 1 < self.nodes { Step::Forget(node + 1) } else { Step::Succeeded }
            }
            // A node that may have stored, and could not be asked, stays as it is.
            Step::WatchToUndo(node)
                if client == 0 && state.clients[0].known[node] != Known::Stored && self.has(Rule::AskAfterLostReply) =>
            {
                self.after_undo(state, client, node)
            }
            Step::WatchToUndo(node) => {
                state.watch(client, node);
                if state.records[node] == Record::None { self.after_undo(state, client, node) } else { Step::Undo(node) }
            }
            Step::Undo(node) if state.clients[client].conflict => Step::WatchToUndo(node),
            Step::Undo(node) => {
                if state.keys[node] == Key::Stored {
                    state.keys[node] = Key::Missing;
                    state.change(node);
                }
                state.records[node] = Record::None;
                self.after_undo(state, client, node)
            }
            over => over,
        };
    }

    /// Asks a node that has stored whether it still says so.
    fn look_again(&self, state: &mut State, client: usize) -> Step {
        let node = state.clients[client].known.iter().position(|known| *known == Known::Stored).expect("a node has stored");
        match state.records[node] {
            _ if !self.has(Rule::LookAgain) => Step::WatchToUndo(0),
            Record::Stored => Step::WatchToUndo(0),
            Record::Complete => Step::Mark(0),
            // Another client has ended the command.
            Record::None if client == 0 => Step::Unknown,
            Record::None => {
                state.clients[client].known.fill(Known::Unasked);
                Step::Ask(0)
            }
        }
    }

    fn after_await(&self, state: &State, node: usize) -> Step {
        if node + 1 < self.nodes { Step::Await(node + 1) } else { self.after_storing(state) }
    }

    fn after_undo(&self, state: &State, client: usize, node: usize) -> Step {
        match node + 1 < self.nodes {
            true => Step::WatchToUndo(node + 1),
            false if client == 0 && state.clients[0].known.contains(&Known::Unknown) && self.has(Rule::AskAfterLostReply) => Step::Unknown,
            false => Step::NotExecuted,
        }
    }

    /// What is left when the next `recover` is not disturbed.
    fn recovered(&self, state: &State) -> State {
        let mut state = state.clone();
        if !state.is_recorded() {
            return state;
        }
        let last = self.recovers;
        state.clients[last] = Client { step: Step::Ask(0), known: vec![Known::Unasked; self.nodes], conflict: false };
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
            records: vec![Record::None; self.nodes],
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
                Step::Await(node) if matches!(state.transactions[node], Transaction::Sent | Transaction::Lost) => {}
                // A recover begins when it has found a record.
                Step::Idle if !state.is_recorded() => continue,
                _ => actions.push(Action::Client(number)),
            }
            actions.extend((client.step != Step::Idle).then_some(Action::Dies(number)));
            actions.extend(matches!(client.step, Step::Await(_)).then_some(Action::LosesReply));
            actions.extend((number == 0 && matches!(client.step, Step::Ask(_))).then_some(Action::CannotAsk));
        }
        let sent = |node: &usize| state.transactions[*node] == Transaction::Sent;
        actions.extend((0..self.nodes).filter(sent).map(Action::ServerStores));
        actions.extend((0..self.nodes).filter(sent).map(Action::TransactionIsLost));
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
            Action::TransactionIsLost(node) => state.transactions[node] = Transaction::Lost,
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
                state.stored() == model.nodes || (0..model.nodes).all(is_gone) && !state.is_recorded()
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
