//! The exceptions. Their classes are those of the Python module `rediscluster.exceptions`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use rediscluster::Error;

/// A function of the module `rediscluster.exceptions`, imported by the first error.
struct Maker {
    name: &'static str,
    function: PyOnceLock<Py<PyAny>>,
}

static LIBRARY_ERROR: Maker = Maker { name: "library_error", function: PyOnceLock::new() };
static SERVER_ERROR: Maker = Maker { name: "server_error", function: PyOnceLock::new() };
static DATA_ERROR: Maker = Maker { name: "data_error", function: PyOnceLock::new() };

impl Maker {
    fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let import = || Ok::<_, PyErr>(py.import("rediscluster.exceptions")?.getattr(self.name)?.unbind());
        Ok(self.function.get_or_try_init(py, import)?.bind(py))
    }
}

/// The exception for an error of the library.
pub(crate) fn library_error<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    LIBRARY_ERROR.get(py)?.call1((error.code() as i32, error.message(), error.node(), error.executed()))
}

/// The exception for an error reply of a server.
pub(crate) fn server_error<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    SERVER_ERROR.get(py)?.call1((String::from_utf8_lossy(text),))
}

/// Raises an error of the library.
#[cold]
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    library_error(py, error).map_or_else(|error| error, PyErr::from_value)
}

/// Redis-py's error for an argument of a wrong type.
#[cold]
pub(crate) fn data_error(py: Python<'_>, type_name: &str, advice: &str) -> PyErr {
    let text = format!("Invalid input of type: '{type_name}'. {advice}");
    DATA_ERROR.get(py).and_then(|make| make.call1((text,))).map_or_else(|error| error, PyErr::from_value)
}
