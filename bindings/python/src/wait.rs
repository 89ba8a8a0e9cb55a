//! Runs calls of the library without the GIL. Signals end a wait if their handler raises an exception.

use crate::errors::raised;
use pyo3::prelude::*;
use rediscluster::Error;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// What a signal handler raised while this thread waited, such as KeyboardInterrupt.
    static RAISED: Cell<Option<PyErr>> = const { Cell::new(None) };
}

/// Makes signals that arrive during a wait run their Python handlers at once, as in Python's own blocking calls.
pub(crate) fn handle_signals() {
    rediscluster::on_signal(|| match Python::try_attach(|py| py.check_signals()) {
        Some(Err(error)) => {
            RAISED.set(Some(error));
            true
        }
        // While the interpreter shuts down, no handler can run.
        Some(Ok(())) | None => false,
    });
}

/// Runs a call without the GIL. A panic is a bug, and becomes an InternalError.
pub(crate) fn wait<T: Send>(py: Python<'_>, call: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    let outcome = py.detach(|| catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(Error::from_panic(panic))));
    match RAISED.take() {
        Some(error) => Err(error),
        None => outcome.map_err(|error| raised(py, &error)),
    }
}
