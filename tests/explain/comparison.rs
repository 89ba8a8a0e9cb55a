//! What `explain` reports, compared with what was recorded.

use crate::recorder::{Rounds, Sent};
use rediscluster::{Reply, Value};

/// What `explain` reports of a command.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub strategy: String,
    pub round_trips: usize,
    pub nodes: Vec<String>,
    pub steps: Vec<Step>,
    /// Why the command would be rejected.
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Counted from 1.
    pub round: usize,
    /// Its alias, such as `node_1`.
    pub node: String,
    /// The commands, separated by `; `. `…` stands for arguments; equal neighbours are written once.
    pub commands: String,
}

impl Report {
    pub fn new(reply: &Reply) -> Report {
        let mut report = Report::default();
        for (name, value) in pairs(&reply.root()) {
            match name.as_str() {
                "strategy" => report.strategy = text(&value),
                "round_trips" => report.round_trips = number(&value),
                "nodes" => report.nodes = children(&value).iter().map(text).collect(),
                "steps" => report.steps = children(&value).iter().map(step).collect(),
                "reason" if value != Value::Nil => report.reason = Some(text(&value)),
                _ => {}
            }
        }
        report
    }

    /// The commands of one round for one node.
    fn commands(&self, round: usize, node: &str) -> Vec<&str> {
        let steps = self.steps.iter().filter(|step| step.round == round && step.node == node);
        steps.flat_map(|step| step.commands.split("; ")).collect()
    }
}

fn step(value: &Value) -> Step {
    let mut step = Step { round: 0, node: String::new(), commands: String::new() };
    for (name, value) in pairs(value) {
        match name.as_str() {
            "round" => step.round = number(&value),
            "node" => step.node = text(&value),
            "command" => step.commands = text(&value),
            _ => {}
        }
    }
    step
}

fn children<'r>(value: &Value<'r>) -> Vec<Value<'r>> {
    match value {
        Value::Array(children) | Value::Map(children) => children.collect(),
        other => panic!("{other:?} is not a list"),
    }
}

fn pairs<'r>(value: &Value<'r>) -> Vec<(String, Value<'r>)> {
    children(value).chunks(2).map(|pair| (text(&pair[0]), pair[1])).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => String::from_utf8_lossy(text).into_owned(),
        other => panic!("{other:?} is not a string"),
    }
}

fn number(value: &Value) -> usize {
    match value {
        Value::Integer(number) => *number as usize,
        other => panic!("{other:?} is not a number"),
    }
}

pub fn alias(node: usize) -> String {
    format!("node_{}", node + 1)
}

/// Compares a report with the rounds that were sent to so many nodes. The error lists both.
pub fn compare(report: &Report, sent: &Rounds, nodes: usize) -> Result<(), String> {
    difference(report, sent, nodes).map_or(Ok(()), |difference| Err(format!("{difference}\n{}", side_by_side(report, sent, nodes))))
}

fn difference(report: &Report, sent: &Rounds, nodes: usize) -> Option<String> {
    if report.round_trips != sent.len() {
        return Some(format!("explain reports {} round trips, {} were made", report.round_trips, sent.len()));
    }
    let mut used: Vec<String> = sent.iter().flatten().map(|sent| alias(sent.node)).collect();
    used.sort_unstable();
    used.dedup();
    if report.nodes != used {
        return Some(format!("explain reports the nodes {:?}, commands were sent to {used:?}", report.nodes));
    }
    for (round, sent) in sent.iter().enumerate() {
        for node in 0..nodes {
            let commands: Vec<String> = sent.iter().filter(|sent| sent.node == node).map(rendered).collect();
            if let Err(reason) = follows(&commands, &report.commands(round + 1, &alias(node))) {
                return Some(format!("round {}, {}: {reason}", round + 1, alias(node)));
            }
        }
    }
    None
}

/// Whether commands are the ones that a report lists. One that is listed with `…` may have been sent several times in a row.
fn follows(sent: &[String], reported: &[&str]) -> Result<(), String> {
    let mut rest = sent;
    for pattern in reported {
        let count = rest.iter().take_while(|command| is_one(command, pattern)).count();
        let count = if pattern.ends_with('…') { count } else { count.min(1) };
        if count == 0 {
            return Err(format!("explain reports {pattern:?}, {} was sent", rest.first().map_or("nothing", |command| brief(command))));
        }
        rest = &rest[count..];
    }
    rest.first().map_or(Ok(()), |more| Err(format!("{:?} was sent, which explain does not report", brief(more))))
}

fn is_one(command: &str, pattern: &str) -> bool {
    match pattern.strip_suffix(" …") {
        Some(beginning) => {
            let given = command.get(..beginning.len() + 1);
            given.is_some_and(|given| given.ends_with(' ') && given.trim_end().eq_ignore_ascii_case(beginning))
        }
        None => command.eq_ignore_ascii_case(pattern),
    }
}

fn rendered(sent: &Sent) -> String {
    let words: Vec<String> = sent.words.iter().map(|word| word.escape_ascii().to_string()).collect();
    words.join(" ")
}

fn brief(command: &str) -> &str {
    &command[..command.len().min(60)]
}

/// Both, for people.
fn side_by_side(report: &Report, sent: &Rounds, nodes: usize) -> String {
    let mut text = String::new();
    for round in 1..=report.round_trips.max(sent.len()) {
        for node in 0..nodes {
            let alias = alias(node);
            let sent = sent.get(round - 1).into_iter().flatten().filter(|sent| sent.node == node).map(rendered);
            let sent: Vec<String> = sent.map(|command| brief(&command).to_owned()).collect();
            let reported = report.commands(round, &alias);
            if !sent.is_empty() || !reported.is_empty() {
                text.push_str(&format!(
                    "  round {round}, {alias}\n    explain: {}\n    sent:    {}\n",
                    reported.join("; "),
                    sent.join("; ")
                ));
            }
        }
    }
    text
}

/// The comparison finds what is changed in a recording.
mod tests {
    use super::*;

    fn sent(node: usize, command: &str) -> Sent {
        Sent { node, words: command.split(' ').map(|word| word.as_bytes().to_vec()).collect() }
    }

    fn step(round: usize, node: &str, commands: &str) -> Step {
        Step { round, node: node.into(), commands: commands.into() }
    }

    fn example() -> (Report, Rounds) {
        let steps =
            vec![step(1, "node_1", "WATCH …; EXISTS …; TIME"), step(1, "node_2", "TYPE …"), step(2, "node_1", "MULTI; SET …; EXEC")];
        let nodes = vec!["node_1".into(), "node_2".into()];
        let report = Report { strategy: "example".into(), round_trips: 2, nodes, steps, reason: None };
        let first = ["WATCH a", "EXISTS a", "TIME"].map(|command| sent(0, command)).into_iter();
        let first = first.chain([sent(1, "TYPE b"), sent(1, "TYPE c")]).collect();
        (report, vec![first, ["MULTI", "SET a 1", "EXEC"].map(|command| sent(0, command)).to_vec()])
    }

    fn reason(report: &Report, sent: &Rounds) -> String {
        compare(report, sent, 3).expect_err("they differ")
    }

    #[test]
    fn a_recording_that_is_as_reported_passes() {
        let (report, sent) = example();
        assert_eq!(compare(&report, &sent, 3), Ok(()));
    }

    #[test]
    fn a_missing_command_is_found() {
        let (report, mut recorded) = example();
        recorded[0].remove(1);
        assert!(reason(&report, &recorded).contains("round 1, node_1: explain reports \"EXISTS …\", TIME was sent"));
        let (report, mut recorded) = example();
        recorded[1].pop();
        assert!(reason(&report, &recorded).contains("explain reports \"EXEC\", nothing was sent"));
    }

    #[test]
    fn a_command_that_is_not_reported_is_found() {
        let (report, mut recorded) = example();
        recorded[1].insert(2, sent(0, "DEL b"));
        assert!(reason(&report, &recorded).contains("explain reports \"EXEC\", DEL b was sent"));
        let (report, mut recorded) = example();
        recorded[1].push(sent(1, "DEL b"));
        assert!(reason(&report, &recorded).contains("round 2, node_2: \"DEL b\" was sent, which explain does not report"));
        let (report, mut recorded) = example();
        recorded[1].push(sent(2, "DEL b"));
        assert!(reason(&report, &recorded).contains("explain reports the nodes"));
    }

    #[test]
    fn a_command_in_another_round_is_found() {
        let (report, mut recorded) = example();
        let moved = recorded[0].remove(3);
        recorded[1].push(moved);
        assert!(reason(&report, &recorded).contains("which explain does not report"));
        let (report, recorded) = example();
        let all = vec![recorded.concat()];
        assert!(reason(&report, &all).contains("explain reports 2 round trips, 1 were made"));
        let (mut report, recorded) = example();
        report.round_trips = 3;
        assert!(reason(&report, &recorded).contains("explain reports 3 round trips, 2 were made"));
    }

    #[test]
    fn arguments_are_compared_where_they_are_reported() {
        let reported = |pattern: &str| follows(&["XINFO STREAM a".to_owned()], &[pattern]);
        for pattern in ["XINFO …", "XINFO STREAM …", "XINFO STREAM a"] {
            assert_eq!(reported(pattern), Ok(()), "{pattern}");
        }
        for pattern in ["XINFO", "XINFO GROUPS …", "XINFO STREAM b", "XINFO STREAM a …", "XIN …"] {
            assert!(reported(pattern).is_err(), "{pattern}");
        }
    }
}
