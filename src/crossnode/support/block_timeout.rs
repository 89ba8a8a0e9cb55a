//! How long a command may block. The timeout is parsed as a server parses it.

use crate::crossnode::support::outcome::{Abort, Outcome};
use std::time::{Duration, Instant};

/// The deadline of a command whose timeout is in seconds. `None`: it blocks without a time limit. Rejects what a server rejects, with the server's
/// error text.
pub(crate) fn deadline_in_seconds(timeout: &[u8]) -> Outcome<Option<Instant>> {
    let seconds = std::str::from_utf8(timeout).ok().and_then(|text| text.parse::<f64>().ok()).filter(|seconds| !seconds.is_nan());
    let Some(seconds) = seconds else { return Err(Abort::refusal("ERR timeout is not a float or out of range")) };
    deadline((seconds * 1e3).ceil())
}

/// The same for a timeout in milliseconds.
pub(crate) fn deadline_in_millis(timeout: &[u8]) -> Outcome<Option<Instant>> {
    let Some(millis) = parse_integer(timeout) else { return Err(Abort::refusal("ERR timeout is not an integer or out of range")) };
    deadline(millis as f64)
}

/// An integer in the only form that a server accepts: as the server would print it.
pub(crate) fn parse_integer(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == text).then_some(number)
}

fn deadline(millis: f64) -> Outcome<Option<Instant>> {
    const MAX_MILLIS: f64 = 9.2e18;
    match millis {
        _ if millis < 0.0 => Err(Abort::refusal("ERR timeout is negative")),
        _ if millis > MAX_MILLIS => Err(Abort::refusal("ERR timeout is out of range")),
        0.0 => Ok(None),
        _ => Ok(Instant::now().checked_add(Duration::from_millis(millis as u64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_parsed_as_a_server_parses_them() {
        for timeout in ["0", "0.0", "-0", "-0.0001", "0e5"] {
            assert_eq!(deadline_in_seconds(timeout.as_bytes()).unwrap(), None, "{timeout}");
        }
        for timeout in ["0.05", "1", "1e3", ".5", "5.", "+2", "0.0001"] {
            assert!(deadline_in_seconds(timeout.as_bytes()).unwrap().is_some(), "{timeout}");
        }
        for (timeout, reason) in
            [("", "not a float"), ("x", "not a float"), ("nan", "not a float"), ("-1", "negative"), ("1e300", "out of range")]
        {
            let Err(Abort::Refusal(text)) = deadline_in_seconds(timeout.as_bytes()) else { panic!("{timeout}") };
            assert!(String::from_utf8_lossy(&text).contains(reason), "{timeout}");
        }
    }
}
