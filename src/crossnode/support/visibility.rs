//! What other clients see of a command over several nodes before it is over. docs/commands.md states it for each command, `explain` for one, and
//! tests/resilience/visible_states.rs compares that with what happens.

use crate::command::{Access, Command, ResponsePolicy, Strategy, TransferKind};

/// The intermediate states of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    Nothing,
    Parts,
    PartsThenAllOrNone,
    NeitherKey,
    /// The command does not run over several nodes.
    Irrelevant,
}

/// A row of the table in docs/commands.md, and a part of the reply of `explain`.
pub(crate) struct Statement {
    /// The word in the column "others see".
    pub word: &'static str,
    pub meanwhile: &'static str,
    #[cfg_attr(not(test), allow(dead_code, reason = "read by the test that writes docs/commands.md"))]
    pub duration: &'static str,
    pub after_failure: &'static str,
}

impl Visibility {
    #[cfg(test)]
    pub(crate) const ALL: [Visibility; 4] =
        [Visibility::Nothing, Visibility::Parts, Visibility::PartsThenAllOrNone, Visibility::NeitherKey];

    pub(crate) fn of(command: &Command) -> Visibility {
        let is_write = command.access == Access::Write;
        match command.strategy {
            _ if command.session => Visibility::Irrelevant,
            Strategy::Transfer(TransferKind::Rename | TransferKind::ListElement | TransferKind::SetMember) => Visibility::NeitherKey,
            Strategy::MsetNx => Visibility::PartsThenAllOrNone,
            Strategy::Split(_) | Strategy::XRead | Strategy::Migrate if is_write => Visibility::Parts,
            Strategy::Broadcast(policy) if is_write || changes_servers(policy) || command.name == "latency|reset" => Visibility::Parts,
            // The destination changes in one step on its node, or the command only reads.
            Strategy::Gather(_) | Strategy::Colocate(_) | Strategy::Sort | Strategy::Transfer(TransferKind::Copy) | Strategy::Pop(_) => {
                Visibility::Nothing
            }
            Strategy::Split(_) | Strategy::XRead | Strategy::Migrate | Strategy::Broadcast(_) => Visibility::Nothing,
            Strategy::Scan | Strategy::RandomKey => Visibility::Nothing,
            Strategy::Refuse | Strategy::Script | Strategy::AnyMaster | Strategy::Each => Visibility::Irrelevant,
        }
    }

    pub(crate) fn statement(self) -> Statement {
        match self {
            Visibility::Nothing => Statement {
                word: "nothing",
                meanwhile: "the state before the command, or the one after it",
                duration: "",
                after_failure: "the state before, or the one after it; the error says whether the command may have been executed",
            },
            Visibility::Parts => Statement {
                word: "parts",
                meanwhile: "some nodes have executed their part, others have not",
                duration: "the time between the first node and the last; all parts are sent before any reply is read",
                after_failure: "the same, for ever; the error names the nodes that have executed their part, or says that this is not known",
            },
            Visibility::PartsThenAllOrNone => Statement {
                word: "parts, then all or none",
                meanwhile: "some nodes have stored their keys, others have not",
                duration: "the time between the first node and the last; two round trips more if a node cannot store, see \
                    [all or none](commands-across-nodes.md#all-or-none)",
                after_failure: "none of the keys, or the same until `recover`; then the error names the keys",
            },
            Visibility::NeitherKey => Statement {
                word: "neither key",
                meanwhile: "what moves is under neither key, or the command has not begun",
                duration: "one round trip, see [transfer](commands-across-nodes.md#transfer)",
                after_failure: "the same until `recover`, the state before, or the one after it",
            },
            Visibility::Irrelevant => Statement { word: "", meanwhile: "", duration: "", after_failure: "" },
        }
    }
}

/// Whether a command that has no keys changes something on all masters.
fn changes_servers(policy: ResponsePolicy) -> bool {
    use ResponsePolicy::{AllSucceeded, KilledClients, OneSucceeded};
    matches!(policy, AllSucceeded | OneSucceeded | KilledClients)
}
