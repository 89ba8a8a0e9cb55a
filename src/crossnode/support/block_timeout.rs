//! How long a command may block, as the server reads it.

use crate::crossnode::support::outcome::{Abort, Outcome};
use std::time::{Duration, Instant};

/// Until when a command may block whose timeout is in seconds, as the server reads it: `None` for ever. What that would refuse is refused in
/// its words.
pub(crate) fn until_seconds(timeout: &[u8]) -> Outcome<Option<Instant>> {
    let seconds = std::str::from_utf8(timeout).ok().and_then(|text| text.parse::<f64>().ok()).filter(|seconds| !seconds.is_nan());
    let Some(seconds) = seconds else { return Err(Abort::refusal("ERR timeout is not a float or out of range")) };
    until((seconds * 1e3).ceil())
}

/// The same for a timeout in milliseconds.
pub(crate) fn until_millis(timeout: &[u8]) -> Outcome<Option<Instant>> {
    let Some(millis) = integer(timeout) else { return Err(Abort::refusal("ERR timeout is not an integer or out of range")) };
    until(millis as f64)
}

/// A whole number as the server reads it: as it would write it.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == text).then_some(number)
}

fn until(millis: f64) -> Outcome<Option<Instant>> {
    const MOST: f64 = 9.2e18;
    match millis {
        _ if millis < 0.0 => Err(Abort::refusal("ERR timeout is negative")),
        _ if millis > MOST => Err(Abort::refusal("ERR timeout is out of range")),
        0.0 => Ok(None),
        _ => Ok(Instant::now().checked_add(Duration::from_millis(millis as u64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_server_does() {
        for timeout in ["0", "0.0", "-0", "-0.0001", "0e5"] {
            assert_eq!(until_seconds(timeout.as_bytes()).unwrap(), None, "{timeout}");
        }
        for timeout in ["0.05", "1", "1e3", ".5", "5.", "+2", "0.0001"] {
            assert!(until_seconds(timeout.as_bytes()).unwrap().is_some(), "{timeout}");
        }
        for (timeout, why) in
            [("", "not a float"), ("x", "not a float"), ("nan", "not a float"), ("-1", "negative"), ("1e300", "out of range")]
        {
            let Err(Abort::Refusal(text)) = until_seconds(timeout.as_bytes()) else { panic!("{timeout}") };
            assert!(String::from_utf8_lossy(&text).contains(why), "{timeout}");
        }
    }
}
