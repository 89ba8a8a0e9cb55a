//! The file of `--tag-map`: the tags of stored keys.

use crate::failure::Failure;
use std::collections::HashMap;
use std::path::Path;

/// Reads lines `KEY<TAB>TAG`. Both may have the escapes `\t`, `\n`, `\r`, `\\` and `\xNN`. Empty lines and lines that begin with `#` do not count.
pub fn read(path: &Path) -> Result<HashMap<Vec<u8>, Vec<u8>>, Failure> {
    let place = path.display();
    let content = std::fs::read(path).map_err(|error| Failure::usage(format!("--tag-map: cannot read {place}: {error}")))?;
    let mut tags = HashMap::new();
    for (at, line) in content.split(|&byte| byte == b'\n').enumerate() {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let wrong = |what: &str| Failure::usage(format!("--tag-map: {place}, line {}: {what}", at + 1));
        let tab = line.iter().position(|&byte| byte == b'\t').ok_or_else(|| wrong("it has no tab between key and tag"))?;
        let key = unescape(&line[..tab]).ok_or_else(|| wrong("an escape of the key is not \\t, \\n, \\r, \\\\ or \\xNN"))?;
        let tag = unescape(&line[tab + 1..]).ok_or_else(|| wrong("an escape of the tag is not \\t, \\n, \\r, \\\\ or \\xNN"))?;
        if tags.insert(key, tag).is_some() {
            return Err(wrong("the key has a tag already"));
        }
    }
    Ok(tags)
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match rest.next()? {
            b't' => b'\t',
            b'n' => b'\n',
            b'r' => b'\r',
            b'\\' => b'\\',
            b'x' => {
                let digits = [*rest.next()?, *rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            _ => return None,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_are_read() {
        assert_eq!(unescape(br"a\tb\\\x00\xff"), Some(b"a\tb\\\0\xff".to_vec()));
        assert!(unescape(br"a\q").is_none() && unescape(br"a\x1").is_none() && unescape(br"a\").is_none());
    }
}
