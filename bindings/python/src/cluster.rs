//! The handle on all servers.

use crate::arguments::{Held, hold, pack_all, slices};
use crate::client_loop::Loop;
use crate::codec::Codec;
use crate::errors::{data_error, raised};
use crate::form::{Form, replies};
use crate::pipeline::Pipeline;
use crate::reply::{Texts, convert_or_raise};
use crate::session::Session;
use crate::wait::wait;
use arc_swap::ArcSwapOption;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use rediscluster::{Cluster as Handle, Code, Config, Error, Interrupt, Nodes, Read, Reply, pack};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// A handle on the servers of a configuration, which makes them behave like one server.
///
/// `config` is a dict, or JSON as str or bytes; the README of rediscluster describes it. Opening connects to no server. `decode_responses`,
/// `encoding` and `encoding_errors` have the meaning of redis-py. With `shared`, all handles of the process with an equal configuration share
/// their connections, which stay open until the process ends.
///
/// Threads: any number may use it at once. Fork: parent and child may both use it; each process makes connections of its own.
#[pyclass(module = "rediscluster._core", frozen, weakref)]
pub(crate) struct Cluster {
    /// `None` after `close`. Not behind a lock, which another thread could hold at a fork.
    handle: ArcSwapOption<Handle>,
    pub(crate) codec: Codec,
    /// Of a handle of `with_interrupt`.
    interrupt: Option<Interrupt>,
}

impl Cluster {
    pub(crate) fn handle(&self, py: Python<'_>) -> PyResult<Arc<Handle>> {
        self.handle.load_full().ok_or_else(|| raised(py, &Error::new(Code::Request, "the cluster is closed; open a new one")))
    }

    /// Packs one command.
    pub(crate) fn request(&self, args: &Bound<'_, PyTuple>) -> PyResult<Vec<u8>> {
        if args.is_empty() {
            return Err(data_error(args.py(), "tuple", "A command has at least a name."));
        }
        Ok(pack(&slices(&hold(args, &self.codec)?)))
    }

    /// Runs packed commands; see `execute_many`.
    pub(crate) fn execute_packed<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        raw: Option<&HashSet<usize>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let handle = self.handle(py)?;
        let reply = wait(py, || handle.execute(request))?;
        replies(py, &reply, &self.codec, raw)
    }

    /// Runs a call of the library and converts its reply.
    fn run<'py>(
        &self,
        py: Python<'py>,
        form: &Form,
        call: impl FnOnce(&Handle) -> Result<Reply, Error> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        let handle = self.handle(py)?;
        let reply = wait(py, || call(&handle))?;
        form.convert(py, &reply, &self.codec)
    }

    /// A handle that shares the connections of this one.
    fn derived(&self, py: Python<'_>, derive: impl FnOnce(&Handle) -> Handle) -> PyResult<Cluster> {
        let handle = Arc::new(derive(&*self.handle(py)?));
        let codec = Codec { encoding: self.codec.encoding.clone(), errors: self.codec.errors.clone(), ..self.codec };
        Ok(Cluster { handle: ArcSwapOption::new(Some(handle)), codec, interrupt: None })
    }
}

#[pymethods]
impl Cluster {
    #[new]
    #[pyo3(signature = (config, *, decode_responses = false, encoding = "utf-8", encoding_errors = "strict", shared = false))]
    fn new(config: &Bound<'_, PyAny>, decode_responses: bool, encoding: &str, encoding_errors: &str, shared: bool) -> PyResult<Cluster> {
        let py = config.py();
        let config = Config::from_json(&json(config)?).map_err(|error| raised(py, &error))?;
        let handle = Arc::new(if shared { Handle::open_shared(config) } else { Handle::open(config) });
        let codec = Codec::new(encoding, encoding_errors, decode_responses)?;
        Ok(Cluster { handle: ArcSwapOption::new(Some(handle)), codec, interrupt: None })
    }

    /// Runs one command and returns its reply. An error reply of a server is raised.
    #[pyo3(signature = (*args))]
    fn execute<'py>(&self, py: Python<'py>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, args, None)
    }

    /// `execute` with a tuple of arguments. `decode` is used in place of `decode_responses`.
    #[pyo3(signature = (args, decode = None))]
    fn call<'py>(&self, py: Python<'py>, args: &Bound<'py, PyTuple>, decode: Option<bool>) -> PyResult<Bound<'py, PyAny>> {
        let held = hold(args, &self.codec)?;
        let slices = slices(&held);
        let handle = self.handle(py)?;
        let reply = wait(py, || handle.command(&slices))?;
        convert_or_raise(py, &reply, Texts::new(&self.codec, decode))
    }

    /// Runs many commands, each a tuple of arguments, in order, and returns a list of their replies. A command that failed has an exception
    /// object in its place. The replies at the positions `raw` are not decoded.
    #[pyo3(signature = (commands, raw = None))]
    fn execute_many<'py>(
        &self,
        py: Python<'py>,
        commands: &Bound<'py, PyList>,
        raw: Option<HashSet<usize>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let request = pack_all(commands, &self.codec)?;
        self.execute_packed(py, &request, raw.as_ref())
    }

    /// Returns an empty pipeline.
    fn pipeline(slf: Py<Self>) -> Pipeline {
        Pipeline::new(slf)
    }

    /// Runs a command on every server and returns a dict from alias to reply. `nodes` is "masters", "replicas" or "all". A server that failed
    /// has an exception object in place of its reply. A server with several aliases runs the command once. Hash tags are not stripped.
    #[pyo3(signature = (*args, nodes = "masters"))]
    fn each<'py>(&self, py: Python<'py>, args: &Bound<'py, PyTuple>, nodes: &str) -> PyResult<Bound<'py, PyAny>> {
        let (nodes, request) = (node_set(nodes)?, self.request(args)?);
        self.run(py, &Form::ByAlias, |handle| handle.each_on(nodes, &request))
    }

    /// Reports what a command would do, without running it, as a dict: command, strategy, atomic, round_trips, nodes, keys, served_by,
    /// steps, others_see, meanwhile, when_it_fails, reason.
    #[pyo3(signature = (*args))]
    fn explain<'py>(&self, py: Python<'py>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let request = self.request(args)?;
        self.run(py, &Form::Report, |handle| handle.explain(&request))
    }

    /// Returns the master of a key as a dict: alias, host, port, unix, key (as it is stored). No server is asked.
    fn node_for<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let key = Held::new(key, &self.codec)?;
        let reply = self.handle(py)?.node_for(key.bytes()).map_err(|error| raised(py, &error))?;
        convert_or_raise(py, &reply, Texts::Report)
    }

    /// Returns all masters and replicas as a dict from alias to a dict: role, master, host, port, unix, db, server, replicas. With `discover`
    /// the masters are first asked for their replicas.
    #[pyo3(signature = (discover = false))]
    fn node_list<'py>(&self, py: Python<'py>, discover: bool) -> PyResult<Bound<'py, PyAny>> {
        self.run(py, &Form::Report, |handle| Ok(handle.node_list(discover)))
    }

    /// Returns what this process has done so far, as a dict from alias (masters and known replicas) to a dict: role, master, address, refusal,
    /// breaker, unavailable_ms, reason, connections, commands, retries, bytes_sent, bytes_received, errors, latency_us. No server is asked.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.run(py, &Form::Report, |handle| Ok(handle.stats()))
    }

    /// Completes or undoes moves between nodes that were interrupted more than `min_age` seconds ago. Returns a list with a dict for each
    /// value found: node, key, command, source, destination, age (milliseconds), outcome, reason.
    #[pyo3(signature = (min_age = 60.0))]
    fn recover<'py>(&self, py: Python<'py>, min_age: f64) -> PyResult<Bound<'py, PyAny>> {
        let min_age = age(min_age)?;
        self.run(py, &Form::Report, |handle| handle.recover(min_age))
    }

    /// Moves a value that `recover` reports as waiting, in the hidden key `hidden_key`, to `key`, which must not exist.
    fn recover_to<'py>(&self, py: Python<'py>, hidden_key: &Bound<'py, PyAny>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (hidden_key, key) = (Held::new(hidden_key, &self.codec)?, Held::new(key, &self.codec)?);
        let (hidden_bytes, bytes) = (hidden_key.bytes(), key.bytes());
        self.run(py, &Form::Report, |handle| handle.recover_to(hidden_bytes, bytes))
    }

    /// Returns a handle that shares the connections of this one and sends reads to "master", "replica", "any" or "nearest".
    fn with_read(&self, py: Python<'_>, read: &str) -> PyResult<Cluster> {
        let Some(read) = Read::from_name(read) else {
            let text = format!("read is {read:?}; it must be \"master\", \"replica\", \"any\" or \"nearest\"");
            return Err(PyValueError::new_err(text));
        };
        self.derived(py, |handle| handle.with_read(read))
    }

    /// Returns a handle that shares the connections of this one, and each call of which ends after `seconds` at the latest, with all of its
    /// rounds and retries, with a TimeoutError. None is without limit, whatever the configuration says.
    fn with_deadline(&self, py: Python<'_>, seconds: Option<f64>) -> PyResult<Cluster> {
        let limit = seconds.map(Duration::try_from_secs_f64).transpose();
        let limit = limit.map_err(|error| PyValueError::new_err(format!("deadline: {error}")))?;
        self.derived(py, |handle| handle.with_deadline(limit))
    }

    /// Returns a handle that shares the connections of this one. With `partial`, commands that are split by their keys (MGET, EXISTS, DEL, MSET
    /// and their kind) may fail for single keys: if a node fails, the reply is a list with the result of each key, and an exception object for
    /// each key of that node.
    fn with_partial(&self, py: Python<'_>, partial: bool) -> PyResult<Cluster> {
        self.derived(py, |handle| handle.with_partial(partial))
    }

    /// Returns a handle that shares the connections of this one, and says whether its reads see its own writes. After a command that may write to a
    /// node, its reads of this node go to the master, until a replica is known to have everything that was acknowledged before that command ended.
    /// The writes of other handles do not count; handles that are derived from it share its memory.
    fn with_read_your_writes(&self, py: Python<'_>, read_your_writes: bool) -> PyResult<Cluster> {
        self.derived(py, |handle| handle.with_read_your_writes(read_your_writes))
    }

    /// Returns a handle that shares the connections of this one, and whose calls in progress, and all later ones, `interrupt` ends.
    fn with_interrupt(&self, py: Python<'_>) -> PyResult<Cluster> {
        let (handle, interrupt) = self.handle(py)?.with_interrupt();
        Ok(Cluster { interrupt: Some(interrupt), ..self.derived(py, |_| handle)? })
    }

    /// Ends the calls that are in progress on a handle of `with_interrupt`, and on handles that were made from it, with a TimeoutError that says
    /// whether the command may have been executed. All later calls on them fail too. Any thread may call it, also a signal handler. On other
    /// handles, and in a forked child, it does nothing. `Session.interrupt` ends the calls of a session.
    fn interrupt(&self) {
        self.interrupt.iter().for_each(Interrupt::interrupt);
    }

    /// Opens a loop, for a program with an event loop.
    fn open_loop(slf: Py<Self>, py: Python<'_>) -> PyResult<Loop> {
        Loop::new(py, slf)
    }

    /// Makes a session: one client with state, such as MULTI, WATCH, SELECT and SUBSCRIBE.
    fn session(slf: Py<Self>, py: Python<'_>) -> PyResult<Session> {
        let session = slf.get().handle(py)?.session();
        Ok(Session::new(slf, session))
    }

    /// Closes the handle. Its connections are closed with the last handle, session or call that uses them. Later calls fail.
    fn close(&self, py: Python<'_>) {
        let handle = self.handle.swap(None);
        py.detach(|| drop(handle));
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) {
        self.close(py);
    }
}

/// The servers that `each` runs a command on.
pub(crate) fn node_set(name: &str) -> PyResult<Nodes> {
    match name {
        "masters" => Ok(Nodes::Masters),
        "replicas" => Ok(Nodes::Replicas),
        "all" => Ok(Nodes::All),
        _ => Err(PyValueError::new_err(format!("nodes is {name:?}; it must be \"masters\", \"replicas\" or \"all\""))),
    }
}

/// The smallest age of a move, in seconds, that `recover` completes.
pub(crate) fn age(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|error| PyValueError::new_err(format!("min_age: {error}")))
}

/// The JSON of a configuration.
fn json(config: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = config.cast::<PyString>() {
        return Ok(text.to_str()?.into());
    }
    if let Ok(bytes) = config.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let text = config.py().import("json")?.call_method1("dumps", (config,))?;
    Ok(text.cast::<PyString>()?.to_str()?.into())
}
