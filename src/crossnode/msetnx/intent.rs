//! The record that each node of an MSETNX keeps until all nodes have stored their keys. It tells how far the command came.
//!
//! Each node writes its record in the transaction that stores its keys. When all have stored, all records are marked as complete before the first
//! one is deleted: so as long as one is not marked, a node without a record has not stored, or the command is being undone.

use crate::crossnode::support::internal_keys;
use crate::resp::{Args, Commands, pack};
use sha1_smol::Sha1;

const KIND: &[u8] = b"all keys or none";

/// What the record of a node says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordState {
    /// This node has stored its part.
    Stored,
    /// All nodes have.
    Complete,
}

impl RecordState {
    fn word(self) -> &'static [u8] {
        match self {
            RecordState::Stored => b"stored",
            RecordState::Complete => b"complete",
        }
    }

    /// Reads it from a record. `None`: this is not the record of an MSETNX.
    pub(crate) fn decode(record: &[u8]) -> Option<RecordState> {
        let mut args = Args::new();
        Commands::new(record).next(&mut args).ok()??;
        match args.as_slice() {
            [kind, state, ..] if *kind == KIND => [RecordState::Stored, RecordState::Complete].into_iter().find(|one| one.word() == *state),
            _ => None,
        }
    }
}

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

    /// Whether it was read from a record that is marked as complete.
    pub(crate) fn is_complete(&self) -> bool {
        self.parts.iter().all(|part| part.keys.is_empty())
    }

    /// A complete command needs its keys no more.
    pub(crate) fn encode(&self, state: RecordState) -> Vec<u8> {
        let (since, masters) = (self.since.to_string(), self.masters.to_string());
        let mut words: Vec<Vec<u8>> = vec![KIND.to_vec(), state.word().to_vec(), self.id.clone().into(), since.into(), masters.into()];
        for part in &self.parts {
            let keys = if state == RecordState::Complete { &[][..] } else { &part.keys };
            words.push(part.alias.clone().into());
            words.push(keys.len().to_string().into());
            words.extend(keys.iter().flat_map(|(key, digest)| [key.clone(), digest.clone()]));
        }
        pack(&words.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// `None`: this is not the record of an MSETNX.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Intent> {
        let mut args = Args::new();
        Commands::new(bytes).next(&mut args).ok()??;
        let mut words = args.iter().copied();
        words.next().filter(|kind| *kind == KIND)?;
        words.next()?;
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
        let stored = intent.encode(RecordState::Stored);
        assert_eq!((Intent::decode(&stored).as_ref(), RecordState::decode(&stored)), (Some(&intent), Some(RecordState::Stored)));
        let complete = intent.encode(RecordState::Complete);
        let aliases = |intent: &Intent| intent.parts.iter().map(|part| part.alias.clone()).collect::<Vec<_>>();
        assert_eq!(Intent::decode(&complete).as_ref().map(aliases), Some(aliases(&intent)));
        assert_eq!(RecordState::decode(&complete), Some(RecordState::Complete));
        assert!(Intent::decode(&complete).is_some_and(|intent| intent.is_complete()) && !intent.is_complete());
        assert_eq!(Intent::decode(b"*1\r\n$1\r\nx\r\n"), None);
    }
}
