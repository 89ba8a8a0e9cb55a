//! Iterators over the SCAN family.

use crate::cluster::Cluster;
use crate::error::Error;
use crate::query::from_value::FromValue;
use crate::query::to_args::{ArgWriter, ToArgs};
use std::vec::IntoIter;

/// The results of SCAN, HSCAN, SSCAN or ZSCAN. After an error it ends.
pub struct Scan<'a, T> {
    cluster: &'a Cluster,
    /// The arguments before the cursor.
    command: ArgWriter,
    /// `None`: the scan has ended.
    cursor: Option<Vec<u8>>,
    /// The arguments after the cursor.
    options: ArgWriter,
    batch: IntoIter<T>,
}

impl Cluster {
    /// Iterates over the keys of all nodes with SCAN, as the type `T`. `options` are the arguments after the cursor; `()`: none.
    ///
    /// ```no_run
    /// # use rediscluster::{Cluster, Error};
    /// # fn example(cluster: &Cluster) -> Result<(), Error> {
    /// for key in cluster.scan::<String>(("MATCH", "user:*", "COUNT", 1000)) {
    ///     println!("{}", key?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan<T: FromValue>(&self, options: impl ToArgs) -> Scan<'_, T> {
        self.scan_with("SCAN", options)
    }

    /// Iterates over the elements of a key with HSCAN, SSCAN or ZSCAN: `scan_key::<(String, f64)>("ZSCAN", "scores", ())`.
    pub fn scan_key<T: FromValue>(&self, command: &str, key: impl ToArgs, options: impl ToArgs) -> Scan<'_, T> {
        self.scan_with((command, key), options)
    }

    fn scan_with<T: FromValue>(&self, command: impl ToArgs, options: impl ToArgs) -> Scan<'_, T> {
        let (command, options) = (ArgWriter::of(&command), ArgWriter::of(&options));
        Scan { cluster: self, command, cursor: Some(b"0".to_vec()), options, batch: Vec::new().into_iter() }
    }
}

impl<T: FromValue> Scan<'_, T> {
    fn next_batch(&mut self, cursor: &[u8]) -> Result<(), Error> {
        let args = [&self.command.slices()[..], &[cursor], &self.options.slices()[..]].concat();
        let (next, batch): (Vec<u8>, Vec<T>) = self.cluster.command(&args)?.convert()?;
        self.batch = batch.into_iter();
        self.cursor = (next != b"0").then_some(next);
        Ok(())
    }
}

impl<T: FromValue> Iterator for Scan<'_, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Result<T, Error>> {
        loop {
            if let Some(value) = self.batch.next() {
                return Some(Ok(value));
            }
            let cursor = self.cursor.take()?;
            if let Err(error) = self.next_batch(&cursor) {
                return Some(Err(error));
            }
        }
    }
}
