//! Reads single values of the configuration.
//!
//! The functions are for serde's `deserialize_with`. `null` counts as absent. Error texts never contain a string of the
//! configuration that may be a password; serde's own texts for wrong types do.

use crate::config::Protocol;
use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The largest database number that is accepted. Servers have 16 databases by default and refuse the others themselves.
pub(crate) const LAST_DB: u32 = i32::MAX as u32;
const MAX_POOL_SIZE: u32 = 65_536;
/// For numbers that need no other limit.
const MAX_COUNT: u32 = 1_000_000_000;
/// The bindings convert nested replies recursively; at this depth unserialize() of PHP takes a third of a stack of 8 MiB.
const MAX_REPLY_DEPTH: u32 = 10_000;

/// What a value is, for error texts.
fn describe(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(_) => "a string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

/// Reads a value that `read` understands; the error says that it is not `expected`.
fn value<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => read(&value).map(Some).ok_or_else(|| D::Error::custom(format!("{} is not {expected}", describe(&value)))),
    }
}

pub(crate) fn string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    value(deserializer, "a string", |value| value.as_str().map(str::to_owned))
}

pub(crate) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    value(deserializer, "true or false", Value::as_bool)
}

pub(crate) fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    value(deserializer, "a port", |value| integer(value, 1..=65_535)).map(|port| port.map(|port| port as u16))
}

pub(crate) fn database<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    value(deserializer, "a database number", |value| integer(value, 0..=LAST_DB))
}

pub(crate) fn protocol<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Protocol>, D::Error> {
    value(deserializer, "2 or 3", |value| match integer(value, 2..=3)? {
        2 => Some(Protocol::Resp2),
        _ => Some(Protocol::Resp3),
    })
}

pub(crate) fn pool_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let expected = format!("a number of connections from 1 to {MAX_POOL_SIZE}");
    value(deserializer, &expected, |value| integer(value, 1..=MAX_POOL_SIZE)).map(|size| size.map(|size| size as usize))
}

pub(crate) fn reply_depth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let expected = format!("a depth from 1 to {MAX_REPLY_DEPTH}");
    value(deserializer, &expected, |value| integer(value, 1..=MAX_REPLY_DEPTH)).map(|depth| depth.map(|depth| depth as usize))
}

pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    value(deserializer, &format!("a number from 0 to {MAX_COUNT}"), |value| integer(value, 0..=MAX_COUNT))
}

/// A whole number. A string of digits is accepted, too: PHP configurations often have ports in quotes.
fn integer(value: &Value, range: RangeInclusive<u32>) -> Option<u32> {
    let number = match value {
        Value::Number(number) => number.as_f64().filter(|number| number.fract() == 0.0)?,
        Value::String(digits) => f64::from(digits.parse::<u32>().ok()?),
        _ => return None,
    };
    (f64::from(*range.start())..=f64::from(*range.end())).contains(&number).then_some(number as u32)
}

/// Seconds, with fractions. The inner `None` is 0: no limit.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Duration>>, D::Error> {
    const LONGEST: f64 = 1e9;
    // A shorter time rounds to "no limit" in the clock of the socket.
    const SHORTEST: f64 = 1e-6;
    value(deserializer, &format!("a number of seconds from 0 to {LONGEST}"), |value| match value.as_f64()? {
        0.0 => Some(None),
        seconds if (SHORTEST..=LONGEST).contains(&seconds) => Some(Some(Duration::from_secs_f64(seconds))),
        _ => None,
    })
}

/// One of several words, each with its meaning.
pub(crate) fn word<'de, D: Deserializer<'de>, T: Copy>(deserializer: D, words: &[(&str, T)]) -> Result<Option<T>, D::Error> {
    let Some(text) = string(deserializer)? else { return Ok(None) };
    let meaning = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    meaning.map(Some).ok_or_else(|| {
        let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        D::Error::custom(format!("{text:?} is not one of {}", known.join(", ")))
    })
}

/// The name of a node.
pub(crate) struct Alias(pub String);

impl<'de> Deserialize<'de> for Alias {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Alias, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(alias) => Ok(Alias(alias)),
            other => Err(D::Error::custom(format!("{} is not the name of a node", describe(&other)))),
        }
    }
}

/// The name of a node, or a list of such names.
pub(crate) struct Aliases(pub Vec<String>);

impl<'de> Deserialize<'de> for Aliases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Aliases, D::Error> {
        let values = match Value::deserialize(deserializer)? {
            Value::Array(values) => values,
            value => vec![value],
        };
        let alias = |value| match value {
            Value::String(alias) => Ok(alias),
            other => Err(D::Error::custom(format!("{} is not the name of a node", describe(&other)))),
        };
        values.into_iter().map(alias).collect::<Result<_, _>>().map(Aliases)
    }
}

pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match StringOrObject::deserialize(deserializer)? {
        StringOrObject::Null => Ok(None),
        StringOrObject::Object(object) => Ok(Some(object)),
        StringOrObject::String(_) => Err(D::Error::custom("a string is not an object")),
    }
}

/// An object, or a string in its place.
///
/// serde's derived structs also accept a list of their fields' values; an object here is a JSON object. Only an empty list counts as
/// an empty object, because PHP writes an empty map so.
pub(crate) enum StringOrObject<T> {
    Null,
    String(String),
    Object(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for StringOrObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = StringOrObject<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(StringOrObject::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(StringOrObject::String(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Err(E::custom(format!("{value} is not an object")))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Err(E::custom(format!("{value} is not an object")))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Err(E::custom(format!("{value} is not an object")))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Err(E::custom(format!("{value} is not an object")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        if list.next_element::<IgnoredAny>()?.is_some() {
            return Err(A::Error::custom("a list is not an object"));
        }
        T::deserialize(MapDeserializer::new(std::iter::empty::<(&str, &str)>())).map(StringOrObject::Object)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(StringOrObject::Object)
    }
}

/// An object with names that the user chooses. A name that is given twice is refused: a map would keep the last one without a word.
pub(crate) struct Named<T>(pub Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamedVisitor(PhantomData))
    }
}

struct NamedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
    type Value = Named<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(String, T)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, T>()? {
            if members.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom(format!("{name} is given twice")));
            }
            members.push((name, value));
        }
        Ok(Named(members))
    }
}
