//! The versions of files that are read again after they have changed.

use std::os::unix::fs::MetadataExt;

/// Device, inode, size, and time of the last change.
pub(crate) type FileVersion = (u64, u64, u64, i64, i64);

/// The version of each file; `None` for a file that cannot be found.
pub(crate) fn file_versions<'p>(paths: impl Iterator<Item = &'p String>) -> Vec<Option<FileVersion>> {
    let version = |path: &String| {
        let file = std::fs::metadata(path).ok()?;
        Some((file.dev(), file.ino(), file.size(), file.mtime(), file.mtime_nsec()))
    };
    paths.map(version).collect()
}
