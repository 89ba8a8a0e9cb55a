//! Reads sorted sets from DUMP payloads. DUMP returns scores in binary, which a server writes much faster than the text of ZRANGE.

use std::borrow::Cow;

/// A member and its score.
pub(crate) type Scored<'r> = (Cow<'r, [u8]>, f64);

/// `RDB_TYPE_ZSET_2`: a sorted set stored as a skip list, with binary scores. Small sorted sets have other types.
const SORTED_SET: u8 = 5;
/// The bytes after the value: RDB version and checksum.
const FOOTER: usize = 10;

/// Whether [`sorted_set`] can read a payload of this type.
pub(crate) fn is_sorted_set(payload: &[u8]) -> bool {
    payload.first() == Some(&SORTED_SET)
}

/// The members with their scores. `None` if the payload has another type or is malformed.
pub(crate) fn sorted_set(payload: &[u8]) -> Option<Vec<Scored<'_>>> {
    let (&kind, body) = payload.split_first()?;
    if kind != SORTED_SET {
        return None;
    }
    let mut decoder = Decoder { rest: &body[..body.len().checked_sub(FOOTER)?] };
    let Length::Plain(count) = decoder.length()? else { return None };
    // A member takes at least nine bytes; a larger count must not reserve memory.
    if count > decoder.rest.len() / 9 {
        return None;
    }
    let mut members = Vec::with_capacity(count);
    for _ in 0..count {
        let member = decoder.string()?;
        let score = f64::from_le_bytes(*decoder.rest.first_chunk::<8>()?);
        decoder.rest = &decoder.rest[8..];
        members.push((member, score));
    }
    decoder.rest.is_empty().then_some(members)
}

/// The part of a payload that has not been read yet.
struct Decoder<'r> {
    rest: &'r [u8],
}

enum Length {
    Plain(usize),
    /// Not a length but the encoding of the string that follows: an integer or LZF (`RDB_ENCVAL`).
    Encoding(u8),
}

impl<'r> Decoder<'r> {
    #[inline]
    fn take(&mut self, count: usize) -> Option<&'r [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    #[inline]
    fn length(&mut self) -> Option<Length> {
        let first = *self.take(1)?.first()?;
        let low = usize::from(first & 0x3f);
        Some(match first >> 6 {
            0 => Length::Plain(low),
            1 => Length::Plain(low << 8 | usize::from(*self.take(1)?.first()?)),
            2 if low == 0 => Length::Plain(u32::from_be_bytes(*self.take(4)?.first_chunk()?) as usize),
            2 if low == 1 => Length::Plain(usize::try_from(u64::from_be_bytes(*self.take(8)?.first_chunk()?)).ok()?),
            2 => return None,
            _ => Length::Encoding(low as u8),
        })
    }

    #[inline]
    fn string(&mut self) -> Option<Cow<'r, [u8]>> {
        match self.length()? {
            Length::Plain(length) => self.take(length).map(Cow::from),
            Length::Encoding(encoding) => self.encoded_string(encoding).map(Cow::from),
        }
    }

    fn encoded_string(&mut self, encoding: u8) -> Option<Vec<u8>> {
        let number = match encoding {
            0 => i32::from(i8::from_le_bytes(*self.take(1)?.first_chunk()?)),
            1 => i32::from(i16::from_le_bytes(*self.take(2)?.first_chunk()?)),
            2 => i32::from_le_bytes(*self.take(4)?.first_chunk()?),
            3 => {
                let (Length::Plain(compressed), Length::Plain(length)) = (self.length()?, self.length()?) else { return None };
                return lzf_decompress(self.take(compressed)?, length);
            }
            _ => return None,
        };
        Some(number.to_string().into_bytes())
    }
}

/// Decompresses LZF. `None` unless the result has exactly this length.
fn lzf_decompress(compressed: &[u8], length: usize) -> Option<Vec<u8>> {
    /// A back reference of three bytes expands to at most so many bytes.
    const MAX_EXPANSION: usize = 264;
    let mut out = Vec::with_capacity(length.min(compressed.len().saturating_mul(MAX_EXPANSION)));
    let mut decoder = Decoder { rest: compressed };
    while let Some(&[control]) = decoder.take(1) {
        let control = usize::from(control);
        if control < 32 {
            out.extend_from_slice(decoder.take(control + 1)?);
        } else {
            let mut count = control >> 5;
            if count == 7 {
                count += usize::from(*decoder.take(1)?.first()?);
            }
            let distance = (control & 0x1f) << 8 | usize::from(*decoder.take(1)?.first()?);
            let start = out.len().checked_sub(distance + 1)?;
            // Byte by byte: the source may overlap the bytes that this loop writes.
            (start..start + count + 2).for_each(|index| out.push(out[index]));
        }
        if out.len() > length {
            return None;
        }
    }
    (out.len() == length).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8]) -> Option<Vec<(String, f64)>> {
        let payload = [&[SORTED_SET], body, &[0; FOOTER]].concat();
        let members = sorted_set(&payload)?;
        Some(members.into_iter().map(|(member, score)| (String::from_utf8_lossy(&member).into(), score)).collect())
    }

    #[test]
    fn members_are_read_in_every_string_encoding() {
        let score = 1.5_f64.to_le_bytes();
        let compressed: &[u8] = &[0xc3, 5, 10, 0, b'a', 0xe0, 0, 0];
        let body = [&[4, 2], &b"xy"[..], &score, &[0xc0, 0xfe], &score, &[0xc1, 0x10, 0x27], &score, &[0x40, 1, b'z'], &score].concat();
        let expected = ["xy", "-2", "10000", "z"].map(|member| (member.to_owned(), 1.5)).to_vec();
        assert_eq!(read(&body), Some(expected));
        assert_eq!(read(&[&[1], compressed, &score].concat()), Some(vec![("a".repeat(10), 1.5)]));
    }

    #[test]
    fn truncated_and_malformed_payloads_are_rejected() {
        let score = 1.5_f64.to_le_bytes();
        let whole = [&[1, 2], &b"xy"[..], &score].concat();
        assert!(read(&whole).is_some());
        (0..whole.len()).for_each(|length| assert_eq!(read(&whole[..length]), None));
        for wrong in [&[0x81, 255, 255, 255, 255, 255, 255, 255, 255][..], &[0xc0, 1], &[1, 0xc3, 2, 9, 0x20, 9]] {
            assert_eq!(read(&[wrong, &score].concat()), None);
        }
        assert!(sorted_set(b"").is_none() && sorted_set(b"\x05").is_none() && sorted_set(b"\x0c12345678901").is_none());
    }
}
