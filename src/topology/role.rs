//! The role of a server, as it reports it.

use crate::config::Address;
use crate::error::{Code, Error};
use crate::resp::{Children, Reply, Value};
use crate::transport::clock::Time;
use crate::transport::{Lease, Limit, Pool, SHORT_TIMEOUT, at_most};

/// The command ROLE as RESP.
pub(crate) const ROLE: &[u8] = b"*1\r\n$4\r\nROLE\r\n";

/// The command INFO replication as RESP.
const INFO_REPLICATION: &[u8] = b"*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n";

#[derive(Debug, PartialEq)]
pub(crate) enum Role {
    /// With the addresses of its replicas, as the master sees them.
    Master(Vec<Address>),
    Replica {
        master: Address,
        /// It has loaded its master's data and receives the changes.
        is_synced: bool,
    },
    /// An error reply: from a proxy, from a server that is busy or requires a password, or because the user lacks the permission.
    Refused(Box<[u8]>),
    /// A reply of an unexpected form, or another role.
    Other,
}

impl Role {
    pub(super) fn from_reply(reply: &Reply) -> Role {
        match reply.root() {
            Value::Array(fields) => from_fields(fields).unwrap_or(Role::Other),
            Value::Error(text) => Role::Refused(text.into()),
            _ => Role::Other,
        }
    }
}

fn from_fields(mut fields: Children) -> Option<Role> {
    match text(fields.next()?)? {
        "master" => {
            let Value::Array(replicas) = fields.nth(1)? else { return None };
            Some(Role::Master(replicas.filter_map(replica_address).collect()))
        }
        "slave" => {
            let (host, Value::Integer(port), state) = (text(fields.next()?)?, fields.next()?, text(fields.next()?)?) else { return None };
            let master = Address::Tcp { host: host.to_owned(), port: port.try_into().ok()? };
            Some(Role::Replica { master, is_synced: state == "connected" })
        }
        _ => None,
    }
}

/// From the list of a replica's address, port and offset, all of them strings.
fn replica_address(fields: Value) -> Option<Address> {
    let Value::Array(mut fields) = fields else { return None };
    let (host, port) = (text(fields.next()?)?, text(fields.next()?)?);
    (!host.is_empty()).then_some(Address::Tcp { host: host.to_owned(), port: port.parse().ok()? })
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
    let reply = ask_over(pool.lease_at(false, began, Limit::Short)?, pool, Limit::Short, INFO_REPLICATION)?;
    Ok(if let Value::String(info) = reply.root() { has_offset(info) } else { false })
}

/// Before its first synchronisation the offset of a replica is 1; servers before Redis 5 report 0.
fn has_offset(info: &[u8]) -> bool {
    let offset = std::str::from_utf8(info).ok().and_then(|info| info.lines().find_map(|line| line.strip_prefix("slave_repl_offset:")));
    offset.and_then(|offset| offset.trim().parse::<u64>().ok()).is_some_and(|offset| offset > 1)
}

fn ask_role_over(lease: Lease, pool: &Pool, limit: Limit) -> Result<Role, Error> {
    ask_over(lease, pool, limit, ROLE).map(|reply| Role::from_reply(&reply))
}

fn ask_over(mut lease: Lease, pool: &Pool, limit: Limit, request: &[u8]) -> Result<Reply, Error> {
    lease.send_all(request, &mut 0)?;
    let mut reader = lease.reader(false);
    if limit == Limit::Short {
        lease.wait_within(at_most(pool.config().read_timeout, SHORT_TIMEOUT))?;
    }
    lease.receive(&mut reader, 1)?;
    let (reply, buffer) = Reply::from_reader(reader, None);
    lease.reuse(buffer);
    lease.keep();
    Ok(reply)
}

fn text(value: Value<'_>) -> Option<&str> {
    if let Value::String(bytes) = value { std::str::from_utf8(bytes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(bytes: &[u8]) -> Role {
        Role::from_reply(&Reply::from_resp(bytes))
    }

    fn address(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.into(), port }
    }

    #[test]
    fn a_master_reports_its_replicas() {
        let reply = b"*3\r\n$6\r\nmaster\r\n:3129659\r\n*2\r\n*3\r\n$9\r\n127.0.0.1\r\n$4\r\n9001\r\n$7\r\n3129242\r\n*3\r\n$3\r\n::1\r\n$4\r\n9002\r\n$1\r\n0\r\n";
        assert_eq!(role(reply), Role::Master(vec![address("127.0.0.1", 9001), address("::1", 9002)]));
        assert_eq!(role(b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"), Role::Master(vec![]));
    }

    #[test]
    fn a_replica_reports_its_master_and_whether_it_is_synced() {
        let replica = |state: &str| format!("*5\r\n$5\r\nslave\r\n$4\r\nhost\r\n:7001\r\n${}\r\n{state}\r\n:-1\r\n", state.len());
        assert_eq!(role(replica("connected").as_bytes()), Role::Replica { master: address("host", 7001), is_synced: true });
        for state in ["connect", "connecting", "sync", "handshake"] {
            assert_eq!(role(replica(state).as_bytes()), Role::Replica { master: address("host", 7001), is_synced: false });
        }
    }

    #[test]
    fn a_replica_that_was_never_synced_has_no_data() {
        assert!(has_offset(b"# Replication\r\nrole:slave\r\nslave_repl_offset:1234\r\nslave_priority:100\r\n"));
        assert!(!has_offset(b"role:slave\r\nslave_repl_offset:1\r\n") && !has_offset(b"role:slave\r\nslave_repl_offset:0\r\n"));
        assert!(!has_offset(b"role:master\r\n"));
    }

    #[test]
    fn an_error_or_an_unexpected_reply_is_neither_master_nor_replica() {
        assert_eq!(role(b"-NOPERM no\r\n"), Role::Refused((*b"NOPERM no").into()));
        for other in [
            &b"+OK\r\n"[..],
            b"*0\r\n",
            b"*1\r\n$6\r\nmaster\r\n",
            b"*2\r\n$8\r\nsentinel\r\n*0\r\n",
            b"*2\r\n$5\r\nslave\r\n:1\r\n",
            b"$-1\r\n",
        ] {
            assert_eq!(role(other), Role::Other, "{:?}", other.escape_ascii().to_string());
        }
    }
}
