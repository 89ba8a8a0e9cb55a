//! Sorted sets as DUMP answers them: their scores in binary, which a server writes out much faster than as text.

use std::borrow::Cow;

/// A member and its score.
pub(crate) type Scored<'r> = (Cow<'r, [u8]>, f64);

/// The type of a sorted set that is kept as a skip list: what is not small.
const SORTED_SET: u8 = 5;
/// Behind the value: the version and the checksum.
const FOOTER: usize = 10;

/// Whether it is of the type that can be read here.
pub(crate) fn is_sorted_set(payload: &[u8]) -> bool {
    payload.first() == Some(&SORTED_SET)
}

/// The members. `None`: it is written in another form, or wrong.
pub(crate) fn sorted_set(payload: &[u8]) -> Option<Vec<Scored<'_>>> {
    let (&kind, body) = payload.split_first()?;
    if kind != SORTED_SET {
        return None;
    }
    let mut input = Input { rest: &body[..body.len().checked_sub(FOOTER)?] };
    let Length::Plain(count) = input.length()? else { return None };
    // A member takes nine bytes at least.
    if count > input.rest.len() / 9 {
        return None;
    }
    let mut members = Vec::with_capacity(count);
    for _ in 0..count {
        let member = input.string()?;
        let score = f64::from_le_bytes(*input.rest.first_chunk::<8>()?);
        input.rest = &input.rest[8..];
        members.push((member, score));
    }
    (input.rest.is_empty()).then_some(members)
}

struct Input<'r> {
    rest: &'r [u8],
}

enum Length {
    Plain(usize),
    /// What follows is written in a form of its own.
    Special(u8),
}

impl<'r> Input<'r> {
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
            _ => Length::Special(low as u8),
        })
    }

    #[inline]
    fn string(&mut self) -> Option<Cow<'r, [u8]>> {
        match self.length()? {
            Length::Plain(length) => self.take(length).map(Cow::from),
            Length::Special(form) => self.special(form).map(Cow::from),
        }
    }

    fn special(&mut self, form: u8) -> Option<Vec<u8>> {
        let number = match form {
            0 => i32::from(i8::from_le_bytes(*self.take(1)?.first_chunk()?)),
            1 => i32::from(i16::from_le_bytes(*self.take(2)?.first_chunk()?)),
            2 => i32::from_le_bytes(*self.take(4)?.first_chunk()?),
            3 => {
                let (Length::Plain(packed), Length::Plain(length)) = (self.length()?, self.length()?) else { return None };
                return unpacked(self.take(packed)?, length);
            }
            _ => return None,
        };
        Some(number.to_string().into_bytes())
    }
}

/// LZF undone.
fn unpacked(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    /// Three bytes stand for so many at most.
    const MOST: usize = 264;
    let mut out = Vec::with_capacity(length.min(packed.len().saturating_mul(MOST)));
    let mut input = Input { rest: packed };
    while let Some(&[control]) = input.take(1) {
        let control = usize::from(control);
        if control < 32 {
            out.extend_from_slice(input.take(control + 1)?);
        } else {
            let mut count = control >> 5;
            if count == 7 {
                count += usize::from(*input.take(1)?.first()?);
            }
            let back = (control & 0x1f) << 8 | usize::from(*input.take(1)?.first()?);
            let start = out.len().checked_sub(back + 1)?;
            // One by one, for what is copied may be what was just written.
            (start..start + count + 2).for_each(|at| out.push(out[at]));
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
    fn members_are_read_in_every_form() {
        let score = 1.5_f64.to_le_bytes();
        let packed: &[u8] = &[0xc3, 5, 10, 0, b'a', 0xe0, 0, 0];
        let body = [&[4, 2], &b"xy"[..], &score, &[0xc0, 0xfe], &score, &[0xc1, 0x10, 0x27], &score, &[0x40, 1, b'z'], &score].concat();
        let expected = ["xy", "-2", "10000", "z"].map(|member| (member.to_owned(), 1.5)).to_vec();
        assert_eq!(read(&body), Some(expected));
        assert_eq!(read(&[&[1], packed, &score].concat()), Some(vec![("a".repeat(10), 1.5)]));
    }

    #[test]
    fn what_is_cut_short_or_wrong_is_not_read() {
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
