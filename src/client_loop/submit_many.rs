//! Requests of many commands, and transactions.

use crate::client_loop::client_loop::{ClientLoop, Done, Source, caught, check_syntax};
use crate::client_loop::pipelines::Step;
use crate::client_loop::requests::Id;
use crate::error::{Code, Error};
use crate::resp::Reply;

impl ClientLoop {
    /// Begins a request of many commands, as RESP, which run in order, as [`Cluster::execute`] runs them. The reply is an array with one reply per
    /// command; a command that fails is a [`Value::Failure`](crate::Value::Failure) in its place.
    ///
    /// # Errors
    ///
    /// It is not RESP, the tag is in use, too many requests are in flight, or the system has no more threads.
    pub fn submit_many(&mut self, request: &[u8], tag: u64) -> Result<(), Error> {
        check_syntax(request)?;
        let id = self.begin(tag)?;
        self.look_at_clock();
        let handle = self.handles.current();
        let step = self.pipelines.begin(id, &handle.cluster, handle.number, request, &mut self.events);
        self.send();
        match step.and_then(|step| self.advance_pipeline(step)) {
            Some((id, Err(error))) => {
                self.requests.end(id);
                Err(error)
            }
            Some((id, outcome)) => {
                self.ready.push_back((Source::Request(id), outcome));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Begins commands, as RESP, which run in a transaction. The reply is an array: the replies to MULTI, to each command and to EXEC. Returns false,
    /// and begins nothing, if a session has to run the transaction: its keys are not on one server, or its commands concern the state of a session.
    ///
    /// # Errors
    ///
    /// It is not RESP, the tag is in use, or too many requests are in flight.
    pub fn submit_transaction(&mut self, request: &[u8], tag: u64) -> Result<bool, Error> {
        check_syntax(request)?;
        let id = self.begin(tag)?;
        self.look_at_clock();
        let handle = self.handles.current();
        let begun = self.pipelines.begin_transaction(id, (&handle.cluster, handle.number), request, &mut self.events);
        if !matches!(begun, Ok(true)) {
            self.requests.end(id);
        }
        begun
    }

    /// Goes on with a pipeline. Returns its outcome if it has ended.
    pub(super) fn advance_pipeline(&mut self, step: Step) -> Option<(Id, Result<Reply, Error>)> {
        let (number, request, in_session) = match step {
            Step::Ended(id, outcome) => return Some((id, outcome)),
            Step::Request(number, request) => (number, request, false),
            Step::Session(number, request) => (number, request, true),
        };
        let pipeline = self.pipelines.get(number)?;
        let (id, cluster, results) = (pipeline.id, pipeline.cluster.clone(), self.results.clone());
        if !self.requests.is_wanted(id) {
            self.pipelines.remove(number);
            return Some((id, Err(Error::new(Code::Timeout, "the pipeline was cancelled"))));
        }
        let execute = move || if in_session { cluster.session().execute(&request) } else { cluster.execute(&request) };
        let outcome = self.workers.run(Box::new(move || results.push(Done::Pipeline(number, caught(execute)))));
        let error = outcome.err()?;
        self.pipelines.remove(number);
        Some((id, Err(error)))
    }
}
