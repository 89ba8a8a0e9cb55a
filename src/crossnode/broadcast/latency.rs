//! LATENCY LATEST, HISTORY and HISTOGRAM of all masters.

use crate::crossnode::broadcast::merge::children;
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::resp::{Builder, Kind, Reply, Value};
use std::collections::BTreeMap;

/// How many samples of an event a server keeps.
const MAX_SAMPLES: usize = 160;

fn numbers<'r>(values: impl Iterator<Item = Value<'r>>) -> Outcome<Vec<i64>> {
    let number = |value| if let Value::Integer(number) = value { Ok(number) } else { Err(unexpected()) };
    values.map(number).collect()
}

fn unexpected() -> Abort {
    Abort::protocol_error("a server's reply to LATENCY has another form")
}

fn lists(replies: &[Reply]) -> impl Iterator<Item = Value<'_>> {
    replies.iter().filter_map(children).flatten()
}

/// Arrays of event, time and latency of the last sample, the highest latency, and in newer servers sum and number: for each event the last
/// sample of all masters, the highest latency, the sums.
pub(super) fn latest(replies: &[Reply]) -> Outcome<Reply> {
    let mut events: Vec<(Value, Vec<i64>)> = Vec::new();
    for event in lists(replies) {
        let Value::Array(mut fields) = event else { return Err(unexpected()) };
        let (Some(name), own) = (fields.next(), numbers(fields)?) else { return Err(unexpected()) };
        match events.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) if all.len() == own.len() && own.len() >= 3 => {
                if own[0] > all[0] {
                    all[..2].copy_from_slice(&own[..2]);
                }
                all[2] = all[2].max(own[2]);
                all[3..].iter_mut().zip(&own[3..]).for_each(|(sum, own)| *sum += own);
            }
            Some(_) => return Err(unexpected()),
            None => events.push((name, own)),
        }
    }
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, events.len());
    for (name, fields) in events {
        let event = builder.begin(Kind::Array, 1 + fields.len());
        builder.value(&name);
        fields.into_iter().for_each(|number| builder.integer(number));
        builder.end(event);
    }
    builder.end(root);
    Ok(builder.finish())
}

/// Arrays of time and latency, by time. Of one second the highest latency, as on one server.
pub(super) fn history(replies: &[Reply]) -> Outcome<Reply> {
    let mut samples: BTreeMap<i64, i64> = BTreeMap::new();
    for sample in lists(replies) {
        let Value::Array(fields) = sample else { return Err(unexpected()) };
        let [time, latency] = numbers(fields)?[..] else { return Err(unexpected()) };
        let highest = samples.entry(time).or_insert(latency);
        *highest = latency.max(*highest);
    }
    let last = samples.into_iter().rev().take(MAX_SAMPLES).collect::<Vec<_>>();
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, last.len());
    for (time, latency) in last.into_iter().rev() {
        let sample = builder.begin(Kind::Array, 2);
        builder.integer(time);
        builder.integer(latency);
        builder.end(sample);
    }
    builder.end(root);
    Ok(builder.finish())
}

/// A command's histogram: the number of its calls, and for upper bounds of microseconds the number of calls up to that.
#[derive(Default)]
struct Histogram {
    calls: i64,
    /// The calls of each interval by its upper bound.
    counts: BTreeMap<i64, i64>,
}

impl Histogram {
    /// Adds a server's histogram: `calls`, number, `histogram_usec`, bounds and cumulative numbers in turn.
    fn add(&mut self, details: Value) -> Outcome<()> {
        let (Value::Array(mut details) | Value::Map(mut details)) = details else { return Err(unexpected()) };
        let (Some(Value::Integer(calls)), Some(Value::Array(buckets) | Value::Map(buckets))) = (details.nth(1), details.nth(1)) else {
            return Err(unexpected());
        };
        self.calls += calls;
        let mut counted = 0;
        for bucket in numbers(buckets)?.chunks_exact(2) {
            *self.counts.entry(bucket[0]).or_default() += bucket[1] - counted;
            counted = bucket[1];
        }
        Ok(())
    }
}

/// Commands and their histograms in turn; the calls are added.
pub(super) fn histogram(replies: &[Reply]) -> Outcome<Reply> {
    let mut commands: Vec<(Value, Histogram)> = Vec::new();
    for reply in replies {
        let (Value::Array(mut fields) | Value::Map(mut fields)) = reply.root() else { return Err(unexpected()) };
        while let (Some(name), Some(details)) = (fields.next(), fields.next()) {
            let known = commands.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                commands.push((name, Histogram::default()));
                commands.len() - 1
            });
            commands[known].1.add(details)?;
        }
    }
    let mut builder = Builder::default();
    let is_map = matches!(replies.first().map(|reply| reply.root()), Some(Value::Map(_)));
    let kind = if is_map { Kind::Map } else { Kind::Array };
    let root = builder.begin(kind, commands.len() * 2);
    for (name, histogram) in commands {
        builder.value(&name);
        let details = builder.begin(kind, 4);
        builder.string(b"calls");
        builder.integer(histogram.calls);
        builder.string(b"histogram_usec");
        let buckets = builder.begin(kind, histogram.counts.len() * 2);
        let mut sum = 0;
        for (bound, count) in histogram.counts {
            sum += count;
            builder.integer(bound);
            builder.integer(sum);
        }
        builder.end(buckets);
        builder.end(details);
    }
    builder.end(root);
    Ok(builder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_are_added_bound_by_bound() {
        let one =
            Reply::from_resp(b"*2\r\n$3\r\nget\r\n*4\r\n$5\r\ncalls\r\n:3\r\n$14\r\nhistogram_usec\r\n*4\r\n:1\r\n:2\r\n:8\r\n:3\r\n");
        let two =
            Reply::from_resp(b"*2\r\n$3\r\nget\r\n*4\r\n$5\r\ncalls\r\n:5\r\n$14\r\nhistogram_usec\r\n*4\r\n:4\r\n:4\r\n:8\r\n:5\r\n");
        let merged = Reply::from_resp(
            b"*2\r\n$3\r\nget\r\n*4\r\n$5\r\ncalls\r\n:8\r\n$14\r\nhistogram_usec\r\n*6\r\n:1\r\n:2\r\n:4\r\n:6\r\n:8\r\n:8\r\n",
        );
        assert_eq!(histogram(&[one, two]).unwrap().root(), merged.root());
    }

    #[test]
    fn samples_of_one_second_become_the_highest() {
        let one = Reply::from_resp(b"*2\r\n*2\r\n:10\r\n:5\r\n*2\r\n:12\r\n:1\r\n");
        let two = Reply::from_resp(b"*2\r\n*2\r\n:10\r\n:7\r\n*2\r\n:11\r\n:2\r\n");
        let merged = Reply::from_resp(b"*3\r\n*2\r\n:10\r\n:7\r\n*2\r\n:11\r\n:2\r\n*2\r\n:12\r\n:1\r\n");
        assert_eq!(history(&[one, two]).unwrap().root(), merged.root());
        let one = Reply::from_resp(b"*1\r\n*4\r\n$7\r\ncommand\r\n:10\r\n:5\r\n:9\r\n");
        let two = Reply::from_resp(b"*1\r\n*4\r\n$7\r\ncommand\r\n:11\r\n:4\r\n:8\r\n");
        let merged = Reply::from_resp(b"*1\r\n*4\r\n$7\r\ncommand\r\n:11\r\n:4\r\n:9\r\n");
        assert_eq!(latest(&[one, two]).unwrap().root(), merged.root());
    }
}
