//! Entry points of the fuzz targets in `fuzz/`. Each function reads arbitrary bytes and panics when the code breaks a promise.
//!
//! This module exists only with `--cfg fuzzing` and in unit tests. It is not part of the public API.

use crate::config::Config;
use crate::error::{Code, Error};
use crate::php::{self, Format, Requests};
use crate::rdb::{decode, encode};
use crate::resp::{Args, Commands, Entry, Reader, Reply, Value, pack};

/// Reads a request. A command that was read can be packed and read again.
pub fn request(bytes: &[u8]) {
    let (mut commands, mut args) = (Commands::new(bytes), Args::new());
    loop {
        match commands.next(&mut args) {
            Ok(Some(range)) => {
                assert!(args.iter().map(|argument| argument.len() + 5).sum::<usize>() < range.len());
                let packed = pack(&args);
                let mut again = Args::new();
                assert_eq!(Commands::new(&packed).next(&mut again), Ok(Some(0..packed.len())));
                assert_eq!(again, args);
            }
            Ok(None) => break,
            Err(error) => return assert_eq!(error.code(), Code::Request),
        }
    }
}

/// Reads a server's reply. The pieces in which it arrives make no difference, and the index stays inside the bytes.
pub fn reply(bytes: &[u8]) {
    let whole = read_reply([bytes]);
    assert_eq!(described(&whole), described(&read_reply(bytes.chunks(1))));
    assert_eq!(described(&whole), described(&read_reply(bytes.chunks(bytes.len() / 2 + 1))));
    let Ok(Some(reply)) = whole else { return };
    assert_eq!(checked_span(&reply, 0), reply.entries().len());
    (0..reply.entries().len()).for_each(|at| assert!(at + checked_span(&reply, at) <= reply.entries().len()));
    for flags in 0..8 {
        let mut text = Vec::new();
        php::append_value(&reply, 0, Format::from_flags(flags), &mut text).expect("memory for a reply");
    }
}

/// The first reply in `pieces`; `None` if it is incomplete.
fn read_reply<'b>(pieces: impl IntoIterator<Item = &'b [u8]>) -> Result<Option<Reply>, Error> {
    let mut reader = Reader::new(Vec::new(), false);
    for piece in pieces {
        reader.feed(piece);
        reader.advance(1)?;
        if reader.complete() == 1 {
            return Ok(Some(Reply::from_reader(reader, None).0));
        }
    }
    Ok(None)
}

/// What two readings must have in common. Bytes after the first reply are not part of it.
fn described(reply: &Result<Option<Reply>, Error>) -> Result<Option<(&[Entry], String)>, &Error> {
    reply.as_ref().map(|reply| reply.as_ref().map(|reply| (reply.entries(), format!("{:?}", reply.root()))))
}

/// How many entries a value takes; its bytes and children must exist.
fn checked_span(reply: &Reply, at: usize) -> usize {
    let entry = &reply.entries()[at];
    assert_eq!(reply.entry_bytes(entry).len(), if entry.has_bytes() { entry.length() } else { 0 });
    if let Some(Value::Array(children)) = reply.value(at) {
        assert_eq!(children.count(), entry.length());
    }
    entry.span()
}

/// Reads a configuration. An error is a configuration error, and a configuration has a first node.
pub fn configuration(json: &[u8]) {
    match Config::from_json(json) {
        Ok(config) => assert_eq!(config.masters[0].alias, "node_1"),
        Err(error) => assert_eq!(error.code(), Code::Config),
    }
}

/// Reads the text of one PHP command, and the same text as many commands. What was read is valid RESP.
pub fn php_text(text: &[u8]) {
    let mut args = Args::new();
    match php::read_command(text, &mut args) {
        Ok(()) => assert_eq!(php::command_to_resp(text), Ok(pack(&args))),
        Err(error) => assert_eq!(error.code(), Code::Request),
    }
    if let Ok(packed) = Requests::parse(text).and_then(|(requests, _)| requests.into_resp()) {
        let (mut commands, mut args) = (Commands::new(&packed), Args::new());
        while commands.next(&mut args).expect("packed commands can be read").is_some() {}
    }
}

/// Decodes a sorted set from a DUMP payload. A decoded set can be encoded and decoded again.
pub fn rdb_payload(payload: &[u8]) {
    let Some(members) = decode::sorted_set(payload) else { return };
    // The encoder writes the members in reverse order.
    let encoded = encode::sorted_set(members.iter().rev().map(|(member, score)| (&**member, *score)));
    let decoded = decode::sorted_set(&encoded).expect("an encoded set can be decoded");
    let bits = |(member, score): &decode::Scored| (member.to_vec(), score.to_bits());
    assert!(decoded.iter().map(bits).eq(members.iter().map(bits)));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// How many damaged copies of each seed are tried.
    const COPIES: usize = 500;

    /// xorshift64*: the same cases in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
        }
    }

    fn damaged(seed: &[u8], random: &mut Random) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..random.below(4) + 1 {
            let at = random.below(bytes.len().max(1));
            match random.below(5) {
                _ if bytes.is_empty() => bytes.push(random.below(256) as u8),
                0 => bytes[at] = random.below(256) as u8,
                1 => bytes[at] ^= 1 << random.below(8),
                2 => bytes.truncate(at),
                3 => bytes.insert(at, bytes[random.below(bytes.len())]),
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    }

    /// Runs a target on its seeds and on damaged copies of them.
    fn replay(target: fn(&[u8]), name: &str) {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        if !fuzz.exists() {
            return; // the published package has no fuzz targets
        }
        let folder = fuzz.join("seeds").join(name);
        let mut files: Vec<_> = folder.read_dir().expect("a folder of seeds").map(|entry| entry.expect("a seed").path()).collect();
        files.sort();
        assert!(files.len() > 5, "{} has too few seeds", folder.display());
        let mut random = Random(0x5EED);
        for file in files {
            let seed = std::fs::read(&file).expect("a seed");
            target(&seed);
            (0..COPIES).for_each(|_| target(&damaged(&seed, &mut random)));
        }
    }

    #[test]
    fn requests_of_the_fuzzing_seeds_are_read_or_refused() {
        replay(super::request, "request");
    }

    #[test]
    fn replies_of_the_fuzzing_seeds_are_read_the_same_in_pieces() {
        replay(super::reply, "reply");
    }

    #[test]
    fn configurations_of_the_fuzzing_seeds_are_read_or_refused() {
        replay(super::configuration, "configuration");
    }

    #[test]
    fn php_texts_of_the_fuzzing_seeds_are_read_or_refused() {
        replay(super::php_text, "php_text");
    }

    #[test]
    fn rdb_payloads_of_the_fuzzing_seeds_are_decoded_or_refused() {
        replay(super::rdb_payload, "rdb_payload");
    }
}
