//! The arguments of commands: which objects are accepted, and their bytes.

use crate::codec::Codec;
use crate::errors::data_error;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyFloat, PyInt, PyList, PyMemoryView, PyString, PyTuple};
use rediscluster::{Args, pack_into};
use smallvec::SmallVec;
use std::io::Write;

/// An argument. It holds the object, so its bytes stay valid without the GIL.
pub(crate) enum Held<'py> {
    /// Immutable, so it is not copied.
    Bytes(Bound<'py, PyBytes>),
    /// The UTF-8 form of a str, which Python keeps with the str.
    Text(Bound<'py, PyString>),
    /// Of a number, or of an object that another thread may change.
    Copied(SmallVec<[u8; 24]>),
}

/// The arguments of one command.
pub(crate) type HeldCommand<'py> = SmallVec<[Held<'py>; 6]>;

impl<'py> Held<'py> {
    /// Accepts what redis-py accepts: bytes, str, int, float, bytearray and memoryview. Other types are a DataError with redis-py's text.
    pub(crate) fn new(object: &Bound<'py, PyAny>, codec: &Codec) -> PyResult<Held<'py>> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Held::Bytes(bytes.clone()));
        }
        if let Ok(text) = object.cast::<PyString>() {
            return Held::of_text(text.clone(), codec);
        }
        if let Ok(number) = object.cast_exact::<PyInt>() {
            return Held::of_int(number, codec);
        }
        if object.is_instance_of::<PyBool>() {
            return Err(data_error(object.py(), "bool", "Convert to a bytes, string, int or float first."));
        }
        // repr() as redis-py takes it, also of subclasses.
        if object.is_instance_of::<PyInt>() || object.is_instance_of::<PyFloat>() {
            return Held::of_text(object.repr()?, codec);
        }
        if let Ok(bytes) = object.cast::<PyByteArray>() {
            return Ok(Held::Copied(SmallVec::from_vec(bytes.to_vec())));
        }
        if object.is_instance_of::<PyMemoryView>() {
            return Ok(Held::Bytes(object.call_method0("tobytes")?.cast_into::<PyBytes>()?));
        }
        let name = object.get_type().name()?;
        Err(data_error(object.py(), &name.to_string_lossy(), "Convert to a bytes, string, int or float first."))
    }

    fn of_text(text: Bound<'py, PyString>, codec: &Codec) -> PyResult<Held<'py>> {
        if !codec.is_plain {
            return Ok(Held::Bytes(codec.encode(&text)?));
        }
        // Python makes and keeps the UTF-8 form now; later calls return it without an error.
        text.to_str()?;
        Ok(Held::Text(text))
    }

    fn of_int(number: &Bound<'py, PyInt>, codec: &Codec) -> PyResult<Held<'py>> {
        let Ok(small) = number.extract::<i64>() else { return Held::of_text(number.repr()?, codec) };
        // The longest is -9223372036854775808.
        let mut digits = [0; 20];
        let mut free = &mut digits[..];
        write!(free, "{small}")?;
        let length = 20 - free.len();
        Ok(Held::Copied(SmallVec::from_slice(&digits[..length])))
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Held::Bytes(bytes) => bytes.as_bytes(),
            Held::Text(text) => text.to_str().map(str::as_bytes).unwrap_or_default(),
            Held::Copied(bytes) => bytes,
        }
    }
}

/// Holds the arguments of a command.
pub(crate) fn hold<'py>(args: &Bound<'py, PyTuple>, codec: &Codec) -> PyResult<HeldCommand<'py>> {
    args.iter_borrowed().map(|object| Held::new(&object, codec)).collect()
}

/// The slices of a command. A name of two words, such as `CONFIG GET` of redis-py, becomes two arguments.
pub(crate) fn slices<'a>(held: &'a HeldCommand<'_>) -> Args<'a> {
    let mut slices = Args::with_capacity(held.len() + 1);
    let mut arguments = held.iter().map(Held::bytes);
    if let Some(name) = arguments.next() {
        if name.contains(&b' ') {
            slices.extend(name.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()));
        } else {
            slices.push(name);
        }
    }
    slices.extend(arguments);
    slices
}

/// Packs many commands, each a tuple of arguments.
pub(crate) fn pack_all(commands: &Bound<'_, PyList>, codec: &Codec) -> PyResult<Vec<u8>> {
    let mut request = Vec::new();
    for command in commands.iter() {
        let held = hold(command.cast::<PyTuple>()?, codec)?;
        pack_into(&mut request, &slices(&held));
    }
    Ok(request)
}
