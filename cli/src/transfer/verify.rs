//! Compares sources with targets, in both directions.

use crate::failure::Failure;
use crate::key_scan::next_batch;
use crate::text::printable;
use crate::transfer::compare;
use crate::transfer::expiry;
use crate::transfer::job::{Job, Links};
use crate::transfer::restore::is_same_payload;
use crate::transfer::scan::BATCH;
use crate::wire::{Pipeline, bytes, children, integer};
use rediscluster::{Value, partition};
use std::collections::BTreeMap;

/// What was compared, and how it differs.
#[derive(Default)]
pub struct Report {
    pub compared: u64,
    /// Differing keys by kind.
    pub different: BTreeMap<&'static str, u64>,
    /// The first of them, as sentences.
    pub examples: Vec<String>,
}

/// Differences that are described one by one.
const EXAMPLES: usize = 20;

impl Report {
    pub fn is_equal(&self) -> bool {
        self.different.is_empty()
    }

    fn add(&mut self, kind: &'static str, key: &[u8], place: &str) {
        *self.different.entry(kind).or_default() += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(format!("{}: {kind} {place}", printable(key)));
        }
    }
}

/// Compares all keys, or one of `sample`.
pub fn verify(job: &Job, sample: u32) -> Result<Report, Failure> {
    let mut report = Report::default();
    for pair in 0..job.databases.len() {
        let links = job.open(pair);
        if !job.in_place {
            for source in 0..job.sources.len() {
                each_batch(job, &links.sources[source], sample, |keys| forward(job, &links, source, keys, &mut report))?;
            }
        }
        for target in 0..job.targets.len() {
            each_batch(job, &links.targets[target], sample, |keys| backward(job, &links, target, keys, &mut report))?;
        }
        for (source, server) in links.sources.iter().enumerate().filter(|(at, _)| job.in_place && job.same_server[*at].is_none()) {
            let place = format!("on {}, which is no target", job.sources[source].name);
            each_batch(job, server, sample, |keys| {
                keys.iter().for_each(|key| report.add("left behind", key, &place));
                Ok(())
            })?;
        }
    }
    Ok(report)
}

fn each_batch(
    job: &Job,
    server: &rediscluster::Cluster,
    sample: u32,
    mut work: impl FnMut(&[Vec<u8>]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut cursor = "0".to_owned();
    loop {
        let batch = next_batch(server, &cursor, BATCH, job.pattern.as_deref())?;
        // The salt makes the sample independent of the nodes.
        let is_chosen = |key: &Vec<u8>| sample == 1 || partition(&[key, &b"\0sample"[..]].concat(), sample) == 1;
        work(&batch.keys.into_iter().filter(is_chosen).collect::<Vec<_>>())?;
        if batch.next == "0" {
            return Ok(());
        }
        cursor = batch.next;
    }
}

/// The keys of a source must be on their targets.
fn forward(job: &Job, links: &Links, source: usize, keys: &[Vec<u8>], report: &mut Report) -> Result<(), Failure> {
    for target in 0..job.targets.len() {
        let here: Vec<&[u8]> = keys.iter().map(Vec::as_slice).filter(|key| job.target(source, key) == Some(target)).collect();
        if !here.is_empty() {
            compare_batch(job, links, (source, target), &here, report)?;
        }
    }
    Ok(())
}

fn compare_batch(job: &Job, links: &Links, (source, target): (usize, usize), keys: &[&[u8]], report: &mut Report) -> Result<(), Failure> {
    let read = |server: &rediscluster::Cluster, has_expire_time: bool| {
        let mut pipeline = Pipeline::default();
        expiry::push(&mut pipeline, has_expire_time, keys);
        let reply = pipeline.run(server)?;
        expiry::read(&mut children(reply.root()), has_expire_time, keys.len())
    };
    let (from, to) = (&links.sources[source], &links.targets[target]);
    let times = [read(from, job.sources[source].has_expire_time)?, read(to, job.targets[target].has_expire_time)?];
    let place = format!("on {}", job.targets[target].name);
    report.compared += keys.len() as u64;
    // Large values are not read whole.
    let sizes = crate::key_scan::sizes(from, &keys.iter().map(|key| key.to_vec()).collect::<Vec<_>>())?;
    let mut small = Vec::new();
    let mut bytes_read = 0;
    for (at, key) in keys.iter().enumerate() {
        match (times[0][at], times[1][at]) {
            (None, _) => {}
            (Some(time), None) if expiry::is_over(time) => {}
            (Some(_), None) => report.add("missing", key, &place),
            (Some(one), Some(other)) if !expiry::is_same(one, other) => report.add("another time to live", key, &place),
            _ if sizes[at] > LARGE => report_content(from, to, key, &place, report)?,
            _ => {
                small.push(*key);
                bytes_read += sizes[at];
            }
        }
        if bytes_read > LARGE {
            compare_payloads(from, to, &std::mem::take(&mut small), &place, report)?;
            bytes_read = 0;
        }
    }
    compare_payloads(from, to, &small, &place, report)
}

/// The bytes of payloads that are read at once.
const LARGE: u64 = 4 << 20;

fn compare_payloads(
    from: &rediscluster::Cluster,
    to: &rediscluster::Cluster,
    keys: &[&[u8]],
    place: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    let (ours, theirs) = (compare::payloads(from, keys)?, compare::payloads(to, keys)?);
    for ((key, one), other) in keys.iter().zip(children(ours.root())).zip(children(theirs.root())) {
        if !matches!((bytes(&one), bytes(&other)), (Some(one), Some(other)) if is_same_payload(one, other)) {
            report_content(from, to, key, place, report)?;
        }
    }
    Ok(())
}

fn report_content(
    from: &rediscluster::Cluster,
    to: &rediscluster::Cluster,
    key: &[u8],
    place: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    if !compare::is_same(from, to, key)? && integer(&from.command(&[b"EXISTS", key])?.root(), "EXISTS")? == 1 {
        report.add("other content", key, place);
    }
    Ok(())
}

/// The keys of a target must belong there, and be on a source.
fn backward(job: &Job, links: &Links, target: usize, keys: &[Vec<u8>], report: &mut Report) -> Result<(), Failure> {
    let place = format!("on {}", job.targets[target].name);
    let mut here = Vec::new();
    for key in keys {
        if job.placement.node(key, job.targets.len()) == target {
            here.push(key);
        } else {
            report.add("on the wrong node,", key, &place);
        }
    }
    if job.in_place {
        report.compared += keys.len() as u64;
        return Ok(());
    }
    let mut found = vec![false; here.len()];
    for source in &links.sources {
        let mut pipeline = Pipeline::default();
        here.iter().for_each(|key| pipeline.push(&[b"EXISTS", key]));
        let reply = pipeline.run(source)?;
        for (at, value) in children(reply.root()).enumerate() {
            // In a Redis Cluster a key of another server.
            let is_elsewhere = matches!(value, Value::Error(message) if message.starts_with(b"MOVED "));
            found[at] |= !is_elsewhere && integer(&value, "EXISTS")? > 0;
        }
    }
    here.iter().zip(found).filter(|(_, found)| !found).for_each(|(key, _)| report.add("on no source, but", key, &place));
    Ok(())
}
