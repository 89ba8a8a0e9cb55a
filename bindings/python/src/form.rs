//! What a call returns: how its reply becomes a Python object.

use crate::codec::Codec;
use crate::reply::{Texts, children, convert, convert_or_raise};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use rediscluster::ReplyData;
use std::collections::HashSet;

pub(crate) enum Form {
    /// The reply to one command. `decode` is used in place of `decode_responses`.
    Reply { decode: Option<bool> },
    /// A list of the replies to many commands. Those at the positions `raw` are not decoded.
    Replies { raw: Option<HashSet<usize>> },
    /// A dict from alias to reply.
    ByAlias,
    /// What the library itself reports.
    Report,
}

impl Form {
    /// Converts a reply. The error reply to one command is raised.
    pub(crate) fn convert<'py>(&self, py: Python<'py>, reply: &ReplyData, codec: &Codec) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Form::Reply { decode } => convert_or_raise(py, reply, Texts::new(codec, *decode)),
            Form::Replies { raw } => Ok(replies(py, reply, codec, raw.as_ref())?.into_any()),
            Form::ByAlias => Ok(by_alias(py, reply, codec)?.into_any()),
            Form::Report => convert_or_raise(py, reply, Texts::Report),
        }
    }
}

/// A command that failed has an exception object in its place.
pub(crate) fn replies<'py>(
    py: Python<'py>,
    reply: &ReplyData,
    codec: &Codec,
    raw: Option<&HashSet<usize>>,
) -> PyResult<Bound<'py, PyList>> {
    let results = PyList::empty(py);
    for (position, at) in children(reply).enumerate() {
        let is_raw = raw.is_some_and(|raw| raw.contains(&position));
        results.append(convert(py, reply, at, if is_raw { Texts::Bytes } else { Texts::new(codec, None) })?)?;
    }
    Ok(results)
}

fn by_alias<'py>(py: Python<'py>, reply: &ReplyData, codec: &Codec) -> PyResult<Bound<'py, PyDict>> {
    let results = PyDict::new(py);
    let mut indexes = children(reply);
    while let (Some(alias), Some(value)) = (indexes.next(), indexes.next()) {
        results.set_item(convert(py, reply, alias, Texts::Report)?, convert(py, reply, value, Texts::new(codec, None))?)?;
    }
    Ok(results)
}
