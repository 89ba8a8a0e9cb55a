//! `copy`, `reshard` and `verify`.

use crate::commands::{print, print_table};
use crate::failure::Failure;
use crate::table::table;
use crate::text::{count, size};
use crate::transfer::brake::Brake;
use crate::transfer::flush::flush;
use crate::transfer::job::Job;
use crate::transfer::journal::Journal;
use crate::transfer::options::{Access, Common, Copy, Reshard, Verify};
use crate::transfer::placement::Placement;
use crate::transfer::progress::{Counts, Extras, Output, summary};
use crate::transfer::runner::{self, Pace};
use crate::transfer::verify::{Report, verify as compare};
use crate::transfer::{functions, redis_cluster, sample, scan};
use rediscluster::HashTag;
use serde_json::json;
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub fn copy(args: &Copy) -> Result<(), Failure> {
    if args.source.contains(['#', ',']) || args.target.contains(['#', ',']) {
        return Err(Failure::usage("copy has one source and one target, without names; for several use reshard"));
    }
    let lists = [("--source", args.source.as_str()), ("--target", args.target.as_str())];
    let placement = Placement::Stored(HashTag::Off);
    let job = Job::new(lists, &args.databases, &args.common.filter, &args.common.access, placement, false)?;
    let name = format!("copy {} to {}, databases {}", without_passwords(&args.source), without_passwords(&args.target), args.databases);
    run(job, &name, args.flush, &args.common)
}

pub fn reshard(args: &Reshard, hash_tag: Option<&str>) -> Result<(), Failure> {
    let placement = Placement::new(hash_tag, &args.tags)?;
    let masters = masters_of(args.from_cluster, &args.sources, &args.common.access)?;
    let lists = [("--sources", masters.as_str()), ("--targets", args.targets.as_str())];
    let job = Job::new(lists, &args.databases, &args.common.filter, &args.common.access, placement, args.in_place)?;
    check_redis_cluster(&job, args.from_cluster)?;
    let (sources, targets) = (without_passwords(&args.sources), without_passwords(&args.targets));
    let name = format!("reshard {sources} to {targets}, databases {}{}", args.databases, if args.in_place { ", in place" } else { "" });
    if !args.common.json {
        eprint!("{}", sample::describe(&job)?);
    }
    run(job, &name, args.flush, &args.common)
}

pub fn verify(args: &Verify, hash_tag: Option<&str>) -> Result<(), Failure> {
    // With one target every key belongs there.
    let placement = if args.targets.contains(',') { Placement::new(hash_tag, &args.tags)? } else { Placement::Stored(HashTag::Off) };
    let masters = masters_of(args.from_cluster, &args.sources, &args.access)?;
    let lists = [("--sources", masters.as_str()), ("--targets", args.targets.as_str())];
    let mut job = Job::new(lists, &args.databases, &args.filter, &args.access, placement, args.in_place)?;
    job.old_layout = false;
    report(&compare(&job, args.sample)?, args.json)
}

/// The list of sources: of a Redis Cluster all masters.
fn masters_of(from_cluster: bool, sources: &str, access: &Access) -> Result<String, Failure> {
    if from_cluster { redis_cluster::masters("--sources", sources, access) } else { Ok(sources.to_owned()) }
}

/// A server of a Redis Cluster has a part of the keys only, and as a target it refuses some.
fn check_redis_cluster(job: &Job, from_cluster: bool) -> Result<(), Failure> {
    if let Some(source) = job.sources.iter().find(|source| source.is_in_redis_cluster && !from_cluster) {
        return Err(Failure::refused(format!(
            "{} is a server of a Redis Cluster: give --from-cluster to read all of its masters",
            source.name
        )));
    }
    match job.targets.iter().find(|target| target.is_in_redis_cluster) {
        Some(target) => {
            Err(Failure::refused(format!("{} is a server of a Redis Cluster, which cannot be a node: set cluster-enabled no", target.name)))
        }
        None => Ok(()),
    }
}

/// Copies, after all checks, and verifies if that is asked for.
fn run(mut job: Job, name: &str, flush_first: bool, options: &Common) -> Result<(), Failure> {
    job.existing = options.existing;
    job.pieces_above = options.pieces_above;
    runner::check_interrupted_moves(&job)?;
    if options.dry_run {
        return dry_run(&job, options.json);
    }
    let pattern = job.pattern.as_deref().map_or_else(String::new, |pattern| format!(", keys {}", String::from_utf8_lossy(pattern)));
    let mut journal = Journal::open(options.journal.as_deref(), &format!("{name}{pattern}"), options.clean)?;
    if flush_first {
        flush(&job, &mut journal, options.yes)?;
    }
    let loaded = if options.functions { functions::copy(&job)? } else { 0 };
    let (counts, output, began) = (Counts::default(), Output::choose(options.json), Instant::now());
    let max_latency = options.max_latency.map(Duration::from_millis);
    let pace = Pace { limit: options.limit, rate: options.rate, max_latency, brake: Brake::default() };
    let journal = Mutex::new(journal);
    let result = runner::run(&job, &journal, &pace, &counts, output);
    let is_complete = result.as_ref().is_ok_and(|complete| *complete);
    let extras = Extras { functions: loaded, paused: pace.brake.paused() };
    match result {
        Ok(_) => print(summary(&counts, &extras, began.elapsed(), output, is_complete).as_bytes())?,
        Err(failure) => {
            let path = scan::locked(&journal).path().display().to_string();
            let message = format!("{}\nRun it again to go on; the journal is {path}.", failure.message);
            return Err(Failure { message, ..failure });
        }
    }
    if is_complete && options.verify {
        job.old_layout = false;
        report(&compare(&job, 1)?, options.json)?;
    }
    Ok(())
}

fn dry_run(job: &Job, as_json: bool) -> Result<(), Failure> {
    let counted = runner::count(job)?;
    let mut rows = table(&["SOURCE", "TARGET", "KEYS", "BYTES"]);
    let mut sum = (0, 0);
    for (source, targets) in job.sources.iter().zip(&counted) {
        for (target, (keys, bytes)) in job.targets.iter().zip(targets) {
            sum = (sum.0 + keys, sum.1 + bytes);
            if as_json {
                print(format!("{}\n", json!({"source": source.name, "target": target.name, "keys": keys, "bytes": bytes})).as_bytes())?;
            } else {
                rows.add_row([source.name.clone(), target.name.clone(), count(*keys), size(*bytes)]);
            }
        }
    }
    if as_json {
        return Ok(());
    }
    rows.add_row(["all".to_owned(), String::new(), count(sum.0), size(sum.1)]);
    print_table(&rows)?;
    print(b"Nothing was written.\n")
}

/// Prints the result of a comparison. Differences are a failure.
fn report(report: &Report, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let line = json!({"event": "verify", "compared": report.compared, "different": report.different, "examples": report.examples});
        print(format!("{line}\n").as_bytes())?;
        return if report.is_equal() { Ok(()) } else { Err(Failure::different("")) };
    }
    for example in &report.examples {
        print(format!("{example}\n").as_bytes())?;
    }
    if report.is_equal() {
        return print(format!("{} keys compared: all equal.\n", count(report.compared)).as_bytes());
    }
    let kinds: Vec<String> =
        report.different.iter().map(|(kind, number)| format!("{} {}", count(*number), kind.trim_end_matches([',']))).collect();
    Err(Failure::different(format!("{} keys compared; they differ: {}", count(report.compared), kinds.join("; "))))
}

/// A list of servers for the journal: what is before an @ may be a password.
fn without_passwords(list: &str) -> String {
    let hide = |entry: &str| match (entry.find("://"), entry.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}{}", &entry[..scheme + 3], &entry[at + 1..]),
        _ => entry.to_owned(),
    };
    list.split(',').map(hide).collect::<Vec<_>>().join(",")
}
