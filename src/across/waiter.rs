//! placeholder
use super::Job;
use super::stop::Outcome;
use std::time::Instant;
pub(super) struct Waiter;
impl Waiter {
    pub(super) fn new(_: &Job, _: &[(usize, &[u8])]) -> Outcome<Waiter> {
        Ok(Waiter)
    }
    pub(super) fn wait(&mut self, deadline: Option<Instant>) -> Outcome<bool> {
        std::thread::sleep(std::time::Duration::from_millis(1));
        Ok(deadline.is_none_or(|d| Instant::now() < d))
    }
}
pub(super) fn deadline(arg: &[u8]) -> Option<Option<Instant>> {
    let t: f64 = std::str::from_utf8(arg).ok()?.parse().ok()?;
    if t == 0.0 {
        Some(None)
    } else if t < 0.0 {
        None
    } else {
        Some(Some(Instant::now() + std::time::Duration::from_secs_f64(t)))
    }
}
