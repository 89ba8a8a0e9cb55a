//! The sources of scripts that were sent to servers, to be loaded on a server that does not have them: it has been restarted, has flushed its
//! scripts, or another server has run the `EVAL`.

use crate::config::{Address, Config};
use arc_swap::ArcSwap;
use once_cell::sync::Lazy;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The limits of what is remembered: the number of scripts and their bytes in total.
const MAX_SCRIPTS: usize = 1000;
const MAX_BYTES: usize = 16 << 20;

/// The SHA-1 of a source in lowercase hexadecimal digits, which is the name of a script in Redis.
type Digest = [u8; 40];

#[derive(Default)]
pub(crate) struct ScriptSources {
    known: Mutex<Known>,
}

/// The servers of a handle, in one process.
type Servers = (u32, Vec<Address>);

/// The sources of all servers. Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static OF_SERVERS: Lazy<ArcSwap<HashMap<Servers, Weak<ScriptSources>>>> = Lazy::new(ArcSwap::default);

#[derive(Default)]
struct Known {
    sources: HashMap<Digest, Arc<[u8]>>,
    /// The digests, oldest first.
    order: VecDeque<Digest>,
    bytes: usize,
}

impl ScriptSources {
    /// The sources that all handles of this process on the same servers share: a server has one set of scripts, whatever the database and the protocol.
    pub(crate) fn of_servers(config: &Config) -> Arc<ScriptSources> {
        let servers = (std::process::id(), config.servers.iter().map(|server| server.address.clone()).collect());
        if let Some(known) = OF_SERVERS.load().get(&servers).and_then(Weak::upgrade) {
            return known;
        }
        let new = Arc::new(ScriptSources::default());
        OF_SERVERS.rcu(|all| {
            let is_used = |(other, sources): &(&Servers, &Weak<ScriptSources>)| **other != servers && sources.strong_count() > 0;
            let others = all.iter().filter(is_used).map(|(servers, sources)| (servers.clone(), sources.clone()));
            let known = all.get(&servers).filter(|sources| sources.strong_count() > 0).cloned();
            others.chain([(servers.clone(), known.unwrap_or_else(|| Arc::downgrade(&new)))]).collect::<HashMap<_, _>>()
        });
        OF_SERVERS.load().get(&servers).and_then(Weak::upgrade).unwrap_or(new)
    }

    /// The source with that digest; upper and lower case are the same.
    pub(crate) fn get(&self, digest: &[u8]) -> Option<Arc<[u8]>> {
        let digest = Digest::try_from(digest).ok()?.to_ascii_lowercase();
        self.lock().sources.get(digest.as_slice()).cloned()
    }

    /// Remembers a source, and forgets the oldest ones if a limit is exceeded. `None` if it is too large.
    pub(crate) fn remember(&self, source: &[u8]) -> Option<Arc<[u8]>> {
        if source.len() > MAX_BYTES {
            return None;
        }
        let digest = digest(source);
        let mut known = self.lock();
        if let Some(known) = known.sources.get(&digest) {
            return Some(known.clone());
        }
        let source: Arc<[u8]> = source.into();
        known.bytes += source.len();
        known.order.push_back(digest);
        known.sources.insert(digest, source.clone());
        while known.order.len() > MAX_SCRIPTS || known.bytes > MAX_BYTES {
            let Some(oldest) = known.order.pop_front() else { break };
            known.bytes -= known.sources.remove(&oldest).map_or(0, |source| source.len());
        }
        Some(source)
    }

    /// All sources, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<[u8]>> {
        let known = self.lock();
        known.order.iter().filter_map(|digest| known.sources.get(digest).cloned()).collect()
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
