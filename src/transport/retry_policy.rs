//! What happens when a server fails: whether a command is sent again, to which server, and what the error says.

use crate::config::Server;
use crate::error::{Code, Error, Origin, printable};

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

/// Whether an error reply is that of a replica to a write, possibly to one in a script, or to a command that waited when the server became a replica.
/// A script can also make it up, so the server has to be asked.
#[cold]
pub(crate) fn is_rejected_by_replica(error: &[u8]) -> bool {
    const REJECTION: &[u8] = b"READONLY You can't write against a read only replica";
    const UNBLOCKED: &[u8] = b"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";
    [REJECTION, UNBLOCKED].iter().any(|rejection| error.windows(rejection.len()).any(|text| text == *rejection))
}

/// The failure of a write that a replica has rejected: it was not executed.
#[cold]
pub(crate) fn became_replica() -> Error {
    Error::new(Code::Io, "the server has become a replica")
}

/// Where an error of a command on a server comes from.
#[cold]
pub(crate) fn origin(server: &Server, name: &[u8]) -> Origin {
    Origin { node: Some(server.alias.clone()), address: Some(server.address.to_string()), command: Some(command_name(name)) }
}

/// The same if the server is not known.
#[cold]
pub(crate) fn origin_of_command(name: &[u8]) -> Origin {
    Origin { command: Some(command_name(name)), ..Origin::default() }
}

fn command_name(name: &[u8]) -> String {
    printable(&name.to_ascii_uppercase())
}

/// Adds the node, its address, the command, and whether the command may have been executed. `sent` says that the kernel took all of its
/// bytes: a server executes a command only once it has received all of it. A server that does not want the connection executes nothing on it.
#[cold]
pub(crate) fn explain(server: &Server, failure: Error, name: &[u8], sent: bool) -> Error {
    let prefix = format!("{} ({}): {}: ", server.alias, server.address, command_name(name));
    let sent = sent && failure.code() != Code::Connect;
    let error = failure.with_origin(origin(server, name)).with_prefix(&prefix);
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
    fn the_rejections_of_a_replica_are_recognised() {
        assert!(is_rejected_by_replica(b"READONLY You can't write against a read only replica."));
        assert!(is_rejected_by_replica(
            b"EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica."
        ));
        let unblocked = b"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";
        assert!(is_rejected_by_replica(unblocked));
        assert!(!is_rejected_by_replica(b"UNBLOCKED client unblocked via CLIENT UNBLOCK"));
    }

    #[test]
    fn an_error_of_the_command_does_not_mean_that_the_server_cannot_serve_reads() {
        assert!(cannot_serve_reads(b"LOADING Redis is loading the dataset in memory"));
        assert!(!cannot_serve_reads(b"BUSYGROUP Consumer Group name already exists"));
        assert!(!cannot_serve_reads(b"WRONGTYPE Operation against a key"));
    }
}
