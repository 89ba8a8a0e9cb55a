//! Numbers with a point, as servers read and write them.

use std::io::Write;

/// A number that is written in the plain way. `None`: it is written in another, or is none.
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let text = std::str::from_utf8(text).ok()?;
    if unsigned.eq_ignore_ascii_case(b"inf") {
        return text.parse().ok();
    }
    let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let number: f64 = text.parse().ok().filter(|_| unsigned.iter().all(plain))?;
    // What is too large or too small the server refuses.
    let is_nothing = !unsigned.iter().take_while(|byte| !matches!(byte, b'e' | b'E')).any(|byte| (b'1'..=b'9').contains(byte));
    (number.is_finite() && (number != 0.0 || is_nothing)).then_some(number)
}

/// How a server writes the scores of sorted sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// With up to 17 digits, as before 7.2.
    Seventeen,
    /// Nobody knows but the server; what all write alike can be written.
    Unknown,
}

impl Style {
    /// That of a server of this version.
    pub(crate) fn of(version: &[u8]) -> Style {
        let mut parts = version.split(|&byte| byte == b'.').map(|part| std::str::from_utf8(part).ok()?.parse::<u32>().ok());
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(major), Some(minor)) if (major, minor) < (7, 2) => Style::Seventeen,
            _ => Style::Unknown,
        }
    }

    /// Writes a number. False: it cannot be told how the server would.
    pub(crate) fn write(self, out: &mut Vec<u8>, number: f64) -> bool {
        const ALIKE: f64 = 1e7;
        let is_zero = number == 0.0 && number.is_sign_negative();
        if number.is_infinite() {
            out.extend_from_slice(if number > 0.0 { b"inf" } else { b"-inf" });
        } else if number.trunc() == number && number.abs() < ALIKE && !is_zero {
            // A vector takes all that is written.
            let _ = write!(out, "{}", number as i64);
        } else if self == Style::Seventeen {
            seventeen(out, number);
        } else {
            return false;
        }
        true
    }
}

/// As C's `%.17g`.
fn seventeen(out: &mut Vec<u8>, number: f64) {
    let text = format!("{number:.16e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    out.extend_from_slice(sign.as_bytes());
    match exponent {
        0..17 => {
            let whole = exponent as usize + 1;
            let (before, behind) = digits.split_at(digits.len().min(whole));
            let _ = write!(out, "{before:0<whole$}");
            if !behind.is_empty() {
                let _ = write!(out, ".{behind}");
            }
        }
        -4..0 => {
            let zeros = (-exponent - 1) as usize;
            let _ = write!(out, "0.{:0<zeros$}{digits}", "");
        }
        _ => {
            let (before, behind) = digits.split_at(digits.len().min(1));
            let point = if behind.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { '-' } else { '+' };
            let _ = write!(out, "{before}{point}{behind}e{sign}{:02}", exponent.unsigned_abs());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_up_to_seventeen_digits() {
        for (number, text) in [
            (0.1, "0.10000000000000001"),
            (3.0, "3"),
            (-3.5, "-3.5"),
            (1e15, "1000000000000000"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1.5e300, "1.5000000000000001e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1.0000000000000001e-05"),
            (-0.0, "-0"),
            (100.25, "100.25"),
            (5e-324, "4.9406564584124654e-324"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            let mut out = Vec::new();
            assert!(Style::Seventeen.write(&mut out, number));
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }

    #[test]
    fn what_servers_may_write_in_several_ways_is_left_to_them() {
        assert_eq!(Style::of(b"7.0.15"), Style::Seventeen);
        assert_eq!(Style::of(b"7.2.0"), Style::Unknown);
        assert_eq!(Style::of(b"unstable"), Style::Unknown);
        let mut out = Vec::new();
        assert!(Style::Unknown.write(&mut out, 12.0) && !Style::Unknown.write(&mut out, 0.5) && !Style::Unknown.write(&mut out, 1e8));
        assert_eq!(out, b"12");
    }

    #[test]
    fn only_plain_numbers_are_read() {
        for (text, number) in [("1", 1.0), ("-1.5e3", -1500.0), (".5", 0.5), ("+2.", 2.0), ("0e99", 0.0), ("-INF", f64::NEG_INFINITY)] {
            assert_eq!(parse(text.as_bytes()), Some(number), "{text}");
        }
        for text in ["", " 1", "0x10", "nan", "1e999", "1e-999", "infinity", "1 ", "e1", "-", "1_0"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
