//! The role of a server, as it reports it.

use crate::config::Address;
use crate::error::{Code, Error};
use crate::resp::{Children, Reply, Value};

/// The command ROLE as RESP.
pub(crate) const ROLE: &[u8] = b"*1\r\n$4\r\nROLE\r\n";

#[derive(Debug, PartialEq)]
pub(crate) enum Role {
    Master {
        /// The addresses of its replicas, as the master sees them.
        replicas: Vec<Address>,
        /// How many bytes of changes it has sent to replicas. While the process lives this never decreases.
        offset: u64,
    },
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
    pub(crate) fn from_reply(reply: &Reply) -> Role {
        Role::from_value(reply.root())
    }

    pub(crate) fn from_value(value: Value) -> Role {
        match value {
            Value::Array(fields) => from_fields(fields).unwrap_or(Role::Other),
            Value::Error(text) => Role::Refused(text.into()),
            _ => Role::Other,
        }
    }

    /// The replication offset of a master.
    pub(crate) fn offset(&self) -> Option<u64> {
        if let Role::Master { offset, .. } = self { Some(*offset) } else { None }
    }

    /// Fails if the server is a replica: nothing may be written there.
    pub(crate) fn check_is_master(&self) -> Result<(), Error> {
        let Role::Replica { master, .. } = self else { return Ok(()) };
        let text = format!("the server is a replica of {master}; configure the address of a master");
        Err(Error::new(Code::Config, text).by_replica_of(master.to_string()))
    }
}

fn from_fields(mut fields: Children) -> Option<Role> {
    match text(fields.next()?)? {
        "master" => {
            let offset = if let Value::Integer(offset) = fields.next()? { offset.try_into().unwrap_or(0) } else { 0 };
            let Value::Array(replicas) = fields.next()? else { return None };
            Some(Role::Master { replicas: replicas.filter_map(replica_address).collect(), offset })
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
        let replicas = vec![address("127.0.0.1", 9001), address("::1", 9002)];
        assert_eq!(role(reply), Role::Master { replicas, offset: 3_129_659 });
        assert_eq!(role(b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"), Role::Master { replicas: vec![], offset: 0 });
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
