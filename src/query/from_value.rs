//! Rust values from replies: single values.

use crate::error::{Code, Error, printable};
use crate::resp::{Children, Kind, Reply, ReplyData, Value};
use std::str::FromStr;

/// Types that a reply can be converted to.
///
/// | type | from |
/// |---|---|
/// | `String` (UTF-8), `Vec<u8>` | a string, a status, a number as its digits |
/// | integers, `f64`, `f32` | an integer, a double, a text that is such a number |
/// | `bool` | an integer other than 0, a boolean, `OK`; no value is `false` (`SET … NX`) |
/// | `Option<T>` | `None` is no value: nil, the nil array, null |
/// | `Vec<T>`, sets | an array or a set. A `Vec` of tuples also from a map, and from an array with their elements in turn |
/// | `HashMap`, `BTreeMap` | a map, or an array of keys and values in turn |
/// | tuples | an array of this length |
/// | `()` | anything without an error in it |
/// | [`Reply`] | anything: a copy, with the errors in it |
/// | `Result<T, Error>` | the error in this place, or a `T`. For replies with errors in single places, as of a pipeline |
///
/// # Errors
///
/// An error reply has [`Code::Server`]. A failure in a pipeline is the error that the command alone would have had. Another type of reply has
/// [`Code::Argument`]; the command was executed then.
pub trait FromValue: Sized {
    /// Converts a value.
    fn from_value(value: Value<'_>) -> Result<Self, Error>;

    /// Converts a value to many.
    #[doc(hidden)]
    fn vec_from_value(value: Value<'_>) -> Result<Vec<Self>, Error> {
        elements(value)?.map(Self::from_value).collect()
    }

    /// Converts a whole reply.
    #[doc(hidden)]
    fn from_reply(reply: &ReplyData) -> Result<Self, Error> {
        Self::from_value(reply.root())
    }

    /// Converts the reply to a transaction that was not executed.
    #[doc(hidden)]
    fn from_unexecuted() -> Result<Self, Error> {
        let text = "the transaction was not executed, because a watched key had changed; use an Option";
        Err(Error::new(Code::Argument, text))
    }
}

/// The value without attributes; the error if it is one.
pub(super) fn plain(mut value: Value) -> Result<Value, Error> {
    while let Value::Attribute(children) = value {
        value = children.last().unwrap_or(Value::Nil);
    }
    value.error().map_or(Ok(value), Err)
}

/// The elements of an array, of a set, of a push or of a map: there keys and values in turn.
pub(super) fn elements(value: Value) -> Result<Children, Error> {
    match plain(value)? {
        Value::Array(children) | Value::Set(children) | Value::Push(children) | Value::Map(children) => Ok(children),
        other => Err(mismatch(other, "an array")),
    }
}

/// The text of a value that is one, or that servers also send as one.
fn text(value: Value<'_>) -> Option<&[u8]> {
    match value {
        Value::String(text) | Value::Status(text) | Value::Verbatim { text, .. } | Value::Double(text) | Value::BigNumber(text) => {
            Some(text)
        }
        _ => None,
    }
}

pub(super) fn is_nil(value: Value) -> bool {
    matches!(value, Value::Nil | Value::NilArray | Value::Null)
}

/// The error for a value that is not what the caller wants.
#[cold]
pub(super) fn mismatch(value: Value, wanted: &str) -> Error {
    let found = match value {
        Value::Integer(number) => format!("the integer {number}"),
        Value::Boolean(value) => format!("{value}"),
        Value::Array(children) => format!("an array of {}", children.len()),
        Value::Map(children) => format!("a map of {}", children.len() / 2),
        Value::Set(children) => format!("a set of {}", children.len()),
        Value::Push(children) => format!("a push of {}", children.len()),
        other => match text(other) {
            Some(text) => format!("\"{}\"", printable(text)),
            None => Kind::Nil.name().to_owned(),
        },
    };
    let hint = if is_nil(value) { "; use an Option if there may be no value" } else { "" };
    Error::new(Code::Argument, format!("the reply is {found}, not {wanted}{hint}")).maybe_executed()
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Result<String, Error> {
        let value = plain(value)?;
        if let Value::Integer(number) = value {
            return Ok(number.to_string());
        }
        let text = text(value).ok_or_else(|| mismatch(value, "a string"))?;
        std::str::from_utf8(text).map(str::to_owned).map_err(|_| mismatch(value, "UTF-8; use Vec<u8>"))
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Result<bool, Error> {
        let value = plain(value)?;
        match value {
            Value::Boolean(value) => Ok(value),
            Value::Integer(number) => Ok(number != 0),
            Value::Status(b"OK") | Value::String(b"1") => Ok(true),
            Value::String(b"0") => Ok(false),
            _ if is_nil(value) => Ok(false),
            _ => Err(mismatch(value, "true or false")),
        }
    }
}

/// A number: an integer of a reply by `from_integer`, or the text of a number.
fn number<T: FromStr>(value: Value<'_>, wanted: &str, from_integer: impl FnOnce(i64) -> Option<T>) -> Result<T, Error> {
    let value = plain(value)?;
    let number = match value {
        Value::Integer(number) => from_integer(number),
        _ => text(value).and_then(|text| std::str::from_utf8(text).ok()?.parse().ok()),
    };
    number.ok_or_else(|| mismatch(value, wanted))
}

macro_rules! integers {
    ($($number:ident)*) => {$(
        impl FromValue for $number {
            fn from_value(value: Value<'_>) -> Result<$number, Error> {
                number(value, concat!("a number of the type ", stringify!($number)), |number| number.try_into().ok())
            }
        }
    )*};
}

integers!(i8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize);

impl FromValue for u8 {
    fn from_value(value: Value<'_>) -> Result<u8, Error> {
        number(value, "a number of the type u8", |number| number.try_into().ok())
    }

    /// The bytes of a text.
    fn vec_from_value(value: Value<'_>) -> Result<Vec<u8>, Error> {
        let value = plain(value)?;
        match (value, text(value)) {
            (_, Some(text)) => Ok(text.to_vec()),
            (Value::Integer(number), None) => Ok(number.to_string().into_bytes()),
            (Value::Array(numbers) | Value::Set(numbers), None) => numbers.map(u8::from_value).collect(),
            _ => Err(mismatch(value, "a string")),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Value<'_>) -> Result<f64, Error> {
        number(value, "a number", |number| Some(number as f64))
    }
}

impl FromValue for f32 {
    fn from_value(value: Value<'_>) -> Result<f32, Error> {
        number(value, "a number", |number| Some(number as f32))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Result<Option<T>, Error> {
        let value = plain(value)?;
        if is_nil(value) { Ok(None) } else { T::from_value(value).map(Some) }
    }

    fn from_unexecuted() -> Result<Option<T>, Error> {
        Ok(None)
    }
}

/// The error in this place, or the value.
impl<T: FromValue> FromValue for Result<T, Error> {
    fn from_value(value: Value<'_>) -> Result<Result<T, Error>, Error> {
        match plain(value) {
            Ok(value) => T::from_value(value).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }
}

/// A copy.
impl FromValue for Reply {
    fn from_value(value: Value<'_>) -> Result<Reply, Error> {
        Ok(Reply::of_value(&value))
    }

    /// With where the errors in it come from.
    fn from_reply(reply: &ReplyData) -> Result<Reply, Error> {
        Ok(Reply::from_data(reply.clone()))
    }

    fn from_unexecuted() -> Result<Reply, Error> {
        Ok(Reply::nil_array())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashMap, HashSet};

    fn from<T: FromValue>(resp: &[u8]) -> Result<T, Error> {
        T::from_value(Reply::from_resp(resp).root())
    }

    fn message<T: FromValue + std::fmt::Debug>(resp: &[u8]) -> String {
        from::<T>(resp).unwrap_err().message().to_owned()
    }

    #[test]
    fn single_values_are_converted() {
        assert_eq!(from::<String>(b"$3\r\nfoo\r\n").unwrap(), "foo");
        assert_eq!(from::<String>(b":-5\r\n").unwrap(), "-5");
        assert_eq!(from::<Vec<u8>>(b"$2\r\n\xff\0\r\n").unwrap(), b"\xff\0");
        assert_eq!(from::<u8>(b"$2\r\n42\r\n").unwrap(), 42);
        assert_eq!(from::<i64>(b":-9223372036854775808\r\n").unwrap(), i64::MIN);
        assert_eq!(from::<f64>(b"$4\r\n1.25\r\n").unwrap(), 1.25);
        assert_eq!(from::<f64>(b",inf\r\n").unwrap(), f64::INFINITY);
        assert_eq!(
            [from::<bool>(b"+OK\r\n"), from(b":0\r\n"), from(b"$-1\r\n"), from(b"#t\r\n")].map(Result::unwrap),
            [true, false, false, true]
        );
        assert_eq!([from::<Option<i32>>(b"_\r\n"), from(b"*-1\r\n"), from(b":7\r\n")].map(Result::unwrap), [None, None, Some(7)]);
        assert_eq!(from::<String>(b"|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n").unwrap(), "v");
    }

    #[test]
    fn many_values_are_converted() {
        let flat = b"*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n$1\r\n2\r\n";
        let nested = b"*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2\r\n";
        let map = b"%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n";
        for pairs in [&flat[..], nested, map] {
            assert_eq!(from::<Vec<(String, f64)>>(pairs).unwrap(), [("a".to_owned(), 1.0), ("b".to_owned(), 2.0)]);
            assert_eq!(from::<HashMap<String, i64>>(pairs).unwrap(), HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
            assert_eq!(from::<BTreeMap<String, i64>>(pairs).unwrap().len(), 2);
        }
        assert_eq!(from::<(String, u8, Option<i32>)>(b"*3\r\n$1\r\na\r\n:1\r\n$-1\r\n").unwrap(), ("a".to_owned(), 1, None));
        assert_eq!(from::<HashSet<u8>>(b"~2\r\n:1\r\n:2\r\n").unwrap(), HashSet::from([1, 2]));
        assert_eq!(from::<(u64, Vec<String>)>(b"*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n").unwrap(), (0, vec!["k".to_owned()]));
        assert_eq!(from::<Vec<(String, u8)>>(b"*0\r\n").unwrap(), []);
    }

    #[test]
    fn the_error_of_another_type_says_what_the_reply_is() {
        assert_eq!(message::<i64>(b"$3\r\nfoo\r\n"), "the reply is \"foo\", not a number of the type i64");
        assert_eq!(message::<u8>(b":256\r\n"), "the reply is the integer 256, not a number of the type u8");
        assert_eq!(message::<String>(b"$-1\r\n"), "the reply is nil, not a string; use an Option if there may be no value");
        assert_eq!(message::<String>(b"$1\r\n\xff\r\n"), "the reply is \"\\xff\", not UTF-8; use Vec<u8>");
        assert_eq!(message::<Vec<i32>>(b":1\r\n"), "the reply is the integer 1, not an array");
        assert_eq!(message::<(u8, u8)>(b"*1\r\n:1\r\n"), "the reply is an array of 1, not an array of 2");
        assert_eq!(from::<i64>(b"+x\r\n").unwrap_err().code(), Code::Argument);
    }

    #[test]
    fn an_error_reply_is_an_error_of_its_own_code_or_a_result_in_its_place() {
        let error = from::<()>(b"-WRONGTYPE no\r\n").unwrap_err();
        assert_eq!((error.code(), error.prefix(), error.message()), (Code::Server, Some("WRONGTYPE"), "WRONGTYPE no"));
        assert_eq!(from::<Vec<i64>>(b"*2\r\n:1\r\n-ERR no\r\n").unwrap_err().code(), Code::Server);
        let results = from::<Vec<Result<i64, Error>>>(b"*2\r\n:1\r\n-ERR no\r\n").unwrap();
        assert_eq!(results[0], Ok(1));
        assert_eq!(results[1].as_ref().unwrap_err().prefix(), Some("ERR"));
    }

    #[test]
    fn a_failure_is_the_error_that_it_was_made_of() {
        let failed = Error::new(Code::Timeout, "late").on_node("node_2").maybe_executed();
        let reply = Reply::failure_of(&failed).wrapped_in_array();
        assert_eq!(Vec::<i64>::from_value(reply.root()), Err(failed));
    }
}
