//! The events of the library as lines on stderr, which systemd's journal and others collect.

use rediscluster::{LogEvent, LogLevel, set_log};
use std::io::Write;

pub fn write_to_stderr() {
    // Nobody can be told that stderr is closed.
    set_log(|event| {
        let _ = writeln!(std::io::stderr(), "{}", line(event));
    });
}

fn line(event: &LogEvent) -> String {
    let level = match event.kind.level() {
        LogLevel::Info => "info",
        LogLevel::Warning => "warning",
        _ => "error",
    };
    let server = if event.server.is_empty() { String::new() } else { format!("{}: ", event.server) };
    format!("{level}: {}: {server}{}", event.kind.name(), event.message)
}
