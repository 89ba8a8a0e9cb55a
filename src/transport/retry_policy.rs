//! What is said and done when a server fails.

use crate::config::Server;
use crate::error::{Code, Error, printable};

/// After a connection that broke: whether the same may be sent again over a new one. A read may; a write only if nothing of it was sent.
#[inline]
pub(crate) fn may_begin_again(failure: &Error, repeatable: bool, nothing_sent: bool) -> bool {
    failure.code() == Code::Io && (repeatable || nothing_sent)
}

/// Names the node, its address, the command, and whether that may have been executed: a server executes what reached it whole.
#[cold]
pub(crate) fn explain(server: &Server, failure: Error, name: &[u8], reached: bool) -> Error {
    let prefix = format!("{} ({}): {}: ", server.alias, server.address, printable(&name.to_ascii_uppercase()));
    let error = failure.on_node(&server.alias).with_prefix(&prefix);
    if reached { error.with_suffix("; it may have been executed").maybe_executed() } else { error.with_suffix("; it was not executed") }
}
