//! The folder of the files that the tool keeps between runs: journals, and the history of the prompt.

use std::path::{Path, PathBuf};

/// The tool's folder in the user's folder for state; `None` without HOME.
pub fn state_folder() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
    let folder = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute()).or_else(home);
    folder.map(|folder| folder.join("rediscluster"))
}
