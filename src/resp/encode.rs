//! Encodes replies as the bytes that a server would send.

use crate::error::{Code, Error};
use crate::resp::reply::{Children, ReplyData, Value};
use crate::resp::request::push_header;

impl ReplyData {
    /// Appends the reply as RESP, as one server would send it. A failure becomes an error.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        push_value(out, &self.root());
    }
}

/// Appends a value. Each type has one form; a failure is an error. Not recursive: a server decides how deeply values are nested.
pub(crate) fn push_value(out: &mut Vec<u8>, value: &Value) {
    let mut unfinished: Vec<Children> = push_start(out, value).into_iter().collect();
    while let Some(children) = unfinished.last_mut() {
        match children.next() {
            Some(child) => unfinished.extend(push_start(out, &child)),
            None => drop(unfinished.pop()),
        }
    }
}

/// Appends a value without its children, and returns these.
fn push_start<'r>(out: &mut Vec<u8>, value: &Value<'r>) -> Option<Children<'r>> {
    match value {
        Value::Nil => out.extend_from_slice(b"$-1\r\n"),
        Value::NilArray => out.extend_from_slice(b"*-1\r\n"),
        Value::Integer(number) => match usize::try_from(*number) {
            Ok(number) => push_header(out, b':', number),
            Err(_) => out.extend_from_slice(format!(":{number}\r\n").as_bytes()),
        },
        Value::Status(text) => push_line(out, b'+', text),
        Value::Error(text) => push_line(out, b'-', text),
        Value::String(bytes) => push_bytes(out, b'$', &[bytes]),
        Value::Failure(children) => push_failure(out, *children),
        Value::Null => out.extend_from_slice(b"_\r\n"),
        Value::Boolean(value) => out.extend_from_slice(if *value { b"#t\r\n" } else { b"#f\r\n" }),
        Value::Double(text) => push_line(out, b',', text),
        Value::BigNumber(digits) => push_line(out, b'(', digits),
        Value::Verbatim { format, text } => push_bytes(out, b'=', &[format, b":", text]),
        Value::Array(children) => return Some(push_count(out, b'*', children.len(), *children)),
        Value::Map(children) => return Some(push_count(out, b'%', children.len() / 2, *children)),
        Value::Set(children) => return Some(push_count(out, b'~', children.len(), *children)),
        Value::Push(children) => return Some(push_count(out, b'>', children.len(), *children)),
        // The value itself is not counted.
        Value::Attribute(children) => return Some(push_count(out, b'|', children.len() / 2, *children)),
    }
    None
}

fn push_count<'r>(out: &mut Vec<u8>, sign: u8, count: usize, children: Children<'r>) -> Children<'r> {
    push_header(out, sign, count);
    children
}

fn push_bytes(out: &mut Vec<u8>, sign: u8, parts: &[&[u8]]) {
    push_header(out, sign, parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out.extend_from_slice(b"\r\n");
}

/// CR and LF become spaces, because they would end the line.
fn push_line(out: &mut Vec<u8>, sign: u8, text: &[u8]) {
    out.push(sign);
    out.extend(text.iter().map(|&byte| if byte == b'\r' || byte == b'\n' { b' ' } else { byte }));
    out.extend_from_slice(b"\r\n");
}

/// Appends an error of the library as an error reply.
pub(crate) fn push_error(out: &mut Vec<u8>, error: &Error) {
    push_message(out, error.code() == Code::CrossNode, error.word().map(str::as_bytes), error.message().as_bytes());
}

/// The errors of a server begin with a word in capitals. A message with the code CROSSNODE has that word already; others get that of the server
/// that refused, or ERR.
fn push_failure(out: &mut Vec<u8>, mut children: Children) {
    let code = children.next();
    let Some(Value::String(message)) = children.next() else { return push_line(out, b'-', b"ERR") };
    let word = if let Some(Value::String(word)) = children.nth(2) { Some(word) } else { None };
    push_message(out, matches!(code, Some(Value::Integer(code)) if code == Code::CrossNode as i64), word, message);
}

fn push_message(out: &mut Vec<u8>, has_word: bool, word: Option<&[u8]>, message: &[u8]) {
    if has_word { push_line(out, b'-', message) } else { push_line(out, b'-', &[word.unwrap_or(b"ERR"), b" ", message].concat()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::builder::Builder;
    use crate::resp::index::Kind;

    #[test]
    fn values_of_every_type_are_encoded() {
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, 11);
        builder.nil();
        builder.nil_array();
        builder.integer(-5);
        builder.bytes_value(Kind::Status, b"OK");
        builder.bytes_value(Kind::Error, b"ERR a\r\nb");
        builder.string(b"a\r\n");
        builder.failure(&Error::new(Code::Io, "lost\nfor good"));
        builder.failure(&Error::new(Code::CrossNode, "CROSSNODE SDIFF: no"));
        builder.failure(&Error::new(Code::Io, "MSET: node_2 refused its part: OOM no").with_word("OOM"));
        let inner = builder.begin(Kind::Array, 1);
        builder.string(b"");
        builder.end(inner);
        builder.begin(Kind::Array, 0);
        builder.end(root);
        let mut bytes = Vec::new();
        push_value(&mut bytes, &builder.finish().root());
        let expected = "*11\r\n$-1\r\n*-1\r\n:-5\r\n+OK\r\n-ERR a  b\r\n$3\r\na\r\n\r\n-ERR lost for good\r\n-CROSSNODE SDIFF: no\r\n\
                        -OOM MSET: node_2 refused its part: OOM no\r\n\
                        *1\r\n$0\r\n\r\n*0\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn values_of_resp3_are_encoded_as_they_were_read() {
        let resp = b"*8\r\n_\r\n#t\r\n,1.50\r\n(-12345678901234567890\r\n=7\r\ntxt:a\r\n\r\n%1\r\n+k\r\n~1\r\n:1\r\n>1\r\n#f\r\n|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n";
        let read = crate::resp::reply::Reply::from_resp(resp);
        let mut builder = Builder::default();
        builder.value(&read.root());
        for reply in [read, builder.finish()] {
            let mut bytes = Vec::new();
            push_value(&mut bytes, &reply.root());
            assert_eq!(bytes, resp);
        }
    }

    #[test]
    fn deeply_nested_values_need_no_stack() {
        const DEPTH: usize = 10_000;
        let resp = [b"*1\r\n".repeat(DEPTH), b":1\r\n".to_vec()].concat();
        let mut reader = crate::resp::reader::Reader::new(Vec::new(), false).with_limits(DEPTH + 1, usize::MAX);
        reader.feed(&resp);
        reader.advance(1).unwrap();
        let read = crate::resp::reply::Reply::from_reader(reader, None).0;
        let copy_and_encode = move || {
            let mut builder = Builder::default();
            builder.value(&read.root());
            let mut bytes = Vec::new();
            push_value(&mut bytes, &builder.finish().root());
            bytes
        };
        let thread = std::thread::Builder::new().stack_size(64 << 10).spawn(copy_and_encode).unwrap();
        assert_eq!(thread.join().unwrap(), resp);
    }
}
