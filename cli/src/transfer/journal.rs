//! The file that remembers how far a job is, so that a run that was killed can be repeated and goes on.
//!
//! Losing the file, or its last state, is safe: keys that were copied already are found equal and left alone.

use crate::failure::Failure;
use crate::state_folder::state_folder;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How far the scan of one database of one source is.
#[derive(Serialize, Deserialize, Clone)]
pub struct Position {
    /// The run id of the server: a cursor means nothing to another process.
    pub run_id: String,
    /// The cursor of the next SCAN.
    pub cursor: String,
    pub done: bool,
}

#[derive(Serialize, Deserialize)]
struct State {
    /// What the job is. A journal is for one job.
    job: String,
    /// Whether the targets have been flushed.
    flushed: bool,
    /// By source and database.
    positions: BTreeMap<String, Position>,
}

/// The journal of a job that is running. Another run of the job is refused until it is dropped, or the process ends.
pub struct Journal {
    path: PathBuf,
    state: State,
    saved: Instant,
    _lock: File,
}

/// At most so often the file is written while a job runs.
const INTERVAL: Duration = Duration::from_millis(50);

impl Journal {
    /// Opens the journal of a job. `job` describes it; equal descriptions are the same job. With `clean` an old state is forgotten.
    pub fn open(path: Option<&Path>, job: &str, clean: bool) -> Result<Journal, Failure> {
        let path = path.map_or_else(|| default_path(job), |path| Ok(path.to_owned()))?;
        let lock = lock(&path)?;
        let mut state = State { job: job.to_owned(), flushed: false, positions: BTreeMap::new() };
        if !clean && path.exists() {
            let text = std::fs::read_to_string(&path).map_err(|error| unusable(&path, error))?;
            let old: State = serde_json::from_str(&text).map_err(|error| unusable(&path, error))?;
            if old.job != job {
                return Err(Failure::usage(format!(
                    "the journal {} is of another job ({}); name another file with --journal, or forget that job with --clean",
                    path.display(),
                    old.job
                )));
            }
            state = old;
        }
        let mut journal = Journal { path, state, saved: Instant::now(), _lock: lock };
        journal.save()?;
        Ok(journal)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn was_flushed(&self) -> bool {
        self.state.flushed
    }

    pub fn set_flushed(&mut self) -> Result<(), Failure> {
        self.state.flushed = true;
        self.save()
    }

    /// The position of a scan. With another process on the server it begins again, unless it was finished.
    pub fn position(&self, scan: &str, run_id: &str) -> Position {
        let start = Position { run_id: run_id.to_owned(), cursor: "0".to_owned(), done: false };
        self.state.positions.get(scan).filter(|old| old.done || old.run_id == run_id).cloned().unwrap_or(start)
    }

    /// Records the position of a scan. All keys before it are copied.
    pub fn set_position(&mut self, scan: &str, position: Position) -> Result<(), Failure> {
        let is_done = position.done;
        self.state.positions.insert(scan.to_owned(), position);
        if is_done || self.saved.elapsed() >= INTERVAL { self.save() } else { Ok(()) }
    }

    /// Replaces the file in one step.
    pub fn save(&mut self) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(&self.state).map_err(|error| unusable(&self.path, error))?;
        let new = with_suffix(&self.path, ".new");
        std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &self.path)).map_err(|error| unusable(&self.path, error))?;
        self.saved = Instant::now();
        Ok(())
    }
}

fn unusable(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("the journal {}: {error}; name another file with --journal", path.display()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The kernel releases the lock when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, Failure> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| unusable(path, error))?;
    }
    let file = File::create(with_suffix(path, ".lock")).map_err(|error| unusable(path, error))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => Err(Failure::refused(format!("another run of this job is not finished: it holds {}.lock", path.display()))),
    }
}

/// A file in the user's folder for state, named by a hash of the job.
fn default_path(job: &str) -> Result<PathBuf, Failure> {
    let folder = state_folder().ok_or_else(|| Failure::usage("there is no HOME for the journal: name a file with --journal"))?;
    // FNV-1a: the name must be the same with every build of this program.
    let hash = job.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Ok(folder.join(format!("{hash:016x}.json")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_goes_on_only_with_the_same_job_and_server() {
        let folder = std::env::temp_dir().join(format!("rediscluster-journal-{}", std::process::id()));
        let path = folder.join("journal");
        let mut journal = Journal::open(Some(&path), "a", false).unwrap();
        assert!(Journal::open(Some(&path), "a", false).err().unwrap().message.contains("another run of this job"));
        journal.set_position("s", Position { run_id: "r".into(), cursor: "17".into(), done: false }).unwrap();
        journal.save().unwrap();
        drop(journal);
        let journal = Journal::open(Some(&path), "a", false).unwrap();
        assert_eq!((journal.position("s", "r").cursor.as_str(), journal.position("s", "other").cursor.as_str()), ("17", "0"));
        drop(journal);
        assert!(Journal::open(Some(&path), "b", false).err().unwrap().message.contains("is of another job (a)"));
        assert_eq!(Journal::open(Some(&path), "b", true).unwrap().position("s", "r").cursor, "0");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
