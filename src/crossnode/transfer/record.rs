//! Records of transfers: the entries of the registry, a hash on each server. The field is the name of a hidden key, the value describes the
//! transfer that it belongs to.

use crate::crossnode::support::internal_keys;
use crate::resp::{Args, Commands, pack};

/// What a record says about the value of its transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordState {
    /// The source server has moved it to the staging key.
    Staged,
    /// The target server has a copy of it in the landing key.
    Landing,
    /// The target server has moved it from the landing key to its destination.
    Delivered,
}

impl RecordState {
    const NAMES: [(RecordState, &'static str); 3] =
        [(RecordState::Staged, "staged"), (RecordState::Landing, "landing"), (RecordState::Delivered, "delivered")];

    fn name(self) -> &'static str {
        RecordState::NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn from_name(name: &[u8]) -> Option<RecordState> {
        RecordState::NAMES.iter().find(|(_, known)| known.as_bytes() == name).map(|(state, _)| *state)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub state: RecordState,
    /// The id of the transfer, which its hidden keys have in their names.
    pub id: String,
    /// When it began, in milliseconds since 1970, by the clock of the source server.
    pub started_ms: u64,
    /// The number of masters then: with another number the aliases may mean other nodes.
    pub masters: usize,
    /// The name of the command, such as `LMOVE`.
    pub command: Vec<u8>,
    /// The alias of the source node.
    pub from: String,
    /// The alias of the target node.
    pub to: String,
    /// The key that the value leaves.
    pub source: Vec<u8>,
    /// The key that the value goes to.
    pub destination: Vec<u8>,
    /// `LEFT` or `RIGHT`: the end of the source list that an element was popped from. Empty for other commands.
    pub source_end: Vec<u8>,
    /// When the source key expires, in milliseconds since 1970; 0 if never. A source that becomes empty loses its expiry; undoing the transfer
    /// sets it again.
    pub expires_ms: u64,
}

impl Record {
    /// The hidden key on the target server.
    pub(crate) fn landing_key(&self) -> Vec<u8> {
        internal_keys::key(&self.id, "landing")
    }

    /// The bytes of this record with another state.
    pub(crate) fn encode(&self, state: RecordState) -> Vec<u8> {
        let (started, masters, expires) = (self.started_ms.to_string(), self.masters.to_string(), self.expires_ms.to_string());
        pack(&[
            state.name().as_bytes(),
            self.id.as_bytes(),
            started.as_bytes(),
            masters.as_bytes(),
            &self.command,
            self.from.as_bytes(),
            self.to.as_bytes(),
            &self.source,
            &self.destination,
            &self.source_end,
            expires.as_bytes(),
        ])
    }

    /// `None` if the bytes were not written by this library, or by an incompatible version of it.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Record> {
        let mut args = Args::new();
        Commands::new(bytes).next(&mut args).ok()??;
        let [state, id, started, masters, command, from, to, source, destination, source_end, expires] = args.as_slice() else {
            return None;
        };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        Some(Record {
            state: RecordState::from_name(state)?,
            id: text(id)?,
            started_ms: text(started)?.parse().ok()?,
            masters: text(masters)?.parse().ok()?,
            command: command.to_vec(),
            from: text(from)?,
            to: text(to)?,
            source: source.to_vec(),
            destination: destination.to_vec(),
            source_end: source_end.to_vec(),
            expires_ms: text(expires)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_returns_the_record_that_was_encoded() {
        let record = Record {
            state: RecordState::Landing,
            id: "07".into(),
            started_ms: 1_700_000_000_123,
            masters: 3,
            command: b"LMOVE".to_vec(),
            from: "node_1".into(),
            to: "node_3".into(),
            source: b"a\0\r\n".to_vec(),
            destination: vec![0xff],
            source_end: b"LEFT".to_vec(),
            expires_ms: 1_800_000_000_000,
        };
        assert_eq!(Record::decode(&record.encode(RecordState::Landing)), Some(record));
        assert_eq!(Record::decode(b"what else"), None);
    }
}
