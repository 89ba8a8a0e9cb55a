//! How replies look in `{:?}`: as values, with their texts as text.

use crate::resp::reply::{Children, Reply, ReplyData, Value};
use std::fmt::{Debug, Formatter, Result};

/// A text if it is UTF-8, else bytes: `"foo"`, `b"\xff"`.
struct Text<'a>(&'a [u8]);

/// The children of a map, in pairs.
struct Pairs<'a>(Children<'a>);

impl Debug for Text<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match std::str::from_utf8(self.0) {
            Ok(text) => Debug::fmt(text, formatter),
            Err(_) => write!(formatter, "b\"{}\"", self.0.escape_ascii()),
        }
    }
}

impl Debug for Pairs<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let mut children = self.0;
        let mut map = formatter.debug_map();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            map.entry(&key, &value);
        }
        map.finish()
    }
}

impl Debug for Value<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let (name, field): (&str, &dyn Debug) = match self {
            Value::Nil => return formatter.write_str("Nil"),
            Value::NilArray => return formatter.write_str("NilArray"),
            Value::Null => return formatter.write_str("Null"),
            Value::Verbatim { format, text } => {
                return formatter.debug_struct("Verbatim").field("format", &Text(format)).field("text", &Text(text)).finish();
            }
            Value::String(text) => ("String", &Text(text)),
            Value::Status(text) => ("Status", &Text(text)),
            Value::Error(text) => ("Error", &Text(text)),
            Value::Integer(number) => ("Integer", number),
            Value::Boolean(value) => ("Boolean", value),
            Value::Double(text) => ("Double", &Text(text)),
            Value::BigNumber(digits) => ("BigNumber", &Text(digits)),
            Value::Array(children) => ("Array", children),
            Value::Set(children) => ("Set", children),
            Value::Push(children) => ("Push", children),
            Value::Attribute(children) => ("Attribute", children),
            Value::Map(children) => ("Map", &Pairs(*children)),
            Value::Failure(children) => ("Failure", children),
        };
        formatter.debug_tuple(name).field(field).finish()
    }
}

impl Debug for Children<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.debug_list().entries(*self).finish()
    }
}

impl Debug for ReplyData {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        Debug::fmt(&self.root(), formatter)
    }
}

impl Debug for Reply {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        Debug::fmt(&self.root(), formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_printed_as_text() {
        for (resp, printed) in [
            (&b"$5\r\ncaf\xc3\xa9\r\n"[..], "String(\"café\")"),
            (b"$2\r\n\xff\n\r\n", r#"String(b"\xff\n")"#),
            (b"*3\r\n+OK\r\n:1\r\n*1\r\n$-1\r\n", r#"Array([Status("OK"), Integer(1), Array([Nil])])"#),
            (b"%1\r\n+k\r\n,1.5\r\n", r#"Map({Status("k"): Double("1.5")})"#),
        ] {
            assert_eq!(format!("{:?}", Reply::from_resp(resp)), printed);
        }
    }
}
