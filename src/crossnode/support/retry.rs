//! How long a command goes on that others get in the way of.

use std::time::{Duration, Instant};

/// So often at least, however long that takes.
const LEAST: usize = 100;
/// So long at least, however often that is: where many change a key all the time, a hundred attempts are made within a moment.
const LONG: Duration = Duration::from_secs(5);

pub(crate) struct Retry {
    made: usize,
    begin: Instant,
}

impl Retry {
    pub(crate) fn new() -> Retry {
        Retry { made: 0, begin: Instant::now() }
    }

    /// Whether there is to be another one.
    pub(crate) fn go_on(&mut self) -> bool {
        let go_on = self.made < LEAST || self.begin.elapsed() < LONG;
        self.made += usize::from(go_on);
        go_on
    }

    /// How many there were.
    pub(crate) fn made(&self) -> usize {
        self.made
    }
}
