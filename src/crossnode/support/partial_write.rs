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
    let mut refused = refused.map(|(alias, text)| (*alias, *text, format!("{alias} refused its part: {}", String::from_utf8_lossy(text))));
    let failures =
        parts.iter().filter_map(|(alias, outcome)| if let PartOutcome::Failed(error) = outcome { Some((*alias, *error)) } else { None });
    // One that may have been executed says most.
    let failure = failures.clone().find(|(_, error)| error.executed()).or_else(|| failures.clone().next());
    let is_other = |alias: &str| failure.is_some_and(|(own, _)| own != alias);
    let uncertain: Vec<&str> = failures.filter(|(alias, error)| error.executed() && is_other(alias)).map(|(alias, _)| alias).collect();
    let error = match failure {
        Some((_, failure)) => failure.clone(),
        None if executed.is_empty() => return None,
        None => {
            let (alias, reply, text) = refused.next()?;
            let error = Error::new(Code::Io, format!("{command}: {text}")).on_node(alias);
            if let Some(word) = word(reply) { error.with_word(word) } else { error }
        }
    };
    let has_executed = !executed.is_empty();
    let others = refused.map(|(_, _, text)| text);
    let others = others.chain((!uncertain.is_empty()).then(|| format!("it may have been executed by {}", uncertain.join(", "))));
    let others = others.chain(has_executed.then(|| format!("executed by {}", executed.join(", "))));
    let error = error.with_suffix(&others.map(|other| format!("; {other}")).collect::<String>());
    Some(if has_executed { error.maybe_executed() } else { error })
}

/// The word in capitals with which a server's error reply begins: clients look at it.
fn word(reply: &[u8]) -> Option<&str> {
    let word = reply.split(|&byte| byte == b' ').next()?;
    let is_word = !word.is_empty() && word.iter().all(|byte| byte.is_ascii_uppercase());
    std::str::from_utf8(word).ok().filter(|_| is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_may_have_been_executed_makes_the_command_uncertain() {
        let not_sent = Error::new(Code::Timeout, "unavailable; it was not executed").on_node("node_1");
        let [two, three] = ["node_2", "node_3"]
            .map(|alias| Error::new(Code::Timeout, "no reply in time; it may have been executed").on_node(alias).maybe_executed());
        let parts = [("node_1", &not_sent), ("node_2", &two), ("node_3", &three)].map(|(alias, error)| (alias, PartOutcome::Failed(error)));
        let error = partial_write("MSET", &parts).unwrap();
        assert_eq!((error.node(), error.executed()), (Some("node_2"), true), "{error}");
        assert_eq!(error.message(), "no reply in time; it may have been executed; it may have been executed by node_3");
        let error = partial_write("MSET", &parts[..1]).unwrap();
        assert!(!error.executed() && error.message().ends_with("it was not executed"), "{error}");
    }
}
