//! Replies as text: as redis-cli shows them at a terminal, raw for pipes, or as JSON.

use crate::text::quoted;
use crate::wire::text;
use rediscluster::{Children, Value};

/// How replies are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Like redis-cli at a terminal.
    Terminal,
    /// The bytes of strings, one element a line.
    Raw,
    Json,
}

impl Format {
    /// The format that the option and the kind of standard output ask for.
    pub fn choose(json: bool) -> Format {
        match (json, crate::text::stdout_is_terminal()) {
            (true, _) => Format::Json,
            (false, true) => Format::Terminal,
            (false, false) => Format::Raw,
        }
    }

    /// A reply with its line end.
    pub fn write(self, value: Value<'_>) -> Vec<u8> {
        let mut out = match self {
            Format::Terminal => {
                let mut out = String::new();
                terminal(&mut out, value, 0);
                out.into_bytes()
            }
            Format::Raw => {
                let mut out = Vec::new();
                raw(&mut out, value);
                out
            }
            Format::Json => json(value).to_string().into_bytes(),
        };
        out.push(b'\n');
        out
    }
}

fn terminal(out: &mut String, value: Value<'_>, indent: usize) {
    match value {
        Value::Status(bytes) => out.push_str(&String::from_utf8_lossy(bytes)),
        Value::Error(_) => out.push_str(&format!("(error) {}", text(&value))),
        Value::Failure(mut parts) => out.push_str(&format!("(error) {}", parts.nth(1).map(|part| text(&part)).unwrap_or_default())),
        Value::Integer(number) => out.push_str(&format!("(integer) {number}")),
        Value::String(bytes) => out.push_str(&quoted(bytes)),
        Value::Nil | Value::NilArray | Value::Null => out.push_str("(nil)"),
        Value::Boolean(flag) => out.push_str(if flag { "(true)" } else { "(false)" }),
        Value::Double(digits) => out.push_str(&format!("(double) {}", String::from_utf8_lossy(digits))),
        Value::BigNumber(digits) => out.push_str(&format!("(big number) {}", String::from_utf8_lossy(digits))),
        Value::Verbatim { text, .. } => out.push_str(&String::from_utf8_lossy(text)),
        Value::Array(list) | Value::Push(list) => elements(out, list, indent, ')', "(empty array)"),
        Value::Set(list) => elements(out, list, indent, '~', "(empty set)"),
        Value::Map(list) => pairs(out, list, indent),
        Value::Attribute(list) => list.last().into_iter().for_each(|value| terminal(out, value, indent)),
        other => out.push_str(&format!("{other:?}")),
    }
}

/// Numbered lines. Further lines of an element are indented by the width of its number.
fn elements(out: &mut String, list: Children<'_>, indent: usize, mark: char, empty: &str) {
    let width = list.len().to_string().len();
    if list.len() == 0 {
        out.push_str(empty);
    }
    for (at, value) in list.enumerate() {
        if at > 0 {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&format!("{:>width$}{mark} ", at + 1));
        terminal(out, value, indent + width + 2);
    }
}

fn pairs(out: &mut String, mut list: Children<'_>, indent: usize) {
    let count = list.len() / 2;
    let width = count.to_string().len();
    if count == 0 {
        out.push_str("(empty hash)");
    }
    for at in 0..count {
        let (Some(key), Some(value)) = (list.next(), list.next()) else { return };
        if at > 0 {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&format!("{:>width$}# ", at + 1));
        terminal(out, key, indent + width + 2);
        out.push_str(" => ");
        terminal(out, value, indent + width + 2);
    }
}

fn raw(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::String(bytes) | Value::Status(bytes) | Value::Double(bytes) | Value::BigNumber(bytes) | Value::Error(bytes) => {
            out.extend_from_slice(bytes)
        }
        Value::Verbatim { text, .. } => out.extend_from_slice(text),
        Value::Failure(mut parts) => out.extend_from_slice(parts.nth(1).map(|part| text(&part)).unwrap_or_default().as_bytes()),
        Value::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Boolean(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        Value::Array(list) | Value::Map(list) | Value::Set(list) | Value::Push(list) => {
            for (at, value) in list.enumerate() {
                if at > 0 {
                    out.push(b'\n');
                }
                raw(out, value);
            }
        }
        Value::Attribute(list) => list.last().into_iter().for_each(|value| raw(out, value)),
        _ => {}
    }
}

/// A reply as JSON. Bytes that are not UTF-8 become `{"hex": "…"}`, an error `{"error": "…"}`.
pub fn json(value: Value<'_>) -> serde_json::Value {
    use serde_json::json;
    match value {
        Value::String(bytes) | Value::Status(bytes) | Value::BigNumber(bytes) => json_bytes(bytes),
        Value::Verbatim { text, .. } => json_bytes(text),
        Value::Error(_) => json!({"error": text(&value)}),
        Value::Failure(mut parts) => json!({"error": parts.nth(1).map(|part| text(&part))}),
        Value::Integer(number) => json!(number),
        Value::Boolean(flag) => json!(flag),
        Value::Double(digits) => {
            let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<f64>().ok());
            number.filter(|number| number.is_finite()).map_or_else(|| json_bytes(digits), |number| json!(number))
        }
        Value::Array(list) | Value::Set(list) | Value::Push(list) => list.map(json).collect(),
        Value::Map(mut list) => {
            let mut map = serde_json::Map::new();
            while let (Some(key), Some(value)) = (list.next(), list.next()) {
                map.insert(text(&key), json(value));
            }
            map.into()
        }
        Value::Attribute(list) => list.last().map_or(serde_json::Value::Null, json),
        _ => serde_json::Value::Null,
    }
}

/// Bytes as a JSON string if they are UTF-8.
pub fn json_bytes(bytes: &[u8]) -> serde_json::Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => serde_json::json!({"hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()}),
    }
}
