//! Asks the Sentinels for the master of a service and its replicas.
//!
//! This uses the connections of this library, not the client for Sentinel of the `redis` crate: that one has a single timeout for everything, which
//! does not bound the resolving of a name, knows no breaker, and opens a connection for each question.

use crate::config::{Address, Config, Protocol, Server};
use crate::error::{Code, Error};
use crate::resp::{Children, Reply, Value, pack};
use crate::topology::replicas::reachable_address;
use crate::topology::role::{ask_over, start_by};
use crate::transport::clock::{Time, exact_now};
use crate::transport::{CheckSchedule, Limit, Pool};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

pub(crate) struct Sentinels {
    pools: Vec<Pool>,
    /// The one that was of use last. It is asked first.
    preferred: AtomicUsize,
}

/// What a Sentinel knows about a service.
pub(crate) struct Service {
    pub master: Address,
    /// Those that it can reach.
    pub replicas: Vec<Address>,
}

impl Sentinels {
    /// The Sentinels of a configuration; `None` if there are none.
    pub(crate) fn new(config: &Config) -> Option<Arc<Sentinels>> {
        if config.sentinels.is_empty() {
            return None;
        }
        let own = Arc::new(config.with_protocol(Protocol::Resp2));
        let pool = |server: &Server| Pool::new(own.clone(), server.clone(), own.connect_timeout, CheckSchedule::new(None));
        Some(Arc::new(Sentinels { pools: config.sentinels.iter().map(pool).collect(), preferred: AtomicUsize::new(0) }))
    }

    /// Asks one Sentinel after the other, until one knows the service. The error says what each of them replied.
    pub(crate) fn find(&self, service: &str, deadline: Time) -> Result<Service, String> {
        let mut said = Vec::new();
        let first = self.preferred.load(Relaxed);
        for nth in (0..self.pools.len()).map(|offset| (first + offset) % self.pools.len()) {
            let pool = &self.pools[nth];
            if exact_now() >= deadline {
                said.push(format!("{} was not asked, the time was up", pool.server().address));
                continue;
            }
            match ask(pool, service, deadline) {
                Ok(found) => {
                    self.preferred.store(nth, Relaxed);
                    return Ok(found);
                }
                Err(what) => said.push(format!("{}: {what}", pool.server().address)),
            }
        }
        Err(format!("no Sentinel knows the master of {service}: {}", said.join("; ")))
    }

    /// Closes a forked child's copies of its parent's idle connections.
    pub(crate) fn abandon(&self) {
        self.pools.iter().for_each(Pool::abandon);
    }
}

fn ask(pool: &Pool, service: &str, deadline: Time) -> Result<Service, String> {
    let question = |about: &str| pack(&[b"SENTINEL", about.as_bytes(), service.as_bytes()]);
    let request = [question("GET-MASTER-ADDR-BY-NAME"), question("REPLICAS")].concat();
    let began = start_by(deadline);
    let reply =
        [false, true].into_iter().map(|fresh| ask_over(pool.lease_at(fresh, began, Limit::Short)?, pool, Limit::Short, &request, 2));
    let reply = first_success(reply).map_err(|error| error.message().to_owned())?;
    read(&reply, pool.server())
}

/// An idle connection may have been closed by the other side.
fn first_success(mut attempts: impl Iterator<Item = Result<Reply, Error>>) -> Result<Reply, Error> {
    match attempts.next() {
        Some(Err(error)) if error.code() == Code::Io => attempts.next().unwrap_or(Err(error)),
        Some(outcome) => outcome,
        None => Err(Error::new(Code::Internal, "no attempt")),
    }
}

fn read(reply: &Reply, sentinel: &Server) -> Result<Service, String> {
    let Value::Array(mut replies) = reply.root() else { return Err("an unexpected reply".into()) };
    let master = match replies.next() {
        Some(Value::Array(mut fields)) => {
            let address = fields.next().zip(fields.next()).and_then(|(host, port)| address(&host, &port));
            address.ok_or("an unexpected reply to SENTINEL GET-MASTER-ADDR-BY-NAME")?
        }
        Some(Value::Nil | Value::NilArray) => return Err("it does not know the service".into()),
        Some(Value::Error(text)) => return Err(String::from_utf8_lossy(text).into_owned()),
        _ => return Err("an unexpected reply to SENTINEL GET-MASTER-ADDR-BY-NAME".into()),
    };
    let replicas = match replies.next() {
        Some(Value::Array(replicas)) => replicas.filter_map(replica).collect(),
        _ => Vec::new(),
    };
    let reachable = |address: &Address| reachable_address(address, sentinel);
    Ok(Service { master: reachable(&master), replicas: replicas.iter().map(reachable).collect() })
}

/// From the names and values of a replica's fields. `None`: the Sentinel cannot reach it.
fn replica(fields: Value) -> Option<Address> {
    let Value::Array(fields) = fields else { return None };
    let field = |name: &str| field(fields, name);
    let Some(Value::String(flags)) = field("flags") else { return None };
    let is_down = flags.split(|&byte| byte == b',').any(|flag| [&b"s_down"[..], b"o_down", b"disconnected"].contains(&flag));
    if is_down { None } else { address(&field("ip")?, &field("port")?) }
}

fn field<'r>(mut fields: Children<'r>, name: &str) -> Option<Value<'r>> {
    while let (Some(key), Some(value)) = (fields.next(), fields.next()) {
        if key == Value::String(name.as_bytes()) {
            return Some(value);
        }
    }
    None
}

fn address(host: &Value, port: &Value) -> Option<Address> {
    let (Value::String(host), Value::String(port)) = (host, port) else { return None };
    let (host, port) = (std::str::from_utf8(host).ok()?, std::str::from_utf8(port).ok()?);
    Some(Address::Tcp { host: host.to_owned(), port: port.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentinel() -> Server {
        Config::from_json(br#"{"nodes":{"node_1":"redis://10.0.0.9"}}"#).unwrap().servers.remove(0)
    }

    fn read_resp(bytes: &[u8]) -> Result<Service, String> {
        read(&Reply::from_resp(bytes), &sentinel())
    }

    #[test]
    fn a_master_and_the_replicas_that_are_not_down_are_read() {
        let replica = |port: &str, flags: &str| {
            let fields: Vec<String> = ["ip", "127.0.0.1", "port", port, "flags", flags].iter().map(|text| bulk(text)).collect();
            format!("*6\r\n{}", fields.concat())
        };
        let [one, two, three] =
            [("7001", "slave"), ("7002", "s_down,slave"), ("7003", "slave,disconnected")].map(|(port, flags)| replica(port, flags));
        let text = format!("*2\r\n*2\r\n{}{}*3\r\n{one}{two}{three}", bulk("10.0.0.1"), bulk("7000"));
        let found = read_resp(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let address = |host: &str, port| Address::Tcp { host: host.into(), port };
        assert_eq!(found.master, address("10.0.0.1", 7000));
        assert_eq!(found.replicas, [address("10.0.0.9", 7001)], "a loopback address is on the machine of the Sentinel");
    }

    fn bulk(text: &str) -> String {
        format!("${}\r\n{text}\r\n", text.len())
    }

    #[test]
    fn an_unknown_service_and_errors_are_reported() {
        let said = |bytes: &[u8]| read_resp(bytes).err().unwrap_or_default();
        assert_eq!(said(b"*2\r\n*-1\r\n-ERR No such master with that name\r\n"), "it does not know the service");
        assert_eq!(
            said(b"*2\r\n-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n"),
            "NOAUTH Authentication required."
        );
        assert!(said(b"*2\r\n:1\r\n:2\r\n").starts_with("an unexpected reply"));
    }
}
