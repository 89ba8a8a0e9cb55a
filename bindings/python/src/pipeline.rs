//! Many commands in one call.

use crate::arguments::{hold, slices};
use crate::cluster::Cluster;
use crate::errors::data_error;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use rediscluster::pack_into;
use std::sync::{Mutex, PoisonError};

/// Commands that are sent together. Made by `Cluster.pipeline()`.
///
/// `add` appends a command, `execute` runs all in order and returns a list with one reply per command. A command that failed has an exception
/// object in its place and does not affect the others. Afterwards the pipeline is empty and can be used again. Threads: one at a time.
#[pyclass(module = "rediscluster._core", frozen)]
pub(crate) struct Pipeline {
    cluster: Py<Cluster>,
    request: Mutex<Request>,
}

#[derive(Default)]
struct Request {
    packed: Vec<u8>,
    commands: usize,
}

impl Pipeline {
    pub(crate) fn new(cluster: Py<Cluster>) -> Pipeline {
        Pipeline { cluster, request: Mutex::default() }
    }

    fn with<R>(&self, body: impl FnOnce(&mut Request) -> R) -> R {
        body(&mut self.request.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl Pipeline {
    /// Appends a command: its name and its arguments. Returns the pipeline.
    #[pyo3(signature = (*args))]
    fn add<'py>(slf: Bound<'py, Self>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Self>> {
        if args.is_empty() {
            return Err(data_error(slf.py(), "tuple", "A command has at least a name."));
        }
        let held = hold(args, &slf.get().cluster.get().codec)?;
        slf.get().with(|request| {
            pack_into(&mut request.packed, &slices(&held));
            request.commands += 1;
        });
        Ok(slf)
    }

    /// Runs the commands and returns their replies.
    fn execute<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let request = self.with(std::mem::take);
        self.cluster.get().execute_packed(py, &request.packed, None)
    }

    /// Removes all commands.
    fn clear(&self) {
        self.with(|request| *request = Request::default());
    }

    fn __len__(&self) -> usize {
        self.with(|request| request.commands)
    }
}
