//! Copies a value in pieces to a temporary key of the target, which is renamed at the end. It is for values so large that DUMP and RESTORE
//! would block the servers, and for servers that cannot read each other's payloads.

use crate::failure::Failure;
use crate::key_scan::INTERNAL;
use crate::transfer::compare::{field_expiries, type_of};
use crate::wire::{Pipeline, bytes, check, children, field, field_text, integer, text};
use rediscluster::{Cluster, Value};

/// Bytes per piece of a string.
const STRING_PIECE: i64 = 1 << 20;
/// The target size of a piece of another value.
const PIECE_BYTES: u64 = 1 << 20;
/// A temporary key that no run cares for any more expires after this time.
const TEMPORARY_MS: &[u8] = b"3600000";

/// The temporary key for a key: always the same, so that the next run replaces what a killed run has left.
pub fn temporary_key(key: &[u8]) -> Vec<u8> {
    [INTERNAL, b"copy\0", key].concat()
}

/// A value on its way from one server to a temporary key of another.
pub struct Pieces<'c> {
    source: &'c Cluster,
    target: &'c Cluster,
    key: &'c [u8],
    temporary: Vec<u8>,
    /// Elements per piece.
    page: String,
}

impl<'c> Pieces<'c> {
    /// `size` is the memory that the value takes.
    pub fn new(source: &'c Cluster, target: &'c Cluster, key: &'c [u8], size: u64) -> Result<Pieces<'c>, Failure> {
        let command: &[u8] = match type_of(source, key)?.as_str() {
            "list" => b"LLEN",
            "set" => b"SCARD",
            "zset" => b"ZCARD",
            "hash" => b"HLEN",
            "stream" => b"XLEN",
            _ => b"STRLEN",
        };
        let length = match source.command(&[command, key])?.root() {
            Value::Integer(length) => length.max(1) as u64,
            _ => 1,
        };
        let page = (PIECE_BYTES * length / size.max(1)).clamp(1, 5000).to_string();
        Ok(Pieces { source, target, key, temporary: temporary_key(key), page })
    }

    /// Copies the value. Returns false if the source has no such key, or has it no longer.
    pub fn copy(&self) -> Result<bool, Failure> {
        let copied = self.copy_value();
        if copied.is_err() {
            // The value is still on the source. Without a connection the temporary key expires.
            let _ = self.discard();
        }
        copied
    }

    fn copy_value(&self) -> Result<bool, Failure> {
        self.discard()?;
        match type_of(self.source, self.key)?.as_str() {
            "none" => return Ok(false),
            "string" => self.string()?,
            "list" => self.in_order(b"LRANGE", b"RPUSH")?,
            "zset" => self.in_order(b"ZRANGE", b"ZADD")?,
            "set" => self.by_scan(b"SSCAN", b"SADD")?,
            "hash" => self.by_scan(b"HSCAN", b"HSET")?,
            "stream" => self.stream()?,
            other => {
                return Err(Failure::failed(format!(
                    "{}: a value of type {other} can only be copied whole: raise --pieces-above, and use targets of the same release",
                    crate::text::printable(self.key)
                )));
            }
        }
        Ok(integer(&self.target.command(&[b"EXISTS", &self.temporary])?.root(), "EXISTS")? == 1)
    }

    /// Deletes the temporary key.
    pub fn discard(&self) -> Result<(), Failure> {
        check(self.target.command(&[b"UNLINK", &self.temporary])?.root(), "UNLINK").map(drop)
    }

    /// Gives the temporary key its name and its time to live, in one step. Returns false if the target has the key and `replace` is not set.
    pub fn finish(&self, expiry: i64, replace: bool) -> Result<bool, Failure> {
        let mut pipeline = Pipeline::default();
        let time = expiry.to_string();
        pipeline.push(&[b"MULTI"]);
        pipeline.push(&if expiry == 0 {
            vec![&b"PERSIST"[..], &self.temporary]
        } else {
            vec![&b"PEXPIREAT"[..], &self.temporary, time.as_bytes()]
        });
        pipeline.push(&[if replace { b"RENAME" } else { b"RENAMENX" }, &self.temporary, self.key]);
        pipeline.push(&[b"EXEC"]);
        let mut session = self.target.session();
        let reply = crate::wire::whole(session.execute(pipeline.bytes())?)?;
        let exec = children(reply.root()).last().map(|exec| check(exec, "EXEC")).transpose()?;
        let renamed = exec.and_then(|exec| children(exec).last());
        match renamed {
            Some(Value::Integer(number)) => Ok(number == 1),
            // The time is over: the temporary key is gone.
            Some(Value::Error(message)) if message.starts_with(b"ERR no such key") => Ok(true),
            Some(value) => check(value, "RENAME").map(|_| true),
            None => Err(Failure::failed("EXEC: no reply")),
        }
    }

    /// Sends a piece, and lets the temporary key live for another hour.
    fn send(&self, command: &[&[u8]]) -> Result<(), Failure> {
        let mut pipeline = Pipeline::default();
        pipeline.push(command);
        pipeline.push(&[b"PEXPIRE", &self.temporary, TEMPORARY_MS]);
        let reply = pipeline.run(self.target)?;
        children(reply.root()).try_for_each(|value| check(value, &String::from_utf8_lossy(command[0])).map(drop))
    }

    fn string(&self) -> Result<(), Failure> {
        let length = integer(&self.source.command(&[b"STRLEN", self.key])?.root(), "STRLEN")?;
        for start in (0..length.max(1)).step_by(STRING_PIECE as usize) {
            let range = [start.to_string(), (start + STRING_PIECE - 1).to_string()];
            let reply = self.source.command(&[b"GETRANGE", self.key, range[0].as_bytes(), range[1].as_bytes()])?;
            let value = check(reply.root(), "GETRANGE")?;
            // An empty string is a value too; APPEND would not create it.
            let command: &[u8] = if start == 0 { b"SET" } else { b"APPEND" };
            self.send(&[command, &self.temporary, bytes(&value).unwrap_or_default()])?;
        }
        Ok(())
    }

    /// Lists and sorted sets.
    fn in_order(&self, range: &[u8], push: &[u8]) -> Result<(), Failure> {
        let page: i64 = self.page.parse().unwrap_or(1);
        for start in (0_i64..).step_by(page as usize) {
            let bounds = [start.to_string(), (start + page - 1).to_string()];
            let mut command: Vec<&[u8]> = vec![range, self.key, bounds[0].as_bytes(), bounds[1].as_bytes()];
            if range == b"ZRANGE" {
                command.push(b"WITHSCORES");
            }
            let reply = self.source.command(&command)?;
            let elements: Vec<&[u8]> = list(check(reply.root(), "LRANGE")?);
            if elements.is_empty() {
                return Ok(());
            }
            let elements = if range == b"ZRANGE" { swapped(&elements) } else { elements };
            self.send(&[&[push, &self.temporary], &elements[..]].concat())?;
        }
        Ok(())
    }

    /// Sets and hashes. The scan may return an element twice, which changes nothing.
    fn by_scan(&self, scan: &[u8], add: &[u8]) -> Result<(), Failure> {
        let mut cursor = "0".to_owned();
        loop {
            let reply = self.source.command(&[scan, self.key, cursor.as_bytes(), b"COUNT", self.page.as_bytes()])?;
            let mut parts = children(check(reply.root(), "SCAN")?);
            let next = parts.next().map(|next| text(&next)).unwrap_or_default();
            let elements: Vec<&[u8]> = parts.next().map(list).unwrap_or_default();
            if !elements.is_empty() {
                self.send(&[&[add, &self.temporary], &elements[..]].concat())?;
                if add == b"HSET" {
                    self.field_expiries(&elements)?;
                }
            }
            if next == "0" {
                return Ok(());
            }
            cursor = next;
        }
    }

    fn field_expiries(&self, pairs: &[&[u8]]) -> Result<(), Failure> {
        let fields: Vec<&[u8]> = pairs.iter().step_by(2).copied().collect();
        for (field, time) in fields.iter().zip(field_expiries(self.source, self.key, &fields)?) {
            if time > 0 {
                let time = time.to_string();
                let command: [&[u8]; 6] = [b"HPEXPIREAT", &self.temporary, time.as_bytes(), b"FIELDS", b"1", field];
                self.send(&command).map_err(|failure| Failure {
                    message: format!("{}: it has fields that expire: {}", crate::text::printable(self.key), failure.message),
                    ..failure
                })?;
            }
        }
        Ok(())
    }

    /// The entries, the ids, and the groups with their consumers and pending entries.
    fn stream(&self) -> Result<(), Failure> {
        let info = self.source.command(&[b"XINFO", b"STREAM", self.key])?;
        let info = check(info.root(), "XINFO STREAM")?;
        let last = field_text(info, "last-generated-id");
        let mut start = "-".to_owned();
        loop {
            let reply = self.source.command(&[b"XRANGE", self.key, start.as_bytes(), b"+", b"COUNT", self.page.as_bytes()])?;
            let mut end = None;
            let mut pipeline = Pipeline::default();
            for entry in children(check(reply.root(), "XRANGE")?) {
                let mut parts = children(entry);
                let id = parts.next().map(|id| text(&id)).unwrap_or_default();
                let fields = parts.next().map(list).unwrap_or_default();
                pipeline.push(&[&[b"XADD".as_slice(), &self.temporary, id.as_bytes()], &fields[..]].concat());
                end = Some(id);
            }
            let added = pipeline.run(self.target)?;
            children(added.root()).try_for_each(|value| check(value, "XADD").map(drop))?;
            match end {
                Some(id) => start = format!("({id}"),
                None => break,
            }
        }
        // Creates the stream if it has no entries.
        self.send(&[b"XGROUP", b"CREATE", &self.temporary, b"\0rediscluster", b"$", b"MKSTREAM"])?;
        self.send(&[b"XGROUP", b"DESTROY", &self.temporary, b"\0rediscluster"])?;
        let counters = [("ENTRIESADDED", "entries-added"), ("MAXDELETEDID", "max-deleted-entry-id")];
        let counters: Vec<String> = counters
            .iter()
            .filter(|(_, name)| field(info, name).is_some())
            .flat_map(|(word, name)| [(*word).to_owned(), field_text(info, name)])
            .collect();
        let whole: Vec<&[u8]> =
            [&b"XSETID"[..], &self.temporary, last.as_bytes()].into_iter().chain(counters.iter().map(String::as_bytes)).collect();
        if check(self.target.command(&whole)?.root(), "XSETID").is_err() {
            self.send(&whole[..3])?;
        }
        self.groups()
    }

    fn groups(&self) -> Result<(), Failure> {
        let reply = self.source.command(&[b"XINFO", b"STREAM", self.key, b"FULL", b"COUNT", b"0"])?;
        let full = check(reply.root(), "XINFO STREAM")?;
        for group in field(full, "groups").into_iter().flat_map(children) {
            let name = field(group, "name").and_then(|name| bytes(&name)).unwrap_or_default();
            let last = field_text(group, "last-delivered-id");
            self.send(&[b"XGROUP", b"CREATE", &self.temporary, name, last.as_bytes()])?;
            for consumer in field(group, "consumers").into_iter().flat_map(children) {
                let owner = field(consumer, "name").and_then(|name| bytes(&name)).unwrap_or_default();
                self.send(&[b"XGROUP", b"CREATECONSUMER", &self.temporary, name, owner])?;
                for entry in field(consumer, "pending").into_iter().flat_map(children) {
                    let parts: Vec<String> = children(entry).map(|part| text(&part)).collect();
                    let [id, time, count] = parts.as_slice() else { continue };
                    let options: [&[u8]; 6] = [b"TIME", time.as_bytes(), b"RETRYCOUNT", count.as_bytes(), b"FORCE", b"JUSTID"];
                    self.send(&[&[&b"XCLAIM"[..], &self.temporary, name, owner, b"0", id.as_bytes()], &options[..]].concat())?;
                }
            }
        }
        Ok(())
    }
}

/// The elements of an array of strings.
fn list(value: Value<'_>) -> Vec<&[u8]> {
    children(value).filter_map(|element| bytes(&element)).collect()
}

/// Score before member, as ZADD takes them.
fn swapped<'e>(pairs: &[&'e [u8]]) -> Vec<&'e [u8]> {
    pairs.chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect()
}
