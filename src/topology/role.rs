//! Asks servers for their role.

use crate::error::{Code, Error};
use crate::resp::{Reply, Value};
use crate::transport::clock::{NEVER, Time, now, span};
use crate::transport::{Lease, Limit, Pool, ROLE, Role, SHORT_TIMEOUT, at_most};

/// The command INFO replication as RESP.
const INFO_REPLICATION: &[u8] = b"*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n";

/// When a request begins that is to get a connection by that time at the latest: the limit for that counts from the start.
pub(super) fn start_by(deadline: Time) -> Time {
    if deadline == NEVER { now() } else { now().min(deadline.saturating_sub(span(SHORT_TIMEOUT))) }
}

/// Asks the server of a pool for its role, over a new connection if the first one was lost. The request began at `began`.
pub(crate) fn ask_role(pool: &Pool, began: Time, limit: Limit) -> Result<Role, Error> {
    match pool.lease_at(false, began, limit).and_then(|lease| ask_role_over(lease, pool, limit)) {
        Err(error) if error.code() == Code::Io => ask_role_over(pool.lease_at(true, began, limit)?, pool, limit),
        outcome => outcome,
    }
}

/// Asks a replica that has lost its master whether it has ever had the master's data.
pub(crate) fn has_data_of_master(pool: &Pool, began: Time) -> Result<bool, Error> {
    let reply = ask_over(pool.lease_at(false, began, Limit::Short)?, pool, Limit::Short, INFO_REPLICATION, 1)?;
    Ok(if let Some(Value::String(info)) = reply.value(1) { has_offset(info) } else { false })
}

/// Before its first synchronisation the offset of a replica is 1; servers before Redis 5 report 0.
fn has_offset(info: &[u8]) -> bool {
    let offset = std::str::from_utf8(info).ok().and_then(|info| info.lines().find_map(|line| line.strip_prefix("slave_repl_offset:")));
    offset.and_then(|offset| offset.trim().parse::<u64>().ok()).is_some_and(|offset| offset > 1)
}

/// Asks for the role over one connection; if that has just been opened, the server has said it already.
pub(crate) fn ask_role_over(mut lease: Lease, pool: &Pool, limit: Limit) -> Result<Role, Error> {
    if let Some(role) = lease.take_role() {
        lease.keep();
        return Ok(role);
    }
    ask_over(lease, pool, limit, ROLE, 1).map(|reply| reply.value(1).map_or(Role::Other, Role::from_value))
}

/// Sends commands over one connection, and returns an array of their replies.
pub(crate) fn ask_over(mut lease: Lease, pool: &Pool, limit: Limit, request: &[u8], commands: usize) -> Result<Reply, Error> {
    lease.send_all(request, &mut 0)?;
    let mut reader = lease.reader(true);
    if limit == Limit::Short {
        lease.wait_within(at_most(pool.config().read_timeout, SHORT_TIMEOUT))?;
    }
    lease.receive(&mut reader, commands)?;
    let (reply, buffer) = Reply::from_reader(reader, Some(commands));
    lease.reuse(buffer);
    lease.keep();
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_that_was_never_synced_has_no_data() {
        assert!(has_offset(b"# Replication\r\nrole:slave\r\nslave_repl_offset:1234\r\nslave_priority:100\r\n"));
        assert!(!has_offset(b"role:slave\r\nslave_repl_offset:1\r\n") && !has_offset(b"role:slave\r\nslave_repl_offset:0\r\n"));
        assert!(!has_offset(b"role:master\r\n"));
    }
}
