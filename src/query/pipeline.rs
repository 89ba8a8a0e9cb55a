//! Several commands in one call.

use crate::cluster::Cluster;
use crate::error::Error;
use crate::query::from_value::{FromValue, is_nil};
use crate::query::to_args::{ArgWriter, ToArgs};
use crate::resp::{Reply, Value, pack, pack_into};
use crate::session::{Session, SharedSession};

/// Commands that are sent together. [`pipeline`] makes one.
///
/// ```no_run
/// # use rediscluster::{Cluster, Error, pipeline};
/// # fn example(cluster: &Cluster) -> Result<(), Error> {
/// let ((), visits, name): ((), i64, Option<String>) =
///     pipeline().add(("SET", "a", 1)).add(("INCR", "visits")).add(("GET", "name")).run(cluster)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Pipeline {
    request: Vec<u8>,
    commands: usize,
    is_atomic: bool,
}

/// What a [`Pipeline`] runs on: `&Cluster`, `&mut Session` or `&SharedSession`.
pub trait PipelineTarget: sealed::Sealed {
    /// Runs the commands of a request. `needs_session`: it has MULTI.
    #[doc(hidden)]
    fn run_request(self, request: &[u8], needs_session: bool) -> Result<Reply, Error>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for &crate::cluster::Cluster {}
    impl Sealed for &mut crate::session::Session {}
    impl Sealed for &crate::session::SharedSession {}
}

/// Makes a pipeline without commands.
pub fn pipeline() -> Pipeline {
    Pipeline::default()
}

impl Pipeline {
    /// Adds a command.
    pub fn add(&mut self, command: impl ToArgs) -> &mut Pipeline {
        pack_into(&mut self.request, &ArgWriter::of(&command).slices());
        self.commands += 1;
        self
    }

    /// Makes the commands a transaction, `MULTI` … `EXEC`. Their keys must be on one node, unless the configuration says `transactions: per_node`.
    ///
    /// If a watched key has changed, the transaction is not executed: [`Pipeline::run`] returns `None` for an `Option`, else an error.
    pub fn atomic(&mut self) -> &mut Pipeline {
        self.is_atomic = true;
        self
    }

    /// Runs the commands and converts the array of their replies, in their order: to a tuple with one type per command, or to a `Vec`. The type `()`
    /// is for replies that are not needed.
    ///
    /// The pipeline keeps its commands, and can run again.
    ///
    /// # Errors
    ///
    /// The call failed, or one of the commands did: this is the error of the first one. The others were executed all the same, except in a
    /// transaction that the server refused. Convert to `Result<T, Error>` where single commands may fail.
    pub fn run<T: FromValue>(&self, target: impl PipelineTarget) -> Result<T, Error> {
        let (request, is_atomic) = self.request();
        self.convert(target.run_request(&request, is_atomic)?)
    }

    /// The request, and whether it has MULTI.
    pub(crate) fn request(&self) -> (Vec<u8>, bool) {
        let whole = [&pack(&[b"MULTI"]), &self.request[..], &pack(&[b"EXEC"])];
        (if self.is_atomic { whole.concat() } else { self.request.clone() }, self.is_atomic)
    }

    /// Converts the replies to the request.
    pub(crate) fn convert<T: FromValue>(&self, replies: Reply) -> Result<T, Error> {
        if !self.is_atomic {
            return replies.convert();
        }
        let exec = replies.element(0, self.commands + 1).unwrap_or_default();
        if matches!(replies.value(exec), Some(Value::Error(text)) if text.starts_with(b"EXECABORT")) {
            let queued = (0..=self.commands).filter_map(|nth| replies.element(0, nth));
            if let Some(error) = queued.filter_map(|index| replies.error(index)).next() {
                return Err(error);
            }
        }
        let reply = replies.extract(exec);
        if is_nil(reply.root()) { T::from_unexecuted() } else { reply.convert() }
    }
}

impl PipelineTarget for &Cluster {
    fn run_request(self, request: &[u8], needs_session: bool) -> Result<Reply, Error> {
        if needs_session { self.session().execute(request) } else { self.execute(request) }
    }
}

impl PipelineTarget for &mut Session {
    fn run_request(self, request: &[u8], _: bool) -> Result<Reply, Error> {
        self.execute(request)
    }
}

impl PipelineTarget for &SharedSession {
    fn run_request(self, request: &[u8], _: bool) -> Result<Reply, Error> {
        self.execute(request)
    }
}
