//! Scores and weights as text, as servers read and write them.

use std::io::Write;

/// Reads a number in decimal or scientific notation, or `inf`. `None` for everything else, which servers may accept (hexadecimal, `nan`) or
/// reject (out of range).
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let text = std::str::from_utf8(text).ok()?;
    if unsigned.eq_ignore_ascii_case(b"inf") {
        return text.parse().ok();
    }
    let is_decimal = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let number: f64 = text.parse().ok().filter(|_| unsigned.iter().all(is_decimal))?;
    // Servers reject numbers that overflow to infinity or underflow to zero.
    let is_zero = !unsigned.iter().take_while(|byte| !matches!(byte, b'e' | b'E')).any(|byte| (b'1'..=b'9').contains(byte));
    (number.is_finite() && (number != 0.0 || is_zero)).then_some(number)
}

/// How a server writes the scores of sorted sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScoreFormat {
    /// `%.17g`: servers before 7.2.
    SeventeenDigits,
    /// The format depends on the build of the server. Only numbers that every format writes alike can be written.
    Unknown,
}

impl ScoreFormat {
    /// The format of a server of this version.
    pub(crate) fn from_version(version: &[u8]) -> ScoreFormat {
        let mut parts = version.split(|&byte| byte == b'.').map(|part| std::str::from_utf8(part).ok()?.parse::<u32>().ok());
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(major), Some(minor)) if (major, minor) < (7, 2) => ScoreFormat::SeventeenDigits,
            _ => ScoreFormat::Unknown,
        }
    }

    /// Appends a number as the server writes it. Returns false, and appends nothing, if the server's notation is unknown.
    pub(crate) fn write(self, out: &mut Vec<u8>, number: f64) -> bool {
        /// Every server writes integers below this without an exponent.
        const PLAIN_INTEGERS: f64 = 1e7;
        let is_negative_zero = number == 0.0 && number.is_sign_negative();
        if number.is_infinite() {
            out.extend_from_slice(if number > 0.0 { b"inf" } else { b"-inf" });
        } else if number.trunc() == number && number.abs() < PLAIN_INTEGERS && !is_negative_zero {
            // Writing to a vector cannot fail.
            let _ = write!(out, "{}", number as i64);
        } else if self == ScoreFormat::SeventeenDigits {
            write_seventeen_digits(out, number);
        } else {
            return false;
        }
        true
    }
}

/// Appends a number in the format `%.17g` of C.
fn write_seventeen_digits(out: &mut Vec<u8>, number: f64) {
    let text = format!("{number:.16e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    out.extend_from_slice(sign.as_bytes());
    match exponent {
        0..17 => {
            let width = exponent as usize + 1;
            let (integer, fraction) = digits.split_at(digits.len().min(width));
            let _ = write!(out, "{integer:0<width$}");
            if !fraction.is_empty() {
                let _ = write!(out, ".{fraction}");
            }
        }
        -4..0 => {
            let zeros = (-exponent - 1) as usize;
            let _ = write!(out, "0.{:0<zeros$}{digits}", "");
        }
        _ => {
            let (integer, fraction) = digits.split_at(digits.len().min(1));
            let point = if fraction.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { '-' } else { '+' };
            let _ = write!(out, "{integer}{point}{fraction}e{sign}{:02}", exponent.unsigned_abs());
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
            assert!(ScoreFormat::SeventeenDigits.write(&mut out, number));
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }

    #[test]
    fn numbers_that_servers_write_differently_are_not_written() {
        assert_eq!(ScoreFormat::from_version(b"7.0.15"), ScoreFormat::SeventeenDigits);
        assert_eq!(ScoreFormat::from_version(b"7.2.0"), ScoreFormat::Unknown);
        assert_eq!(ScoreFormat::from_version(b"unstable"), ScoreFormat::Unknown);
        let mut out = Vec::new();
        assert!(
            ScoreFormat::Unknown.write(&mut out, 12.0)
                && !ScoreFormat::Unknown.write(&mut out, 0.5)
                && !ScoreFormat::Unknown.write(&mut out, 1e8)
        );
        assert_eq!(out, b"12");
    }

    #[test]
    fn only_decimal_numbers_are_read() {
        for (text, number) in [("1", 1.0), ("-1.5e3", -1500.0), (".5", 0.5), ("+2.", 2.0), ("0e99", 0.0), ("-INF", f64::NEG_INFINITY)] {
            assert_eq!(parse(text.as_bytes()), Some(number), "{text}");
        }
        for text in ["", " 1", "0x10", "nan", "1e999", "1e-999", "infinity", "1 ", "e1", "-", "1_0"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
