//! What the nodes of an MSETNX write down while not all of them have stored, so that anybody can tell how far it came.
//!
//! The first node stores alone, then all others at once; each makes its note in the very step in which it stores. When all have stored, the
//! first node's note goes before the others'. So as long as the first has its note, and another has none, it is not complete, and can be taken
//! back, the first node last; in every other case it is complete.

use crate::crossnode::support::internal_keys;
use crate::resp::{Args, Commands, pack};
use sha1_smol::Sha1;

const KIND: &[u8] = b"all or none";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intent {
    pub id: String,
    /// In milliseconds since 1970, by the clock of the first node's server.
    pub since: u64,
    /// How many masters there were: with another number the aliases mean other nodes.
    pub masters: usize,
    /// All nodes, the first one first.
    pub parts: Vec<Promise>,
}

/// What one node stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Promise {
    pub alias: String,
    /// Each key, with the digest of its value.
    pub keys: Vec<(Vec<u8>, Vec<u8>)>,
}

pub(crate) fn digest(value: &[u8]) -> Vec<u8> {
    Sha1::from(value).digest().bytes().to_vec()
}

impl Intent {
    /// The field of its notes.
    pub(crate) fn field(&self) -> Vec<u8> {
        internal_keys::key(&self.id, "pact")
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut words: Vec<Vec<u8>> =
            vec![KIND.to_vec(), self.id.clone().into(), self.since.to_string().into(), self.masters.to_string().into()];
        for part in &self.parts {
            words.push(part.alias.clone().into());
            words.push(part.keys.len().to_string().into());
            words.extend(part.keys.iter().flat_map(|(key, digest)| [key.clone(), digest.clone()]));
        }
        pack(&words.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// `None`: it is something else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Intent> {
        let mut args = Args::new();
        Commands::new(bytes).next(&mut args).ok()??;
        let mut words = args.iter().copied();
        words.next().filter(|kind| *kind == KIND)?;
        let id = text(words.next()?)?;
        let (since, masters) = (text(words.next()?)?.parse().ok()?, text(words.next()?)?.parse().ok()?);
        let mut parts = Vec::new();
        while let Some(alias) = words.next() {
            let count: usize = text(words.next()?)?.parse().ok()?;
            let mut keys = Vec::new();
            for _ in 0..count {
                keys.push((words.next()?.to_vec(), words.next()?.to_vec()));
            }
            parts.push(Promise { alias: text(alias)?, keys });
        }
        (!parts.is_empty()).then_some(Intent { id, since, masters, parts })
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pact_is_read_back_as_it_was_written() {
        let part = |alias: &str, keys: &[&[u8]]| Promise {
            alias: alias.into(),
            keys: keys.iter().map(|key| (key.to_vec(), digest(key))).collect(),
        };
        let parts = vec![part("node_1", &[b"a\0\r\n", b""]), part("node_3", &[b"\xff"])];
        let pact = Intent { id: "07".into(), since: 1_700_000_000_123, masters: 3, parts };
        assert_eq!(Intent::decode(&pact.encode()), Some(pact));
        assert_eq!(Intent::decode(b"*1\r\n$1\r\nx\r\n"), None);
    }
}
