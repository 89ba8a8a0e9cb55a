//! Events for PHP's log. PHP cannot be called back: a callback of ext-ffi does not survive the request, and an exception must not pass through the
//! library. So the events are kept, and PHP takes them after a call.

use crate::log::take_log;
use crate::resp::{Builder, Kind, Reply};

/// The events since the last call: an array of maps of `level` (a level of PSR-3), `kind`, `server` and `message`.
pub(crate) fn take_events() -> Reply {
    let events = take_log();
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, events.len());
    for event in events {
        let fields = [
            ("level", event.kind.level().name()),
            ("kind", event.kind.name()),
            ("server", event.server.as_str()),
            ("message", event.message.as_str()),
        ];
        let map = builder.begin(Kind::Map, 2 * fields.len());
        for (name, value) in fields {
            builder.string(name.as_bytes());
            builder.string(value.as_bytes());
        }
        builder.end(map);
    }
    builder.end(root);
    builder.finish()
}
