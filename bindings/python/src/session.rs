//! One client with state.

use crate::arguments::{hold, slices};
use crate::cluster::Cluster;
use crate::errors::data_error;
use crate::reply::{Texts, children, convert};
use crate::wait::wait;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use rediscluster::{SharedSession, pack};
use std::time::Duration;

/// The most bytes that one call of `read` returns.
const MAX_READ: usize = 1 << 16;

/// One client of all servers with the state of a connection, such as MULTI, WATCH, SELECT and SUBSCRIBE. Made by `Cluster.session()`.
///
/// `execute` runs commands; `receive` waits for messages of subscriptions. `write` and `read` do the same as a byte stream in Redis's
/// protocol, in place of a socket. Threads: several may use it; one call runs at a time, but a call that waits for messages lets others run.
/// Fork: it belongs to the process that made it.
#[pyclass(module = "rediscluster._core", frozen, weakref)]
pub(crate) struct Session {
    cluster: Py<Cluster>,
    session: SharedSession,
}

impl Session {
    pub(crate) fn new(cluster: Py<Cluster>, session: rediscluster::Session) -> Session {
        Session { cluster, session: SharedSession::new(session) }
    }

    fn texts(&self) -> Texts<'_> {
        Texts::new(&self.cluster.get().codec, None)
    }
}

#[pymethods]
impl Session {
    /// Runs one command and returns its reply. An error reply of a server is raised.
    #[pyo3(signature = (*args))]
    fn execute<'py>(&self, py: Python<'py>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        if args.is_empty() {
            return Err(data_error(py, "tuple", "A command has at least a name."));
        }
        let request = pack(&slices(&hold(args, &self.cluster.get().codec)?));
        let reply = wait(py, || self.session.execute(&request))?;
        // A command may have no reply, after CLIENT REPLY OFF.
        let Some(at) = children(&reply).next() else { return Ok(py.None().into_bound(py)) };
        let object = convert(py, &reply, at, self.texts())?;
        if object.is_instance_of::<pyo3::exceptions::PyBaseException>() { Err(PyErr::from_value(object)) } else { Ok(object) }
    }

    /// Waits for a message of a subscription, `timeout` seconds at most; without it for ever. Returns None when the time is up.
    #[pyo3(signature = (timeout = None))]
    fn receive<'py>(&self, py: Python<'py>, timeout: Option<f64>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let timeout = duration(timeout)?;
        let message = wait(py, || self.session.receive(timeout))?;
        message.map(|message| convert(py, &message, 0, self.texts())).transpose()
    }

    /// Takes bytes of a stream of requests, cut anywhere, and runs the complete commands up to the first that blocks.
    fn write(&self, py: Python<'_>, bytes: &Bound<'_, PyBytes>) -> PyResult<()> {
        let bytes = bytes.as_bytes();
        wait(py, || self.session.write(bytes))
    }

    /// Returns bytes of the replies and messages, `size` at most, and waits for them `timeout` seconds at most; without it for ever. No bytes
    /// mean that the time is up.
    #[pyo3(signature = (size, timeout = None))]
    fn read<'py>(&self, py: Python<'py>, size: usize, timeout: Option<f64>) -> PyResult<Bound<'py, PyBytes>> {
        let timeout = duration(timeout)?;
        let mut buffer = vec![0; size.min(MAX_READ)];
        let length = wait(py, || self.session.read(&mut buffer, timeout))?;
        Ok(PyBytes::new(py, &buffer[..length]))
    }

    /// Ends a call of another thread that waits, as if its time were up.
    fn interrupt(&self) {
        self.session.interrupt();
    }

    /// Closes the session and its connections. Calls that wait fail. In a forked child of the process that made the session nothing happens.
    fn close(&self, py: Python<'_>) {
        // It fails in a forked child only.
        let _ = py.detach(|| self.session.close());
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) {
        self.close(py);
    }
}

fn duration(seconds: Option<f64>) -> PyResult<Option<Duration>> {
    let convert = |seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0));
    seconds.map(convert).transpose().map_err(|error| PyValueError::new_err(format!("timeout: {error}")))
}
