//! The record that each node of an MSETNX keeps until all nodes have stored their keys. It tells how far the command came.
//!
//! The first node stores before the others, and each node writes its record in the transaction that stores its keys. When all have stored, the
//! first node deletes its record before the others; when it is undone, after them.

use crate::crossnode::support::internal_keys;
use crate::resp::{Args, Commands, pack};
use sha1_smol::Sha1;

const KIND: &[u8] = b"all or none";

/// What an MSETNX stores, on all nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intent {
    pub id: String,
    /// When it began, in milliseconds since 1970, by the clock of the first node.
    pub since: u64,
    /// The number of masters: with another number the aliases mean other nodes.
    pub masters: usize,
    /// All nodes, in the order of their servers.
    pub parts: Vec<Part>,
}

/// What one node stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub alias: String,
    /// Each key, with the digest of its value.
    pub keys: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Part {
    pub(crate) fn keys_and_digests(&self) -> Vec<(&[u8], Vec<u8>)> {
        self.keys.iter().map(|(key, digest)| (key.as_slice(), digest.clone())).collect()
    }
}

pub(crate) fn digest(value: &[u8]) -> Vec<u8> {
    Sha1::from(value).digest().bytes().to_vec()
}

impl Intent {
    /// The field of its records in [`internal_keys::REGISTRY`].
    pub(crate) fn field(&self) -> Vec<u8> {
        internal_keys::key(&self.id, "msetnx")
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

    /// `None`: this is not the record of an MSETNX.
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
            parts.push(Part { alias: text(alias)?, keys });
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
    fn an_encoded_intent_decodes_to_itself() {
        let part =
            |alias: &str, keys: &[&[u8]]| Part { alias: alias.into(), keys: keys.iter().map(|key| (key.to_vec(), digest(key))).collect() };
        let parts = vec![part("node_1", &[b"a\0\r\n", b""]), part("node_3", &[b"\xff"])];
        let intent = Intent { id: "07".into(), since: 1_700_000_000_123, masters: 3, parts };
        assert_eq!(Intent::decode(&intent.encode()), Some(intent));
        assert_eq!(Intent::decode(b"*1\r\n$1\r\nx\r\n"), None);
    }
}
