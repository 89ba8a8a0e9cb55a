//! Writes payloads for RESTORE, in the oldest encoding, which every supported server reads.

use crc::{CRC_64_REDIS, Crc, Table};

/// The RDB version in the footer: the first that has sorted sets with binary scores.
const RDB_VERSION: u16 = 8;
/// `RDB_TYPE_SET`.
const SET: u8 = 2;
/// `RDB_TYPE_ZSET_2`: a sorted set with binary scores.
const SORTED_SET: u8 = 5;

/// The checksum in the footer. The 16-slice table reads 16 bytes a step; the table of one slice takes six times as long.
static CHECKSUM: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_REDIS);

/// A set of these members, which must be distinct.
pub(crate) fn set<'m>(members: impl ExactSizeIterator<Item = &'m [u8]> + Clone) -> Vec<u8> {
    let bytes: usize = members.clone().map(|member| member.len() + LENGTH_CAPACITY).sum();
    let mut out = begin(SET, bytes, members.len());
    members.for_each(|member| push_string(&mut out, member));
    end(out)
}

/// A sorted set of these members, which must be distinct and in ascending order of their scores. They are written in descending order, which
/// a server inserts fastest.
pub(crate) fn sorted_set<'m>(ascending: impl ExactSizeIterator<Item = (&'m [u8], f64)> + DoubleEndedIterator + Clone) -> Vec<u8> {
    let bytes: usize = ascending.clone().map(|(member, _)| member.len() + LENGTH_CAPACITY + 8).sum();
    let mut out = begin(SORTED_SET, bytes, ascending.len());
    for (member, score) in ascending.rev() {
        push_string(&mut out, member);
        out.extend_from_slice(&score.to_le_bytes());
    }
    end(out)
}

/// The bytes of a payload besides its members: type, number of members, RDB version and checksum.
const FRAME: usize = 1 + 9 + 2 + 8;
/// The bytes reserved for the length of a member. A member of 4 GiB or more takes 9.
const LENGTH_CAPACITY: usize = 5;

/// The start of a payload: type and number of members. `bytes` is the expected size of the members.
fn begin(kind: u8, bytes: usize, members: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + FRAME);
    out.push(kind);
    push_length(&mut out, members);
    out
}

/// Appends the footer: RDB version and checksum.
fn end(mut out: Vec<u8>) -> Vec<u8> {
    out.extend_from_slice(&RDB_VERSION.to_le_bytes());
    let checksum = CHECKSUM.checksum(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out
}

#[inline]
fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    push_length(out, text.len());
    out.extend_from_slice(text);
}

#[inline]
fn push_length(out: &mut Vec<u8>, length: usize) {
    match length {
        0..0x40 => out.push(length as u8),
        0x40..0x4000 => out.extend_from_slice(&[0x40 | (length >> 8) as u8, length as u8]),
        0x4000..=0xffff_ffff => {
            out.push(0x80);
            out.extend_from_slice(&(length as u32).to_be_bytes());
        }
        _ => {
            out.push(0x81);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_has_the_check_value_of_the_catalogue() {
        assert_eq!(CHECKSUM.checksum(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
        assert_eq!(CHECKSUM.checksum(b""), 0);
    }

    /// Catches a table that is right for short inputs only.
    #[test]
    fn the_checksum_of_every_length_equals_the_bytewise_checksum() {
        let bytewise = Crc::<u64, Table<1>>::new(&CRC_64_REDIS);
        let bytes: Vec<u8> = (0..1000_u32).map(|index| ((index * index) >> 3) as u8).collect();
        for length in 0..100 {
            let bytes = &bytes[length..length * 9];
            assert_eq!(CHECKSUM.checksum(bytes), bytewise.checksum(bytes));
        }
    }
}
