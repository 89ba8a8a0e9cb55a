//! Text and bytes: how str arguments are encoded and replies decoded.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::ffi::CString;

/// The options `encoding`, `encoding_errors` and `decode_responses` of redis-py.
pub(crate) struct Codec {
    pub encoding: CString,
    pub errors: CString,
    pub decodes: bool,
    /// UTF-8 with `strict`: the bytes of a str are those that Python keeps for it.
    pub is_plain: bool,
}

impl Default for Codec {
    fn default() -> Codec {
        Codec { encoding: c"utf-8".into(), errors: c"strict".into(), decodes: false, is_plain: true }
    }
}

impl Codec {
    pub(crate) fn new(encoding: &str, errors: &str, decodes: bool) -> PyResult<Codec> {
        let is_utf8 = ["utf-8", "utf8", "utf_8"].iter().any(|name| encoding.eq_ignore_ascii_case(name));
        let (encoding, errors) = (CString::new(encoding)?, CString::new(errors)?);
        let is_plain = is_utf8 && errors.as_bytes() == b"strict";
        Ok(Codec { encoding, errors, decodes, is_plain })
    }

    /// The bytes of a str, for an encoding that is not plain.
    pub(crate) fn encode<'py>(&self, text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
        let (encoding, errors) = (self.encoding.to_string_lossy(), self.errors.to_string_lossy());
        Ok(text.call_method1("encode", (encoding, errors))?.cast_into::<PyBytes>()?)
    }

    pub(crate) fn decode<'py>(&self, py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        if self.is_plain {
            return Ok(PyString::from_bytes(py, bytes)?.into_any());
        }
        let text = PyString::from_encoded_object(&PyBytes::new(py, bytes), Some(&self.encoding), Some(&self.errors))?;
        Ok(text.into_any())
    }
}
