//! The extension module `rediscluster._core`: the library for Python, without redis-py's interface.
//!
//! Requests are packed from Python objects while the GIL is held, run without it, and their replies are built as Python objects in one pass.

mod arguments;
mod client_loop;
mod cluster;
mod codec;
mod errors;
mod form;
mod pipeline;
mod reply;
mod session;
mod wait;

use crate::arguments::Held;
use crate::client_loop::Loop;
use crate::cluster::Cluster;
use crate::codec::Codec;
use crate::pipeline::Pipeline;
use crate::session::Session;
use pyo3::exceptions::{PyImportError, PyValueError};
use pyo3::prelude::*;

/// Returns the number of the node that a key is stored on, from 1 to `nodes`: crc32(key) % nodes + 1.
///
/// The key is the whole key; hash tags depend on a configuration: see `Cluster.node_for`.
#[pyfunction]
fn partition(key: &Bound<'_, PyAny>, nodes: u32) -> PyResult<u32> {
    if nodes == 0 {
        return Err(PyValueError::new_err("nodes must be at least 1"));
    }
    let held = Held::new(key, &Codec::default())?;
    Ok(rediscluster::partition(held.bytes(), nodes))
}

/// Refuses subinterpreters: classes, exceptions and signal handlers are those of the main interpreter.
#[allow(unsafe_code, reason = "PyO3 has no safe function for the number of the interpreter")]
fn check_interpreter() -> PyResult<()> {
    // SAFETY: a module is initialised by an attached thread, and both functions only read.
    match unsafe { pyo3::ffi::PyInterpreterState_GetID(pyo3::ffi::PyInterpreterState_Get()) } {
        0 => Ok(()),
        _ => Err(PyImportError::new_err("rediscluster does not support subinterpreters; import it in the main interpreter")),
    }
}

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    check_interpreter()?;
    wait::handle_signals();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<Cluster>()?;
    module.add_class::<Loop>()?;
    module.add_class::<Pipeline>()?;
    module.add_class::<Session>()?;
    module.add_function(wrap_pyfunction!(partition, module)?)
}
