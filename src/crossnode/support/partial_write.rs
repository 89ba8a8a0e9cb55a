//! The error of a command that some nodes have executed and others have not.

use crate::error::{Code, Error};
use crate::resp::Value;

/// The outcome of a node's part.
pub(crate) enum PartOutcome<'r> {
    Executed,
    /// The text of the server's error reply.
    Refused(&'r [u8]),
    Failed(&'r Error),
}

impl<'r> PartOutcome<'r> {
    /// By the reply to the part.
    pub(crate) fn of(reply: Option<Value<'r>>) -> PartOutcome<'r> {
        if let Some(Value::Error(text)) = reply { PartOutcome::Refused(text) } else { PartOutcome::Executed }
    }
}

/// The error names the nodes and quotes the servers. `parts` are the alias of each node and its outcome. `None` if all nodes have executed their
/// parts, or if all have refused: then the first error reply says it.
pub(crate) fn partial_write(command: &str, parts: &[(&str, PartOutcome)]) -> Option<Error> {
    let executed: Vec<&str> =
        parts.iter().filter(|(_, outcome)| matches!(outcome, PartOutcome::Executed)).map(|(alias, _)| *alias).collect();
    let refused =
        parts.iter().filter_map(|(alias, outcome)| if let PartOutcome::Refused(text) = outcome { Some((alias, text)) } else { None });
    let mut refused = refused.map(|(alias, text)| (*alias, format!("{alias} refused its part: {}", String::from_utf8_lossy(text))));
    let failure =
        parts.iter().find_map(|(_, outcome)| if let PartOutcome::Failed(error) = outcome { Some((*error).clone()) } else { None });
    let error = match failure {
        Some(failure) => failure,
        None if executed.is_empty() => return None,
        None => {
            let (alias, text) = refused.next()?;
            Error::new(Code::Io, format!("{command}: {text}")).on_node(alias)
        }
    };
    let has_executed = !executed.is_empty();
    let others = refused.map(|(_, text)| text).chain(has_executed.then(|| format!("executed by {}", executed.join(", "))));
    let error = error.with_suffix(&others.map(|other| format!("; {other}")).collect::<String>());
    Some(if has_executed { error.maybe_executed() } else { error })
}
