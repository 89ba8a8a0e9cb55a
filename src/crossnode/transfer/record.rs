//! What is written beside a hidden key, so that anybody can tell what it is for: the entries of the registry.

use crate::resp::{Args, Commands, pack};

/// Which end of a transfer a hidden key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It left its key, and is kept until the other server has it.
    Staged,
    /// It was brought, and is not in its place.
    Landing,
    /// It was brought and is in its place: the hidden key is gone.
    Delivered,
}

impl Role {
    const WORDS: [(Role, &'static str); 3] = [(Role::Staged, "staged"), (Role::Landing, "landing"), (Role::Delivered, "delivered")];

    fn word(self) -> &'static str {
        Role::WORDS.iter().find(|(role, _)| *role == self).map_or("", |(_, word)| word)
    }

    fn from_word(word: &[u8]) -> Option<Role> {
        Role::WORDS.iter().find(|(_, known)| known.as_bytes() == word).map(|(role, _)| *role)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub role: Role,
    pub id: String,
    /// In milliseconds since 1970, by the clock of the source's server.
    pub since: u64,
    /// How many masters there were: with another number the aliases mean other nodes.
    pub masters: usize,
    /// The command, such as `LMOVE`.
    pub command: Vec<u8>,
    /// Aliases of the two nodes.
    pub from: String,
    pub to: String,
    pub source: Vec<u8>,
    pub destination: Vec<u8>,
    /// Which end of the source an element came from.
    pub end: Vec<u8>,
    /// When the source expires, in milliseconds since 1970; 0 never. What empties it takes that away, and undoing brings it back.
    pub expires: u64,
}

impl Record {
    pub(crate) fn encode(&self, role: Role) -> Vec<u8> {
        let (since, masters, expires) = (self.since.to_string(), self.masters.to_string(), self.expires.to_string());
        pack(&[
            role.word().as_bytes(),
            self.id.as_bytes(),
            since.as_bytes(),
            masters.as_bytes(),
            &self.command,
            self.from.as_bytes(),
            self.to.as_bytes(),
            &self.source,
            &self.destination,
            &self.end,
            expires.as_bytes(),
        ])
    }

    /// `None`: it was not written by this library, or by another version of it.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Record> {
        let mut args = Args::new();
        Commands::new(bytes).next(&mut args).ok()??;
        let [role, id, since, masters, command, from, to, source, destination, end, expires] = args.as_slice() else { return None };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        Some(Record {
            role: Role::from_word(role)?,
            id: text(id)?,
            since: text(since)?.parse().ok()?,
            masters: text(masters)?.parse().ok()?,
            command: command.to_vec(),
            from: text(from)?,
            to: text(to)?,
            source: source.to_vec(),
            destination: destination.to_vec(),
            end: end.to_vec(),
            expires: text(expires)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_back_as_it_was_written() {
        let note = Record {
            role: Role::Landing,
            id: "07".into(),
            since: 1_700_000_000_123,
            masters: 3,
            command: b"LMOVE".to_vec(),
            from: "node_1".into(),
            to: "node_3".into(),
            source: b"a\0\r\n".to_vec(),
            destination: vec![0xff],
            end: b"LEFT".to_vec(),
            expires: 1_800_000_000_000,
        };
        assert_eq!(Record::decode(&note.encode(Role::Landing)), Some(note));
        assert_eq!(Record::decode(b"what else"), None);
    }
}
