//! Serialised values as RESTORE takes them, in the oldest form that every server reads.

use crate::rdb::crc64::crc64;

/// The version of the format: the first that has all of what stands here.
const VERSION: u16 = 8;
const SET: u8 = 2;
/// With scores in binary.
const SORTED_SET: u8 = 5;

pub(crate) fn set<'m>(members: impl ExactSizeIterator<Item = &'m [u8]> + Clone) -> Vec<u8> {
    let bytes: usize = members.clone().map(|member| member.len() + LONGEST_LENGTH).sum();
    let mut out = begin(SET, bytes, members.len());
    members.for_each(|member| push_string(&mut out, member));
    end(out)
}

/// Of members in the order of their scores. The server takes them in fastest from the greatest down.
pub(crate) fn sorted_set<'m>(ascending: impl ExactSizeIterator<Item = (&'m [u8], f64)> + DoubleEndedIterator + Clone) -> Vec<u8> {
    let bytes: usize = ascending.clone().map(|(member, _)| member.len() + LONGEST_LENGTH + 8).sum();
    let mut out = begin(SORTED_SET, bytes, ascending.len());
    for (member, score) in ascending.rev() {
        push_string(&mut out, member);
        out.extend_from_slice(&score.to_le_bytes());
    }
    end(out)
}

/// A type, the length of a length, the version and the checksum.
const AROUND: usize = 1 + 9 + 2 + 8;
/// What a member's length takes, unless the member is huge.
const LONGEST_LENGTH: usize = 5;

fn begin(kind: u8, bytes: usize, length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + AROUND);
    out.push(kind);
    push_length(&mut out, length);
    out
}

fn end(mut out: Vec<u8>) -> Vec<u8> {
    out.extend_from_slice(&VERSION.to_le_bytes());
    let sum = crc64(&out);
    out.extend_from_slice(&sum.to_le_bytes());
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
