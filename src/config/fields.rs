//! An object of the configuration while it is read: each member is taken once, by name and kind, and what is left at the end is unknown.

use crate::config::json::Json;
use crate::error::{Code, Error};
use std::time::Duration;

pub(crate) struct Fields {
    path: String,
    members: Vec<(String, Json)>,
}

/// A configuration error at a path, such as `nodes.node_3.port`.
pub(crate) fn fault(path: &str, what: impl std::fmt::Display) -> Error {
    let text = if path.is_empty() { format!("configuration: {what}") } else { format!("{path}: {what}") };
    Error::new(Code::Config, text)
}

impl Fields {
    pub(crate) fn of(path: &str, value: Json) -> Result<Fields, Error> {
        match value {
            Json::Object(members) => Ok(Fields { path: path.to_owned(), members }),
            // PHP writes an empty map as an empty list.
            Json::List(list) if list.is_empty() => Ok(Fields { path: path.to_owned(), members: Vec::new() }),
            other => Err(fault(path, format!("{} is not an object", other.describe()))),
        }
    }

    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(crate) fn fault(&self, name: &str, what: impl std::fmt::Display) -> Error {
        fault(&self.path_of(name), what)
    }

    /// The member of that name; `null` counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        let place = self.members.iter().position(|(known, _)| known == name)?;
        Some(self.members.remove(place).1).filter(|value| *value != Json::Null)
    }

    pub(crate) fn into_members(self) -> Vec<(String, Json)> {
        self.members
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.fault(name, format!("{} is not a text", other.describe()))),
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.fault(name, format!("{} is not true or false", other.describe()))),
        }
    }

    /// A whole number in a range; digits in a text will do, as PHP configurations often have them.
    pub(crate) fn whole(&mut self, name: &str, range: std::ops::RangeInclusive<u32>, what: &str) -> Result<Option<u32>, Error> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = match &value {
            Json::Number(number) if number.fract() == 0.0 => Some(*number),
            Json::Text(text) => text.parse::<u32>().ok().map(f64::from),
            _ => None,
        };
        match number {
            Some(number) if (f64::from(*range.start())..=f64::from(*range.end())).contains(&number) => Ok(Some(number as u32)),
            _ => Err(self.fault(name, format!("{} is not {what}", value.describe()))),
        }
    }

    /// Seconds, with fractions; 0 is no limit.
    pub(crate) fn seconds(&mut self, name: &str, default: Duration) -> Result<Option<Duration>, Error> {
        const LONGEST: f64 = 1e9;
        match self.take(name) {
            None => Ok(Some(default)),
            Some(Json::Number(0.0)) => Ok(None),
            // Less than a microsecond would round to "no limit" in the socket's own clock.
            Some(Json::Number(seconds)) if (1e-6..=LONGEST).contains(&seconds) => Ok(Some(Duration::from_secs_f64(seconds))),
            Some(other) => Err(self.fault(name, format!("{} is not a number of seconds from 0 to {LONGEST}", other.describe()))),
        }
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)], default: T) -> Result<T, Error> {
        let Some(text) = self.text(name)? else { return Ok(default) };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, meaning)) => Ok(*meaning),
            None => {
                let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
                Err(self.fault(name, format!("{text:?} is not one of {}", known.join(", "))))
            }
        }
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.members.first() {
            None => Ok(()),
            Some((name, _)) => Err(self.fault(name, "unknown key")),
        }
    }
}
