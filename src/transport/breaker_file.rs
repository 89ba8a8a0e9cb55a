//! What the processes of a user on this host tell each other about servers that do not reply: records in a file in memory.
//!
//! A record is a hint. A process that reads one probes the server before it fails any call, so a wrong record costs a probe. So no lock is needed: a
//! record that two processes write at the same time has a wrong checksum, and is ignored.
//!
//! The file is read and written, not mapped: a mapping needs `unsafe`, and a process that truncates the file would end all others with SIGBUS. It is
//! opened for each access, because a host program may close all descriptors and use their numbers for its own files. That is rare enough: nothing is
//! read while a connection is busy, and there is no file before the first server of this user has failed.

use crate::transport::clock::{Time, exact_now};
use once_cell::sync::Lazy;
use rustix::process::geteuid;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const FOLDER: &str = "/dev/shm";
/// The first bytes of each record. Processes with another layout use another file.
const FORMAT: u64 = 0x7264_636c_6272_6b31;
const RECORD: usize = 128;
/// Servers with the same place in the file overwrite each other's records.
const RECORDS: u64 = 512;
/// Where a record says whether calls fail at once. Five numbers precede it.
const IS_OPEN: usize = 40;
/// Where the reason begins, and its longest length. The checksum follows.
const REASON: usize = IS_OPEN + 1;
const MAX_REASON: usize = RECORD - 4 - REASON;
/// How long a record counts after it was written (10 s). While a server is probed its record is written more often.
const VALID_FOR: Time = 10_000_000_000;

/// What a process has found out about a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Record {
    /// Calls fail at once. Else the server replies again.
    pub is_open: bool,
    /// When its first failure happened.
    pub since: Time,
    /// The process that wrote this is the only one that probes the server until then.
    pub next_probe: Time,
    pub written: Time,
    pub reason: String,
}

/// The record of one server.
pub(crate) struct BreakerFile {
    path: PathBuf,
    id: u64,
}

/// What the processes have in common that share a file: the boot, the network and the clock.
static HOST: Lazy<Option<u64>> = Lazy::new(|| {
    let mut hasher = DefaultHasher::new();
    (FORMAT, fs::read("/proc/sys/kernel/random/boot_id").ok()?).hash(&mut hasher);
    for namespace in ["net", "time"] {
        fs::metadata(Path::new("/proc/self/ns").join(namespace)).map(|found| found.ino()).ok().hash(&mut hasher);
    }
    Some(hasher.finish())
});

impl BreakerFile {
    /// The record of the server with this key. `None` if this system lacks what identifies its processes.
    pub(crate) fn new(key: &impl Hash) -> Option<BreakerFile> {
        let host = (*HOST)?;
        // A server forks workers that change their user.
        let name = format!("rediscluster-{}-{host:016x}", geteuid().as_raw());
        Some(BreakerFile::at(Path::new(FOLDER).join(name), key))
    }

    fn at(path: PathBuf, key: &impl Hash) -> BreakerFile {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        BreakerFile { path, id: hasher.finish() }
    }

    /// The record, if there is one that can be true.
    pub(crate) fn read(&self) -> Option<Record> {
        let file = open(OpenOptions::new().read(true), &self.path).ok()?;
        let mut bytes = [0; RECORD];
        file.read_exact_at(&mut bytes, self.offset()).ok()?;
        decode(&bytes, self.id, exact_now())
    }

    /// Replaces the record. Without it the other processes find out by themselves, so nothing depends on success.
    pub(crate) fn write(&self, record: &Record) {
        let _ = self.try_write(record);
    }

    fn try_write(&self, record: &Record) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).mode(0o600);
        let file = match open(&mut options, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => open(options.create_new(true), &self.path)?,
            outcome => outcome?,
        };
        file.write_all_at(&encode(record, self.id), self.offset())
    }

    fn offset(&self) -> u64 {
        self.id % RECORDS * RECORD as u64
    }
}

/// Opens the file if it is one that this user has made, and that nobody else can use.
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = options.custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
    let found = file.metadata()?;
    let is_private = found.is_file() && found.uid() == geteuid().as_raw() && found.mode() & 0o077 == 0 && found.nlink() == 1;
    is_private.then_some(file).ok_or_else(|| io::ErrorKind::PermissionDenied.into())
}

fn encode(record: &Record, id: u64) -> [u8; RECORD] {
    let mut bytes = [0; RECORD];
    for (at, number) in [FORMAT, id, record.since, record.next_probe, record.written].into_iter().enumerate() {
        bytes[at * 8..at * 8 + 8].copy_from_slice(&number.to_le_bytes());
    }
    bytes[IS_OPEN] = u8::from(record.is_open);
    let reason = record.reason.bytes().map(|byte| if is_printable(byte) { byte } else { b'?' });
    bytes[REASON..REASON + MAX_REASON].iter_mut().zip(reason).for_each(|(to, from)| *to = from);
    let checksum = crc32fast::hash(&bytes[..RECORD - 4]);
    bytes[RECORD - 4..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// `None`: nobody wrote this for the server, or it is too old, or it cannot be true.
fn decode(bytes: &[u8; RECORD], id: u64, now: Time) -> Option<Record> {
    let (content, checksum) = bytes.split_at(RECORD - 4);
    let number = |at: usize| content[at * 8..at * 8 + 8].try_into().map_or(0, u64::from_le_bytes);
    let [since, next_probe, written] = [2, 3, 4].map(number);
    let reason: Vec<u8> = content[REASON..].iter().copied().take_while(|&byte| byte != 0).collect();
    let is_sound = crc32fast::hash(content).to_le_bytes() == *checksum && number(0) == FORMAT && number(1) == id;
    let is_recent = since <= written && written <= now && now - written <= VALID_FOR;
    if !is_sound || !is_recent || content[IS_OPEN] > 1 || !reason.iter().copied().all(is_printable) {
        return None;
    }
    let reason = String::from_utf8(reason).ok()?;
    // The next probe writes the next record, so it is due while this one counts.
    let next_probe = next_probe.min(written.saturating_add(VALID_FOR));
    Some(Record { is_open: content[IS_OPEN] == 1, since, next_probe, written, reason })
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn record(reason: &str) -> Record {
        let now = exact_now();
        Record { is_open: true, since: now - 5, next_probe: now + 7, written: now, reason: reason.into() }
    }

    fn in_folder(folder: &tempfile::TempDir) -> BreakerFile {
        BreakerFile::at(folder.path().join("records"), &"a server")
    }

    #[test]
    fn a_record_is_read_as_it_was_written_and_only_for_its_server() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (in_folder(&folder), BreakerFile::at(folder.path().join("records"), &"another server"));
        assert_eq!(file.read(), None);
        for reason in ["no reply in time", ""] {
            let record = record(reason);
            file.write(&record);
            assert_eq!((file.read(), other.read()), (Some(record), None));
        }
        assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_reason_of_any_kind_becomes_a_line_of_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = in_folder(&folder);
        file.write(&record(&format!("a\nb\0é{}", "x".repeat(500))));
        let reason = file.read().unwrap().reason;
        assert!(reason.starts_with("a?b???x") && reason.len() == MAX_REASON, "{reason}");
    }

    #[test]
    fn damaged_and_untrue_records_are_not_read() {
        let (id, record) = (7, record("no reply in time"));
        let bytes = encode(&record, id);
        assert_eq!(decode(&bytes, id, record.written), Some(record.clone()));
        for at in 0..RECORD {
            for bit in 0..8 {
                let mut damaged = bytes;
                damaged[at] ^= 1 << bit;
                assert_eq!(decode(&damaged, id, record.written), None, "bit {bit} of byte {at}");
            }
        }
        assert_eq!(decode(&bytes, id, record.written - 1), None, "from the future");
        assert_eq!(decode(&bytes, id, record.written + VALID_FOR + 1), None, "too old");
        let forged = |record: Record| decode(&encode(&record, id), id, record.written);
        assert_eq!(forged(Record { since: record.written + 1, ..record.clone() }), None);
        let endless = forged(Record { next_probe: Time::MAX, ..record.clone() }).unwrap();
        assert_eq!(endless.next_probe, record.written + VALID_FOR);
        for written in [0, Time::MAX - 1, Time::MAX] {
            let _ = decode(&encode(&Record { since: 0, written, ..record.clone() }, id), id, Time::MAX);
        }
    }

    #[test]
    fn a_file_that_others_can_use_or_that_is_no_file_is_neither_read_nor_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = in_folder(&folder);
        file.write(&record("first"));
        let before = fs::read(&file.path).unwrap();
        let is_left_alone = || {
            assert_eq!(file.read(), None);
            file.write(&record("second"));
        };
        fs::set_permissions(&file.path, fs::Permissions::from_mode(0o640)).unwrap();
        is_left_alone();
        fs::set_permissions(&file.path, fs::Permissions::from_mode(0o600)).unwrap();
        let link = folder.path().join("link");
        fs::hard_link(&file.path, &link).unwrap();
        is_left_alone();
        fs::remove_file(&file.path).unwrap();
        symlink(&link, &file.path).unwrap();
        is_left_alone();
        assert_eq!(fs::read(&link).unwrap(), before);
        fs::remove_file(&file.path).unwrap();
        fs::create_dir(&file.path).unwrap();
        is_left_alone();
        fs::remove_dir(&file.path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&file.path).status().unwrap().success());
        is_left_alone();
    }

    #[test]
    fn the_file_of_another_user_is_neither_read_nor_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = in_folder(&folder);
        file.write(&record("first"));
        let before = fs::read(&file.path).unwrap();
        // Only root can give a file to another user.
        if std::os::unix::fs::chown(&file.path, Some(65534), None).is_ok() {
            assert_eq!(file.read(), None);
            file.write(&record("second"));
            assert_eq!(fs::read(&file.path).unwrap(), before);
        }
    }

    #[test]
    fn a_file_that_is_cut_short_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = in_folder(&folder);
        file.write(&record("first"));
        File::options().write(true).open(&file.path).unwrap().set_len(file.offset() + 3).unwrap();
        assert_eq!(file.read(), None);
        file.write(&record("second"));
        assert_eq!(file.read().unwrap().reason, "second");
    }
}
