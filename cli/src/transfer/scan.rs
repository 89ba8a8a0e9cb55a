//! The scans of a job: workers take batches from them, and the journal learns how far all keys are copied.

use crate::failure::Failure;
use crate::key_scan::next_batch;
use crate::transfer::job::{Job, Links};
use crate::transfer::journal::{Journal, Position};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Keys that a server looks at per SCAN, and so roughly the size of a batch.
pub const BATCH: usize = 500;

/// The scans of all databases of one source, one after the other.
pub struct SourceScan<'j> {
    job: &'j Job,
    source: usize,
    links: &'j [Links],
    journal: &'j Mutex<Journal>,
    batch_size: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The pair of databases that is being scanned.
    pair: usize,
    /// The cursor of its next SCAN; `None` before the first.
    cursor: Option<String>,
    /// The number of the next batch of this pair.
    next: u64,
    /// Batches that are copied although one before them is not: the cursor after each.
    copied: BTreeMap<u64, String>,
    /// The number of the first batch that is not copied.
    low: u64,
}

/// Keys for a worker.
pub struct Batch {
    pub pair: usize,
    number: u64,
    next: String,
    pub keys: Vec<Vec<u8>>,
}

impl<'j> SourceScan<'j> {
    pub fn new(job: &'j Job, source: usize, links: &'j [Links], journal: &'j Mutex<Journal>, batch_size: usize) -> SourceScan<'j> {
        SourceScan { job, source, links, journal, batch_size, state: Mutex::default() }
    }

    fn name(&self, pair: usize) -> String {
        format!("source {} db {}", self.source + 1, self.job.databases[pair].0)
    }

    /// Takes the next batch; `None` when all keys are taken. Batches of the next database are given out only when the former one is copied.
    pub fn take(&self) -> Result<Option<Batch>, Failure> {
        let mut state = locked(&self.state);
        let run_id = &self.job.sources[self.source].run_id;
        while state.pair < self.job.databases.len() {
            let cursor = match state.cursor.clone() {
                Some(cursor) => cursor,
                None => {
                    let position = locked(self.journal).position(&self.name(state.pair), run_id);
                    if position.done { "end".to_owned() } else { position.cursor }
                }
            };
            if cursor != "end" {
                let server = &self.links[state.pair].sources[self.source];
                let batch = next_batch(server, &cursor, self.batch_size, self.job.pattern.as_deref())?;
                let next = if batch.next == "0" { "end".to_owned() } else { batch.next };
                state.cursor = Some(next.clone());
                state.next += 1;
                return Ok(Some(Batch { pair: state.pair, number: state.next - 1, next, keys: batch.keys }));
            }
            if state.low < state.next {
                // Another worker copies the last batches of this database, and will go on with the next one.
                return Ok(None);
            }
            *state = State { pair: state.pair + 1, ..State::default() };
        }
        Ok(None)
    }

    /// Records that all keys of a batch are copied.
    pub fn finish(&self, batch: Batch) -> Result<(), Failure> {
        let mut state = locked(&self.state);
        state.copied.insert(batch.number, batch.next);
        let mut reached = None;
        while let Some(next) = {
            let low = state.low;
            state.copied.remove(&low)
        } {
            state.low += 1;
            reached = Some(next);
        }
        let Some(next) = reached else { return Ok(()) };
        let done = next == "end";
        let run_id = self.job.sources[self.source].run_id.clone();
        let position = Position { run_id, cursor: if done { "0".to_owned() } else { next }, done };
        locked(self.journal).set_position(&self.name(batch.pair), position)
    }

    /// Whether all batches of all databases are copied, now or by earlier runs.
    pub fn is_complete(&self) -> bool {
        let journal = locked(self.journal);
        let run_id = &self.job.sources[self.source].run_id;
        (0..self.job.databases.len()).all(|pair| journal.position(&self.name(pair), run_id).done)
    }
}

/// A worker that panics ends the program's run with an error; what it held stays valid.
pub fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
