//! The sources of scripts that were sent to servers, to be loaded again on a server that has been restarted or has flushed its scripts.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The limits of what is remembered: the number of scripts and their bytes in total.
const MAX_SCRIPTS: usize = 1000;
const MAX_BYTES: usize = 16 << 20;

/// The SHA-1 of a source in lowercase hexadecimal digits, which is the name of a script in Redis.
type Digest = [u8; 40];

#[derive(Default)]
pub(crate) struct ScriptSources {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    sources: HashMap<Digest, Arc<[u8]>>,
    /// The digests, oldest first.
    order: VecDeque<Digest>,
    bytes: usize,
}

impl ScriptSources {
    /// The source with that digest; upper and lower case are the same.
    pub(crate) fn get(&self, digest: &[u8]) -> Option<Arc<[u8]>> {
        let digest = Digest::try_from(digest).ok()?.to_ascii_lowercase();
        self.lock().sources.get(digest.as_slice()).cloned()
    }

    /// Remembers a source, and forgets the oldest ones if a limit is exceeded.
    pub(crate) fn remember(&self, source: &[u8]) {
        if source.len() > MAX_BYTES {
            return;
        }
        let digest = digest(source);
        let mut known = self.lock();
        if known.sources.contains_key(&digest) {
            return;
        }
        known.bytes += source.len();
        known.order.push_back(digest);
        known.sources.insert(digest, source.into());
        while known.order.len() > MAX_SCRIPTS || known.bytes > MAX_BYTES {
            let Some(oldest) = known.order.pop_front() else { break };
            known.bytes -= known.sources.remove(&oldest).map_or(0, |source| source.len());
        }
    }

    pub(crate) fn forget_all(&self) {
        *self.lock() = Known::default();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(source: &[u8]) -> Digest {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digest = [0; 40];
    for (pair, byte) in digest.chunks_exact_mut(2).zip(sha1_smol::Sha1::from(source).digest().bytes()) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_found_by_its_digest_in_any_case() {
        let sources = ScriptSources::default();
        sources.remember(b"return 1");
        for digest in ["e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB"] {
            assert_eq!(sources.get(digest.as_bytes()).as_deref(), Some(&b"return 1"[..]));
        }
        assert_eq!(sources.get(b"e0e1"), None);
        sources.forget_all();
        assert_eq!(sources.get(b"e0e1f9fabfc9d4800c877a703b823ac0578ff8db"), None);
    }

    #[test]
    fn the_oldest_sources_are_forgotten_first() {
        let sources = ScriptSources::default();
        let source = |number: usize| format!("return {number}").into_bytes();
        for number in 0..MAX_SCRIPTS + 10 {
            sources.remember(&source(number));
        }
        for number in [0, 9] {
            assert_eq!(sources.get(&digest(&source(number))), None);
        }
        for number in [10, MAX_SCRIPTS + 9] {
            assert!(sources.get(&digest(&source(number))).is_some());
        }
        sources.remember(&vec![b' '; MAX_BYTES]);
        assert_eq!(sources.lock().order.len(), 1);
        sources.remember(&vec![b' '; MAX_BYTES + 1]);
        assert_eq!(sources.lock().bytes, MAX_BYTES);
    }
}
