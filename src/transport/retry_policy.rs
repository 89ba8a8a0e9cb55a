//! What happens when a server fails: whether a command is sent again, to which server, and what the error says.

use crate::config::Server;
use crate::error::{Code, Error, printable};

/// Whether commands may be sent again over a new connection after the first one broke. Reads may; writes only if none of their bytes were
/// sent.
#[inline]
pub(crate) fn may_retry(failure: &Error, repeatable: bool, nothing_sent: bool) -> bool {
    failure.code() == Code::Io && (repeatable || nothing_sent)
}

/// Whether an error reply means that the server cannot serve any read now: it is loading its data, has lost its master and does not serve
/// stale data, is busy with a script, or requires a password that the configuration lacks.
pub(crate) fn cannot_serve_reads(error: &[u8]) -> bool {
    [&b"LOADING "[..], b"MASTERDOWN ", b"BUSY ", b"NOAUTH "].iter().any(|prefix| error.starts_with(prefix))
}

/// Adds the node, its address, the command, and whether the command may have been executed. `sent` says that the kernel took all of its
/// bytes: a server executes a command only once it has received all of it. A server that does not want the connection executes nothing on it.
#[cold]
pub(crate) fn explain(server: &Server, failure: Error, name: &[u8], sent: bool) -> Error {
    let prefix = format!("{} ({}): {}: ", server.alias, server.address, printable(&name.to_ascii_uppercase()));
    let sent = sent && failure.code() != Code::Connect;
    let error = failure.on_node(&server.alias).with_prefix(&prefix);
    if sent { error.with_suffix("; it may have been executed").maybe_executed() } else { error.with_suffix("; it was not executed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_sent_again_only_if_nothing_of_it_was_sent() {
        let lost = Error::new(Code::Io, "connection lost");
        assert!(may_retry(&lost, true, false) && may_retry(&lost, false, true));
        assert!(!may_retry(&lost, false, false));
    }

    #[test]
    fn only_a_lost_connection_is_retried() {
        assert!(!may_retry(&Error::new(Code::Timeout, "no reply in time"), true, true));
    }

    #[test]
    fn an_error_of_the_command_does_not_mean_that_the_server_cannot_serve_reads() {
        assert!(cannot_serve_reads(b"LOADING Redis is loading the dataset in memory"));
        assert!(!cannot_serve_reads(b"BUSYGROUP Consumer Group name already exists"));
        assert!(!cannot_serve_reads(b"WRONGTYPE Operation against a key"));
    }
}
