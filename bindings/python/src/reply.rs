//! Replies as Python objects.

use crate::codec::Codec;
use crate::errors::{library_error, server_error};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use rediscluster::{Entry, Kind, ReplyData, Value};

/// How the texts of a reply are returned.
#[derive(Clone, Copy)]
pub(crate) enum Texts<'a> {
    Bytes,
    Decoded(&'a Codec),
    /// For replies that the library makes: str, or bytes if it is not UTF-8, such as a key.
    Report,
}

impl<'a> Texts<'a> {
    /// `decodes` is used in place of `decode_responses`.
    pub(crate) fn new(codec: &'a Codec, decodes: Option<bool>) -> Texts<'a> {
        if decodes.unwrap_or(codec.decodes) { Texts::Decoded(codec) } else { Texts::Bytes }
    }

    #[inline]
    fn convert<'py>(self, py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Texts::Bytes => PyBytes::new(py, bytes).into_any(),
            Texts::Decoded(codec) => codec.decode(py, bytes)?,
            Texts::Report => match std::str::from_utf8(bytes) {
                Ok(text) => PyString::new(py, text).into_any(),
                Err(_) => PyBytes::new(py, bytes).into_any(),
            },
        })
    }
}

/// Converts the value at an index. Error replies and failures become exception objects, which the caller raises or returns.
pub(crate) fn convert<'py>(py: Python<'py>, reply: &ReplyData, at: usize, texts: Texts<'_>) -> PyResult<Bound<'py, PyAny>> {
    let entries = &reply.entries()[at..];
    if !entries[0].has_children() {
        return leaf(py, reply, at, &entries[0], texts);
    }
    // From the end to the beginning: when a parent is reached, its children are the last objects, the first child on top. Deep nesting
    // needs no recursion.
    let span = entries[0].span();
    let mut objects: Vec<Bound<'py, PyAny>> = Vec::with_capacity(span);
    for (offset, entry) in entries[..span].iter().enumerate().rev() {
        let object = match entry.has_children() {
            true => parent(py, reply, at + offset, entry, &mut objects)?,
            false => leaf(py, reply, at + offset, entry, texts)?,
        };
        objects.push(object);
    }
    objects.pop().ok_or_else(|| PyTypeError::new_err("a reply without a value"))
}

#[inline]
fn leaf<'py>(py: Python<'py>, reply: &ReplyData, at: usize, entry: &Entry, texts: Texts<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match entry.kind() {
        Kind::String | Kind::Status | Kind::Verbatim => texts.convert(py, reply.entry_bytes(entry))?,
        Kind::Integer => entry.data.into_pyobject(py)?.into_any(),
        Kind::Error => server_error(py, reply.entry_bytes(entry))?,
        Kind::Boolean => PyBool::new(py, entry.data != 0).to_owned().into_any(),
        Kind::Double => PyFloat::new(py, reply.double(at).unwrap_or(f64::NAN)).into_any(),
        Kind::BigNumber => py.get_type::<PyInt>().call1((PyBytes::new(py, reply.entry_bytes(entry)),))?,
        _ => py.None().into_bound(py),
    })
}

/// Takes the children of a parent from the objects and makes the parent of them.
fn parent<'py>(
    py: Python<'py>,
    reply: &ReplyData,
    at: usize,
    entry: &Entry,
    objects: &mut Vec<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut children = objects.drain(objects.len().saturating_sub(entry.length())..).rev();
    Ok(match entry.kind() {
        Kind::Map => {
            let dict = PyDict::new(py);
            while let (Some(key), Some(value)) = (children.next(), children.next()) {
                insert(&dict, key, value)?;
            }
            dict.into_any()
        }
        // The names and values of attributes, and last the value itself.
        Kind::Attribute => children.next_back().unwrap_or_else(|| py.None().into_bound(py)),
        Kind::Failure => match reply.failure(at) {
            Some(error) => library_error(py, &error)?,
            None => py.None().into_bound(py),
        },
        // Sets too: their elements need not be hashable.
        _ => PyList::new(py, children)?.into_any(),
    })
}

/// A list cannot be a key: it becomes a tuple.
fn insert<'py>(dict: &Bound<'py, PyDict>, key: Bound<'py, PyAny>, value: Bound<'py, PyAny>) -> PyResult<()> {
    match key.cast::<PyList>() {
        Ok(list) => dict.set_item(PyTuple::new(dict.py(), list.iter())?, value),
        Err(_) => dict.set_item(key, value),
    }
}

/// Converts a reply to one command; an error or a failure is raised.
pub(crate) fn convert_or_raise<'py>(py: Python<'py>, reply: &ReplyData, texts: Texts<'_>) -> PyResult<Bound<'py, PyAny>> {
    match reply.root() {
        Value::Error(text) => Err(PyErr::from_value(server_error(py, text)?)),
        Value::Failure(_) => Err(PyErr::from_value(convert(py, reply, 0, texts)?)),
        _ => convert(py, reply, 0, texts),
    }
}

/// The index of each child of the root.
pub(crate) fn children(reply: &ReplyData) -> impl Iterator<Item = usize> {
    let entries = reply.entries();
    let mut next = 1;
    (0..entries[0].length()).map(move |_| {
        let at = next;
        next += entries[at].span();
        at
    })
}
