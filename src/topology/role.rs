//! What a server says it is.

use crate::config::Address;
use crate::resp::{Children, Reply, Value};

/// ROLE, as it is sent.
pub(crate) const QUESTION: &[u8] = b"*1\r\n$4\r\nROLE\r\n";

#[derive(Debug, PartialEq)]
pub(crate) enum Role {
    /// With the replicas that follow it, where it sees them.
    Master(Vec<Address>),
    Replica {
        /// Its master.
        of: Address,
        /// It has all of its master's data, and gets what changes.
        in_step: bool,
    },
    /// It would not tell: a proxy, a user without the right to ask, a server that is busy or wants a password.
    Refused(Box<[u8]>),
    Other,
}

impl Role {
    pub(crate) fn of(reply: &Reply) -> Role {
        match reply.root() {
            Value::Array(facts) => told(facts).unwrap_or(Role::Other),
            Value::Error(text) => Role::Refused(text.into()),
            _ => Role::Other,
        }
    }
}

fn told(mut facts: Children) -> Option<Role> {
    match text(facts.next()?)? {
        "master" => {
            let Value::Array(replicas) = facts.nth(1)? else { return None };
            Some(Role::Master(replicas.filter_map(replica).collect()))
        }
        "slave" => {
            let (host, Value::Integer(port), state) = (text(facts.next()?)?, facts.next()?, text(facts.next()?)?) else { return None };
            let of = Address::Tcp { host: host.to_owned(), port: port.try_into().ok()? };
            Some(Role::Replica { of, in_step: state == "connected" })
        }
        _ => None,
    }
}

/// Address, port and offset of a replica, all of them texts.
fn replica(facts: Value) -> Option<Address> {
    let Value::Array(mut facts) = facts else { return None };
    let (host, port) = (text(facts.next()?)?, text(facts.next()?)?);
    (!host.is_empty()).then_some(Address::Tcp { host: host.to_owned(), port: port.parse().ok()? })
}

fn text(value: Value<'_>) -> Option<&str> {
    if let Value::String(bytes) = value { std::str::from_utf8(bytes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(bytes: &[u8]) -> Role {
        Role::of(&Reply::from_resp(bytes))
    }

    fn at(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.into(), port }
    }

    #[test]
    fn a_master_tells_its_replicas() {
        let told = b"*3\r\n$6\r\nmaster\r\n:3129659\r\n*2\r\n*3\r\n$9\r\n127.0.0.1\r\n$4\r\n9001\r\n$7\r\n3129242\r\n*3\r\n$3\r\n::1\r\n$4\r\n9002\r\n$1\r\n0\r\n";
        assert_eq!(role(told), Role::Master(vec![at("127.0.0.1", 9001), at("::1", 9002)]));
        assert_eq!(role(b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"), Role::Master(vec![]));
    }

    #[test]
    fn a_replica_tells_its_master_and_whether_it_is_in_step() {
        let replica = |state: &str| format!("*5\r\n$5\r\nslave\r\n$4\r\nhost\r\n:7001\r\n${}\r\n{state}\r\n:-1\r\n", state.len());
        assert_eq!(role(replica("connected").as_bytes()), Role::Replica { of: at("host", 7001), in_step: true });
        for state in ["connect", "connecting", "sync", "handshake"] {
            assert_eq!(role(replica(state).as_bytes()), Role::Replica { of: at("host", 7001), in_step: false });
        }
    }

    #[test]
    fn whoever_will_not_tell_is_neither() {
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
