//! Counts, their display while a job runs, and the summary.

use crate::text::{count, size};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What has happened to the keys so far.
#[derive(Default)]
pub struct Counts {
    /// Keys that SCAN has returned.
    pub scanned: AtomicU64,
    /// Keys that were written to a target.
    pub copied: AtomicU64,
    /// Their payloads.
    pub bytes: AtomicU64,
    /// Keys that the target had already, with equal content.
    pub equal: AtomicU64,
    /// Keys that the target had with other content, and that it kept.
    pub skipped: AtomicU64,
    /// Keys that are on their node already.
    pub in_place: AtomicU64,
    /// Keys that were deleted or expired while they were read.
    pub gone: AtomicU64,
    /// Keys that were deleted where they were.
    pub removed: AtomicU64,
}

pub fn add(counter: &AtomicU64, number: u64) {
    counter.fetch_add(number, Relaxed);
}

/// The kind of output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Bar,
    Lines,
    Json,
}

impl Output {
    pub fn choose(json: bool) -> Output {
        match (json, std::io::stderr().is_terminal()) {
            (true, _) => Output::Json,
            (false, true) => Output::Bar,
            (false, false) => Output::Lines,
        }
    }
}

/// How often a line is printed.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Shows the counts until `stop` is set. `total` is the number of keys of the sources.
pub fn show(counts: &Counts, total: u64, output: Output, stop: &AtomicBool) {
    let began = Instant::now();
    let bar = if output == Output::Bar { ProgressBar::new(total) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} keys, {per_sec}, {eta} left {msg}") {
        bar.set_style(style);
    }
    let mut last = began;
    while !stop.load(Relaxed) {
        std::thread::park_timeout(Duration::from_millis(200));
        let scanned = counts.scanned.load(Relaxed);
        bar.set_length(total.max(scanned));
        bar.set_position(scanned);
        bar.set_message(size(counts.bytes.load(Relaxed)));
        if output != Output::Bar && last.elapsed() >= LINE_INTERVAL && !stop.load(Relaxed) {
            last = Instant::now();
            line(counts, total, output, began.elapsed());
        }
    }
    bar.finish_and_clear();
}

fn line(counts: &Counts, total: u64, output: Output, elapsed: Duration) {
    let (scanned, bytes) = (counts.scanned.load(Relaxed), counts.bytes.load(Relaxed));
    let rate = (scanned as f64 / elapsed.as_secs_f64().max(0.001)) as u64;
    let left = (total.saturating_sub(scanned)) / rate.max(1);
    if output == Output::Json {
        println!(
            "{}",
            json!({"event": "progress", "scanned": scanned, "keys": total, "bytes": bytes, "keys_per_second": rate, "seconds_left": left})
        );
    } else {
        eprintln!("{} of {} keys, {}, {} keys/s, {left} s left", count(scanned), count(total), size(bytes), count(rate));
    }
}

/// What a run has done besides the keys.
pub struct Extras {
    /// Libraries of functions that were loaded.
    pub functions: u64,
    /// How long all workers together have waited for slow servers.
    pub paused: Duration,
}

/// The last line of a run. `is_complete` is false if a limit ended it.
pub fn summary(counts: &Counts, extras: &Extras, elapsed: Duration, output: Output, is_complete: bool) -> String {
    let get = |counter: &AtomicU64| counter.load(Relaxed);
    let seconds = elapsed.as_secs_f64();
    let rate = (get(&counts.scanned) as f64 / seconds.max(0.001)) as u64;
    if output == Output::Json {
        let summary = json!({"event": "summary", "complete": is_complete, "scanned": get(&counts.scanned), "copied": get(&counts.copied),
            "bytes": get(&counts.bytes), "equal": get(&counts.equal), "skipped": get(&counts.skipped), "in_place": get(&counts.in_place),
            "gone": get(&counts.gone), "removed": get(&counts.removed), "functions": extras.functions,
            "paused_seconds": (extras.paused.as_secs_f64() * 1000.0).round() / 1000.0, "seconds": (seconds * 1000.0).round() / 1000.0, "keys_per_second": rate});
        return format!("{summary}\n");
    }
    let mut out = format!("{} keys copied ({})", count(get(&counts.copied)), size(get(&counts.bytes)));
    for (number, text) in [
        (get(&counts.equal), "equal already"),
        (get(&counts.skipped), "kept as they are on the target"),
        (get(&counts.in_place), "on their node already"),
        (get(&counts.removed), "deleted where they were"),
        (get(&counts.gone), "gone meanwhile"),
        (extras.functions, "libraries of functions loaded"),
    ] {
        if number > 0 {
            out.push_str(&format!(", {} {text}", count(number)));
        }
    }
    out.push_str(&format!("; {seconds:.1} s, {} keys/s\n", count(rate)));
    out.push_str(if is_complete { "Complete.\n" } else { "The limit is reached; run it again to go on.\n" });
    out
}
