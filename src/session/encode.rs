//! Replies as the bytes that a server would send.

use crate::error::Code;
use crate::resp::{Children, Value, push_header};

/// Appends a value in RESP2. A map is an array there, and a command without a reply an error.
pub(crate) fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Nil => out.extend_from_slice(b"$-1\r\n"),
        Value::NilArray => out.extend_from_slice(b"*-1\r\n"),
        Value::Integer(number) => out.extend_from_slice(format!(":{number}\r\n").as_bytes()),
        Value::Status(text) => line(b'+', text, out),
        Value::Error(text) => line(b'-', text, out),
        Value::String(text) => {
            push_header(out, b'$', text.len());
            out.extend_from_slice(text);
            out.extend_from_slice(b"\r\n");
        }
        Value::Array(children) | Value::Map(children) => {
            push_header(out, b'*', children.len());
            children.for_each(|child| encode(&child, out));
        }
        Value::Failure(children) => failure(*children, out),
    }
}

/// A line must not end before its end.
fn line(sign: u8, text: &[u8], out: &mut Vec<u8>) {
    out.push(sign);
    out.extend(text.iter().map(|&byte| if byte == b'\r' || byte == b'\n' { b' ' } else { byte }));
    out.extend_from_slice(b"\r\n");
}

/// Errors of a server begin with a word in capitals; CROSSNODE has its own.
fn failure(mut children: Children, out: &mut Vec<u8>) {
    let code = children.next();
    let Some(Value::String(message)) = children.next() else { return line(b'-', b"ERR", out) };
    match code {
        Some(Value::Integer(code)) if code == Code::CrossNode as i64 => line(b'-', message, out),
        _ => line(b'-', &[b"ERR ", message].concat(), out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::resp::{Builder, Kind};

    #[test]
    fn every_kind_of_value_has_its_bytes() {
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Map, 10);
        builder.nil();
        builder.nil_array();
        builder.integer(-5);
        builder.text(Kind::Status, b"OK");
        builder.text(Kind::Error, b"ERR a\r\nb");
        builder.string(b"a\r\n");
        builder.failure(&Error::new(Code::Io, "lost\nfor good"));
        builder.failure(&Error::new(Code::CrossNode, "CROSSNODE SDIFF: no"));
        let inner = builder.begin(Kind::Array, 1);
        builder.string(b"");
        builder.end(inner);
        builder.begin(Kind::Array, 0);
        builder.end(root);
        let mut bytes = Vec::new();
        encode(&builder.finish().root(), &mut bytes);
        let expected = "*10\r\n$-1\r\n*-1\r\n:-5\r\n+OK\r\n-ERR a  b\r\n$3\r\na\r\n\r\n-ERR lost for good\r\n-CROSSNODE SDIFF: no\r\n\
                        *1\r\n$0\r\n\r\n*0\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
