//! The keys. Each key is always written in the same way: two ways could select two nodes, where one server has one key.

use crate::support::crc32;

pub struct Name {
    /// As written by a caller of the library.
    pub spelled: &'static [u8],
    /// As stored on the servers.
    pub name: &'static [u8],
    pub tag: Option<&'static [u8]>,
}

const fn plain(name: &'static [u8]) -> Name {
    Name { spelled: name, name, tag: None }
}

const fn tagged(spelled: &'static [u8], name: &'static [u8], tag: &'static [u8]) -> Name {
    Name { spelled, name, tag: Some(tag) }
}

/// Plain keys on every node of two, three and five; a key that only looks tagged; tags that are shared, empty and binary.
pub static NAMES: &[Name] = &[
    plain(b"k1"),
    plain(b"k2"),
    plain(b"k3"),
    plain(b"k4"),
    plain(b"k5"),
    plain(b"k6"),
    plain(b"{odd}"),
    plain(b"B\0\xff\r\n"),
    plain(b""),
    tagged(b"t1{x}", b"t1", b"x"),
    tagged(b"t2{x}", b"t2", b"x"),
    tagged(b"t3{y}", b"t3", b"y"),
    tagged(b"t4{w}", b"t4", b"w"),
    tagged(b"t5{v}", b"t5", b"v"),
    tagged(b"u\0{\xfe\r}", b"u\0", b"\xfe\r"),
    tagged(b"e{}", b"e", b""),
];

/// The node, counted from 0, of a key on a server. A name that is not in the list has no tag.
pub fn home(name: &[u8], masters: usize) -> usize {
    let hashed = NAMES.iter().find(|known| known.name == name).and_then(|known| known.tag).unwrap_or(name);
    crc32(hashed) as usize % masters
}
