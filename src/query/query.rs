//! One command with Rust values, on a handle or on a session.

use crate::cluster::Cluster;
use crate::error::{Code, Error, Origin};
use crate::query::from_value::FromValue;
use crate::query::to_args::{ArgWriter, ToArgs};
use crate::resp::{Kind, Reply, ReplyData};
use crate::session::{Session, SharedSession};

impl Cluster {
    /// Runs one command and converts its reply.
    ///
    /// ```no_run
    /// # use rediscluster::{Cluster, Code, Error};
    /// # use std::collections::HashMap;
    /// # fn example(cluster: &Cluster) -> Result<(), Error> {
    /// cluster.query::<()>(("SET", "counter", 41))?;
    /// let number: i64 = cluster.query(("INCR", "counter"))?;
    /// let user: HashMap<String, String> = cluster.query(("HGETALL", "user:1"))?;
    /// match cluster.query::<Option<String>>(("GET", "user:1")) {
    ///     Err(error) if error.code() == Code::Server => println!("{}", error.message()), // WRONGTYPE …
    ///     value => println!("{:?}", value?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::command`]; the server replied with an error ([`Code::Server`]); or the reply is not a `T` ([`Code::Argument`], see
    /// [`FromValue`]).
    pub fn query<T: FromValue>(&self, args: impl ToArgs) -> Result<T, Error> {
        query(&args, |args| self.command(args))
    }
}

impl Session {
    /// Runs one command and converts its reply; see [`Cluster::query`].
    pub fn query<T: FromValue>(&mut self, args: impl ToArgs) -> Result<T, Error> {
        query(&args, |args| self.command(args))
    }
}

impl SharedSession {
    /// Runs one command and converts its reply; see [`Cluster::query`].
    pub fn query<T: FromValue>(&self, args: impl ToArgs) -> Result<T, Error> {
        query(&args, |args| self.command(args))
    }
}

fn query<T: FromValue>(args: &impl ToArgs, run: impl FnOnce(&[&[u8]]) -> Result<Reply, Error>) -> Result<T, Error> {
    let args = ArgWriter::of(args);
    let slices = args.slices();
    convert_reply(&run(&slices)?, slices.first().copied().unwrap_or_default())
}

/// Converts the reply to the command with this name.
pub(crate) fn convert_reply<T: FromValue>(reply: &Reply, name: &[u8]) -> Result<T, Error> {
    reply.convert().map_err(|error| match error.code() {
        Code::Argument => error.with_prefix(&format!("{}: ", String::from_utf8_lossy(name).to_ascii_uppercase())),
        _ => error,
    })
}

impl ReplyData {
    /// Converts the reply, such as a message of a subscription.
    ///
    /// # Errors
    ///
    /// Those of [`FromValue`].
    pub fn convert<T: FromValue>(&self) -> Result<T, Error> {
        match self.error(0) {
            Some(error) => Err(error),
            None => T::from_reply(self).map_err(|error| self.with_known_origin(error)),
        }
    }

    /// Adds to the error of an error reply inside the reply where it comes from, if that is the same for all errors with this text.
    fn with_known_origin(&self, error: Error) -> Error {
        let Some(text) = error.refusal() else { return error };
        let entries = self.entries().iter().enumerate().filter(|(_, entry)| entry.kind() == Kind::Error && self.entry_bytes(entry) == text);
        let mut origins = entries.map(|(at, _)| self.origin(at));
        let first: Option<Origin> = origins.next().flatten().cloned();
        match first {
            Some(first) if origins.all(|other| other == Some(&first)) => error.with_origin(first),
            _ => error,
        }
    }
}
