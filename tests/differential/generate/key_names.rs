//! The keys: each is always written in one way, for what two ways would put on two nodes one server keeps as one key.

use crate::support::crc32;

pub struct Name {
    /// As a caller of the library writes it.
    pub spelled: &'static [u8],
    /// As the servers know it.
    pub name: &'static [u8],
    pub tag: Option<&'static [u8]>,
}

const fn plain(name: &'static [u8]) -> Name {
    Name { spelled: name, name, tag: None }
}

const fn tagged(spelled: &'static [u8], name: &'static [u8], tag: &'static [u8]) -> Name {
    Name { spelled, name, tag: Some(tag) }
}

/// RawClient ones on every node of two, three and five; one that only looks tagged; tags that are shared, empty and binary.
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

/// The node, counted from 0, on which a server's key belongs. Keys that are not of the list are written as they are.
pub fn home(name: &[u8], masters: usize) -> usize {
    let hashed = NAMES.iter().find(|known| known.name == name).and_then(|known| known.tag).unwrap_or(name);
    crc32(hashed) as usize % masters
}
