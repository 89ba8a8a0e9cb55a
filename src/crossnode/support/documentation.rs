//! What docs/commands.md says of a strategy. Each strategy's module writes its own.

/// What docs/commands.md says of a strategy.
#[cfg_attr(not(test), allow(dead_code, reason = "read by the test that writes docs/commands.md"))]
pub(crate) struct Documentation {
    /// An item of the list above the table, in Markdown: `**pop**: …`. It is listed once, however many commands share it. Empty: no item.
    pub overview: &'static str,
    /// The column "over several nodes" of the command's row.
    pub across_nodes: &'static str,
    pub atomic: Atomicity,
}

/// The column "atomic": what other clients see in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Atomicity {
    /// The whole command.
    Command,
    /// The pop from the key that was chosen. The choice of the key is not a part of that step.
    Pop,
    /// The part of each node.
    EachNode,
    /// The change of the destination.
    Destination,
    /// Each step of several.
    EachStep,
    /// The question does not arise.
    Irrelevant,
}

#[cfg_attr(not(test), allow(dead_code, reason = "read by the test that writes docs/commands.md"))]
impl Atomicity {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Atomicity::Command => "yes",
            Atomicity::Pop => "the pop",
            Atomicity::EachNode => "per node",
            Atomicity::Destination => "the destination",
            Atomicity::EachStep => "each step",
            Atomicity::Irrelevant => "",
        }
    }
}
