//! Splits a line into arguments as redis-cli does.

/// The arguments of a line: words separated by blanks. `"…"` may have the escapes `\n \r \t \b \a \xNN \" \\`, `'…'` only `\'`.
///
/// The error says what is wrong.
pub fn split_line(line: &str) -> Result<Vec<Vec<u8>>, String> {
    let mut rest = line.as_bytes();
    let mut words = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        let Some(&first) = rest.first() else { return Ok(words) };
        let (word, length) = match first {
            b'"' => double_quoted(&rest[1..])?,
            b'\'' => single_quoted(&rest[1..])?,
            _ => {
                let length = rest.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(rest.len());
                (rest[..length].to_vec(), length)
            }
        };
        words.push(word);
        rest = &rest[length..];
        if !rest.is_empty() && !rest[0].is_ascii_whitespace() {
            return Err("a closing quote must be followed by a blank".to_owned());
        }
    }
}

/// The word after an opening quote, and its length with both quotes.
fn double_quoted(rest: &[u8]) -> Result<(Vec<u8>, usize), String> {
    let mut word = Vec::new();
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        match (byte, rest.get(at + 1)) {
            (b'"', _) => return Ok((word, at + 2)),
            (b'\\', Some(b'x')) if hex(rest, at + 2).is_some() => {
                word.extend(hex(rest, at + 2));
                at += 4;
            }
            (b'\\', Some(&escaped)) => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => other,
                });
                at += 2;
            }
            _ => {
                word.push(byte);
                at += 1;
            }
        }
    }
    Err("a \" is not closed".to_owned())
}

fn single_quoted(rest: &[u8]) -> Result<(Vec<u8>, usize), String> {
    let mut word = Vec::new();
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        match (byte, rest.get(at + 1)) {
            (b'\'', _) => return Ok((word, at + 2)),
            (b'\\', Some(b'\'')) => {
                word.push(b'\'');
                at += 2;
            }
            _ => {
                word.push(byte);
                at += 1;
            }
        }
    }
    Err("a ' is not closed".to_owned())
}

/// The byte of two hexadecimal digits.
fn hex(rest: &[u8], at: usize) -> Option<u8> {
    let digits = std::str::from_utf8(rest.get(at..at + 2)?).ok()?;
    u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_quotes_are_split_as_in_redis_cli() {
        let split = |line: &str| split_line(line).map(|words| words.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>());
        assert_eq!(split(" SET  a\t b ").unwrap(), ["SET", "a", "b"]);
        assert_eq!(split(r#"SET "a b\x00\n\"" 'c\'d\n'"#).unwrap(), ["SET", r#"a b\x00\n\""#, r"c\'d\\n"]);
        assert_eq!(split(r#"SET "" ''"#).unwrap(), ["SET", "", ""]);
        assert!(split("SET \"a").is_err() && split("SET 'a").is_err() && split("SET \"a\"b").is_err());
    }
}
