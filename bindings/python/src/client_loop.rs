//! The loop: the library in an event loop of Python, such as asyncio's.

use crate::arguments::{Held, hold, pack_all, slices};
use crate::cluster::{Cluster, age, node_set};
use crate::errors::{library_error, raised};
use crate::form::Form;
use pyo3::exceptions::PyException;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};
use rediscluster::{ClientLoop, Cluster as Handle, Code, Error, Reply, pack, start_thread};
use std::collections::{HashMap, HashSet};
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::sync::{Arc, Mutex, TryLockError};

/// Many calls at a time for a program with an event loop. Made by `Cluster.open_loop()`. No call waits for a server.
///
/// The program waits until `fileno()` is readable, at most for the seconds that `process` has returned, and calls `process`; also after it has
/// begun calls. `process` sets the result or the exception of their futures. A session feeds its replies to a reader, as bytes.
///
/// `derive` makes a loop for a handle that shares the connections of this one's. Both have the same descriptor, and `process` of one does the work
/// of both.
///
/// Threads: one at a time. Fork: it belongs to the process that opened it; in a child all calls but `close` fail.
#[pyclass(module = "rediscluster._core", frozen, weakref)]
pub(crate) struct Loop {
    cluster: Py<Cluster>,
    fd: i32,
    /// The process that opened it.
    process: u32,
    /// The number of its handle.
    handle: usize,
    is_closed: AtomicBool,
    /// Of this loop and those that share it. `None` after the last of them was closed.
    open: Arc<Mutex<Option<Open>>>,
}

struct Open {
    client: ClientLoop,
    waiting: HashMap<u64, Waiter>,
    last_tag: u64,
    /// The number of loops that are not closed.
    users: usize,
}

/// What waits for the outcomes of a tag, and the handle that has begun it.
struct Waiter {
    handle: usize,
    waiting: Waiting,
}

enum Waiting {
    Future {
        future: Py<PyAny>,
        form: Form,
    },
    /// An `asyncio.StreamReader`, or what has its methods.
    Session {
        reader: Py<PyAny>,
    },
}

/// An outcome that has not been passed to Python yet.
enum Ready {
    Future {
        future: Py<PyAny>,
        form: Form,
        outcome: Result<Reply, Error>,
    },
    Bytes {
        reader: Py<PyAny>,
        bytes: Vec<u8>,
    },
    /// Of a session that has ended.
    Ended {
        reader: Py<PyAny>,
        error: Error,
    },
}

impl Open {
    fn next_tag(&mut self) -> u64 {
        self.last_tag += 1;
        self.last_tag
    }

    fn take_ready(&mut self, py: Python<'_>) -> Vec<Ready> {
        let mut ready = Vec::new();
        while let Some((tag, outcome)) = self.client.next() {
            match self.waiting.get(&tag).map(|waiter| &waiter.waiting) {
                Some(Waiting::Session { reader }) => {
                    let reader = reader.clone_ref(py);
                    ready.push(self.session_outcome(tag, reader, outcome));
                }
                Some(Waiting::Future { .. }) => {
                    if let Some(Waiter { waiting: Waiting::Future { future, form }, .. }) = self.waiting.remove(&tag) {
                        ready.push(Ready::Future { future, form, outcome });
                    }
                }
                None => {}
            }
        }
        ready
    }

    /// Takes what a handle has begun.
    fn take_waiting(&mut self, handle: usize) -> Vec<(u64, Waiting)> {
        self.waiting.extract_if(|_, waiter| waiter.handle == handle).map(|(tag, waiter)| (tag, waiter.waiting)).collect()
    }

    /// A session whose connection is lost ends: redis-py connects again, and subscribes again.
    fn session_outcome(&mut self, tag: u64, reader: Py<PyAny>, outcome: Result<Reply, Error>) -> Ready {
        let lost = outcome.and_then(|reply| match reply.failure(0) {
            Some(error) if matches!(error.code(), Code::Connect | Code::Pool | Code::Timeout | Code::Io | Code::Protocol) => Err(error),
            _ => Ok(reply),
        });
        match lost {
            Ok(reply) => {
                let mut bytes = Vec::with_capacity(reply.bytes().len() + 16);
                reply.encode_into(&mut bytes);
                Ready::Bytes { reader, bytes }
            }
            Err(error) => {
                self.client.cancel(tag);
                self.waiting.remove(&tag);
                // It may have been closed by CLIENT KILL, which is a lost connection too.
                let error = if error.code() == Code::Request { Error::new(Code::Io, error.message()) } else { error };
                Ready::Ended { reader, error }
            }
        }
    }
}

impl Ready {
    fn deliver(self, py: Python<'_>, cluster: &Cluster) -> PyResult<()> {
        match self {
            Ready::Future { future, form, outcome } => {
                let future = future.bind(py);
                let outcome = outcome.map_err(|error| raised(py, &error)).and_then(|reply| form.convert(py, &reply, &cluster.codec));
                let delivered = match outcome {
                    Ok(object) => future.call_method1(intern!(py, "set_result"), (object,)),
                    Err(error) => future.call_method1(intern!(py, "set_exception"), (error,)),
                };
                match delivered {
                    // Its task may have been cancelled, or its event loop closed. What a signal handler raises is no such error.
                    Err(error) if error.is_instance_of::<PyException>(py) && future.call_method0(intern!(py, "done"))?.is_truthy()? => {
                        Ok(())
                    }
                    delivered => delivered.map(drop),
                }
            }
            Ready::Bytes { reader, bytes } => reader.call_method1(py, intern!(py, "feed_data"), (PyBytes::new(py, &bytes),)).map(drop),
            Ready::Ended { reader, error } => {
                reader.call_method1(py, intern!(py, "set_exception"), (library_error(py, &error)?,)).map(drop)
            }
        }
    }
}

/// Makes all deliveries, also if one fails. Returns the first failure.
fn deliver_all(deliveries: impl Iterator<Item = PyResult<()>>) -> PyResult<()> {
    let mut outcome = Ok(());
    for delivery in deliveries {
        outcome = outcome.and(delivery);
    }
    outcome
}

impl Loop {
    pub(crate) fn new(py: Python<'_>, cluster: Py<Cluster>) -> PyResult<Loop> {
        let handle = cluster.get().handle(py)?;
        let client = ClientLoop::open(Handle::clone(&handle), start_thread).map_err(|error| raised(py, &error))?;
        let fd = client.fd().as_raw_fd();
        let open = Open { client, waiting: HashMap::new(), last_tag: 0, users: 1 };
        Ok(Loop {
            cluster,
            fd,
            process: std::process::id(),
            handle: 0,
            is_closed: AtomicBool::new(false),
            open: Arc::new(Mutex::new(Some(open))),
        })
    }

    /// Uses the loop for its handle. `work` runs no code of Python, which could use the loop too.
    fn with<R>(&self, py: Python<'_>, work: impl FnOnce(&mut Open) -> Result<R, Error>) -> PyResult<R> {
        self.with_shared(py, |open| {
            if self.is_closed.load(Acquire) {
                return Err(is_closed());
            }
            open.client.select(self.handle)?;
            work(open)
        })
    }

    /// Uses what it shares with other loops.
    fn with_shared<R>(&self, py: Python<'_>, work: impl FnOnce(&mut Open) -> Result<R, Error>) -> PyResult<R> {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut open = match self.open.try_lock() {
                Ok(open) => open,
                Err(TryLockError::Poisoned(open)) => open.into_inner(),
                Err(TryLockError::WouldBlock) => return Err(Error::new(Code::Request, "another thread uses the loop")),
            };
            let open = open.as_mut().ok_or_else(is_closed)?;
            open.client.check_process()?;
            work(open)
        }));
        outcome.unwrap_or_else(|panic| Err(Error::from_panic(panic))).map_err(|error| raised(py, &error))
    }

    /// Begins a request of the loop, whose outcome is for the future.
    fn begin(&self, future: &Bound<'_, PyAny>, form: Form, begin: impl FnOnce(&mut ClientLoop, u64) -> Result<(), Error>) -> PyResult<u64> {
        self.with(future.py(), |open| {
            let tag = open.next_tag();
            begin(&mut open.client, tag)?;
            let waiting = Waiting::Future { future: future.clone().unbind(), form };
            open.waiting.insert(tag, Waiter { handle: self.handle, waiting });
            Ok(tag)
        })
    }

    /// Begins a call of the cluster.
    fn call(
        &self,
        future: &Bound<'_, PyAny>,
        form: Form,
        call: impl FnOnce(&Handle) -> Result<Reply, Error> + Send + 'static,
    ) -> PyResult<u64> {
        self.begin(future, form, |client, tag| client.call(call, tag))
    }
}

impl Loop {
    /// Takes what this loop has begun, and the whole loop if it was the last user.
    fn release(&self) -> (Vec<(u64, Waiting)>, Option<Open>) {
        if self.is_closed.swap(true, AcqRel) {
            return (Vec::new(), None);
        }
        // Another thread that uses the loop is a mistake of the program. The last reference frees the loop then.
        let Ok(mut shared) = self.open.try_lock() else { return (Vec::new(), None) };
        let Some(open) = shared.as_mut() else { return (Vec::new(), None) };
        let waiting = open.take_waiting(self.handle);
        open.users -= 1;
        if open.users == 0 {
            return (waiting, shared.take());
        }
        if open.client.check_process().is_ok() {
            waiting.iter().for_each(|(tag, _)| _ = open.client.cancel(*tag));
            open.client.remove_handle(self.handle);
        }
        (waiting, None)
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        drop(self.release());
    }
}

#[cold]
fn is_closed() -> Error {
    Error::new(Code::Request, "the loop is closed; open another one")
}

#[pymethods]
impl Loop {
    /// Returns a loop for a handle that shares the connections of this loop's, such as one of `with_deadline`. It is closed on its own.
    fn derive(&self, py: Python<'_>, cluster: Py<Cluster>) -> PyResult<Loop> {
        let handle = cluster.get().handle(py)?;
        let number = self.with_shared(py, |open| {
            let number = open.client.add_handle(&handle)?;
            open.users += 1;
            Ok(number)
        })?;
        Ok(Loop { cluster, fd: self.fd, process: self.process, handle: number, is_closed: AtomicBool::new(false), open: self.open.clone() })
    }

    /// Returns the descriptor to wait for. It belongs to the loop.
    fn fileno(&self) -> i32 {
        self.fd
    }

    /// Whether `close` was called.
    #[getter]
    fn is_closed(&self) -> bool {
        self.is_closed.load(Acquire)
    }

    /// Begins one command, a tuple of arguments, and returns its tag, for `cancel`. `decode` is used in place of `decode_responses`.
    #[pyo3(signature = (args, future, decode = None))]
    fn submit(&self, args: &Bound<'_, PyTuple>, future: &Bound<'_, PyAny>, decode: Option<bool>) -> PyResult<u64> {
        let held = hold(args, &self.cluster.get().codec)?;
        let request = pack(&slices(&held));
        self.begin(future, Form::Reply { decode }, |client, tag| client.submit(&request, tag))
    }

    /// Begins many commands, each a tuple of arguments, which run in order. The result is a list as that of `Cluster.execute_many`.
    /// The replies at the positions `raw` are not decoded.
    fn submit_many(&self, commands: &Bound<'_, PyList>, raw: Option<HashSet<usize>>, future: &Bound<'_, PyAny>) -> PyResult<u64> {
        let request = pack_all(commands, &self.cluster.get().codec)?;
        self.begin(future, Form::Replies { raw }, |client, tag| client.submit_many(&request, tag))
    }

    /// Begins many commands, each a tuple of arguments, in a transaction. The result is a list of the replies to MULTI, to each command, and to EXEC.
    /// Returns None, and begins nothing, if a session has to run it: its keys are not on one node, or a command concerns the state of a connection.
    fn submit_transaction(&self, commands: &Bound<'_, PyList>, future: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        let request = pack_all(commands, &self.cluster.get().codec)?;
        self.with(future.py(), |open| {
            let tag = open.next_tag();
            if !open.client.submit_transaction(&request, tag)? {
                return Ok(None);
            }
            let waiting = Waiting::Future { future: future.clone().unbind(), form: Form::Replies { raw: None } };
            open.waiting.insert(tag, Waiter { handle: self.handle, waiting });
            Ok(Some(tag))
        })
    }

    /// Begins `Cluster.each`.
    fn each(&self, args: &Bound<'_, PyTuple>, nodes: &str, future: &Bound<'_, PyAny>) -> PyResult<u64> {
        let (nodes, request) = (node_set(nodes)?, self.cluster.get().request(args)?);
        self.call(future, Form::ByAlias, move |handle| handle.each_on(nodes, &request))
    }

    /// Begins `Cluster.explain`.
    fn explain(&self, args: &Bound<'_, PyTuple>, future: &Bound<'_, PyAny>) -> PyResult<u64> {
        let request = self.cluster.get().request(args)?;
        self.call(future, Form::Report, move |handle| handle.explain(&request))
    }

    /// Begins `Cluster.node_list`.
    fn node_list(&self, discover: bool, future: &Bound<'_, PyAny>) -> PyResult<u64> {
        self.call(future, Form::Report, move |handle| Ok(handle.node_list(discover)))
    }

    /// Begins `Cluster.recover`.
    fn recover(&self, min_age: f64, future: &Bound<'_, PyAny>) -> PyResult<u64> {
        let min_age = age(min_age)?;
        self.call(future, Form::Report, move |handle| handle.recover(min_age))
    }

    /// Begins `Cluster.recover_to`.
    fn recover_to(&self, hidden_key: &Bound<'_, PyAny>, key: &Bound<'_, PyAny>, future: &Bound<'_, PyAny>) -> PyResult<u64> {
        let codec = &self.cluster.get().codec;
        let (hidden_key, key) = (Held::new(hidden_key, codec)?.bytes().to_vec(), Held::new(key, codec)?.bytes().to_vec());
        self.call(future, Form::Report, move |handle| handle.recover_to(&hidden_key, &key))
    }

    /// Begins a session and returns its tag, for `write` and `cancel`. The reader is an `asyncio.StreamReader` or has its methods `feed_data`,
    /// `feed_eof` and `set_exception`.
    fn session(&self, reader: &Bound<'_, PyAny>) -> PyResult<u64> {
        self.with(reader.py(), |open| {
            let tag = open.next_tag();
            let waiting = Waiting::Session { reader: reader.clone().unbind() };
            open.waiting.insert(tag, Waiter { handle: self.handle, waiting });
            Ok(tag)
        })
    }

    /// Runs commands, as RESP, in a session, after those that were written before.
    fn write(&self, tag: u64, request: &Bound<'_, PyBytes>) -> PyResult<()> {
        self.with(request.py(), |open| match open.waiting.get(&tag).map(|waiter| &waiter.waiting) {
            Some(Waiting::Session { .. }) => open.client.run_session(request.as_bytes(), tag),
            _ => Err(Error::new(Code::Io, "the session has ended; begin another one")),
        })
    }

    /// Ends a call or a session: nothing follows. Returns whether there was one.
    fn cancel(&self, py: Python<'_>, tag: u64) -> PyResult<bool> {
        let waiter = self.with(py, |open| {
            open.client.cancel(tag);
            Ok(open.waiting.remove(&tag))
        })?;
        Ok(waiter.is_some())
    }

    /// Sends what was begun and takes what has arrived. Returns after how many seconds to call it again at the latest; None is without limit.
    fn process(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        let (ready, timeout) = self.with_shared(py, |open| {
            open.client.process()?;
            let ready = open.take_ready(py);
            Ok((ready, open.client.timeout()))
        })?;
        deliver_all(ready.into_iter().map(|ready| ready.deliver(py, self.cluster.get())))?;
        Ok(timeout.map(|timeout| timeout.as_secs_f64()))
    }

    /// Closes the loop, and its connections if no loop shares them. The calls in flight fail, and sessions end. Later calls fail.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let is_child = std::process::id() != self.process;
        let (waiting, open) = self.release();
        drop(open);
        if is_child {
            return Ok(());
        }
        let deliveries = waiting.into_iter().map(|(_, waiting)| match waiting {
            Waiting::Future { future, form } => {
                let outcome = Err(Error::new(Code::Io, "the client was closed; the command may have been executed").maybe_executed());
                Ready::Future { future, form, outcome }.deliver(py, self.cluster.get())
            }
            Waiting::Session { reader } => reader.call_method0(py, intern!(py, "feed_eof")).map(drop),
        });
        deliver_all(deliveries)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.cluster)?;
        let Ok(open) = self.open.try_lock() else { return Ok(()) };
        // What other loops have begun is theirs: each reference is visited once.
        for waiter in open.iter().flat_map(|open| open.waiting.values()).filter(|waiter| waiter.handle == self.handle) {
            match &waiter.waiting {
                Waiting::Future { future, .. } => visit.call(future)?,
                Waiting::Session { reader } => visit.call(reader)?,
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        drop(self.release());
    }
}
