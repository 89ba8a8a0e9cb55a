//! What has happened on the connections to each server, as a reply.

use crate::cluster::handle::Cluster;
use crate::config::{Address, Server};
use crate::resp::{Builder, Kind, Reply};
use crate::topology::{Shard, Topology};
use crate::transport::clock::exact_now;
use crate::transport::{BreakerState, ErrorKind, Pool, Snapshot};

/// One alias.
struct Row<'a> {
    alias: String,
    role: &'static str,
    /// The alias of the master; of a master, its own.
    master: &'a str,
    address: Address,
    refusal: Option<String>,
    numbers: Snapshot,
}

impl Cluster {
    /// Returns what this process has done so far through this handle and those that share its connections. Contacts no server.
    ///
    /// The reply is a map from alias (masters and known replicas, as in [`Cluster::node_list`]) to a map:
    /// - `role` (`master` or `replica`), `master` (the alias of the master), `address`, `refusal` (why a master is not used, or nil);
    /// - `breaker`: `closed` (the server is used), `suspect` (its last call has failed) or `open` (calls fail at once); `unavailable_ms`, for how
    ///   long, and `reason`, the last failure, both nil if it is closed;
    /// - `connections`: a map of `open`, `idle` (of these), `awaited` (callers that wait for one) and `opened` (so far);
    /// - `commands` (that the server has replied to, including those of the library itself), `retries`, `bytes_sent`, `bytes_received`;
    /// - `errors`: a map from kind to number: `connect`, `unavailable`, `pool`, `timeout`, `deadline`, `lost`, `protocol`, `memory`;
    /// - `latency_us`: an array. One of 64 waits for replies is measured, from the moment when the request was sent; the nth number, counted from
    ///   0, is that of the waits that took less than 2ⁿ µs, but not less than half of that.
    ///
    /// Numbers of different servers may be from slightly different moments. Aliases of one server have the same numbers.
    pub fn stats(&self) -> Reply {
        let topology = self.topology();
        let mut rows = Vec::new();
        for master in &self.config().masters {
            let shard = topology.shard(master.server);
            let row = |alias: String, role, pool: &Pool, refusal| Row {
                alias,
                role,
                master: &master.alias,
                address: pool.server().address.clone(),
                refusal,
                numbers: numbers(&topology, master.server, pool),
            };
            let refusal = shard.refusal().map(|error| error.message().to_owned());
            rows.push(row(master.alias.clone(), "master", shard.master(), refusal));
            let replicas = shard.known_replicas();
            rows.extend(
                replicas
                    .iter()
                    .enumerate()
                    .map(|(nth, replica)| row(Server::replica_alias(&master.alias, nth + 1), "replica", replica.pool(), None)),
            );
        }
        reply(&rows)
    }
}

/// The numbers of a server, with those of its connections over RESP2 if the handle has RESP3.
fn numbers(topology: &Topology, server: usize, pool: &Pool) -> Snapshot {
    let mut numbers = pool.snapshot();
    let over_resp2 = topology.over_resp2();
    if !std::ptr::eq(over_resp2, topology) {
        let address = &pool.server().address;
        let shard: &Shard = over_resp2.shard(server);
        if shard.master().server().address == *address {
            numbers.add(&shard.master().snapshot());
        }
        let replicas = shard.known_replicas();
        replicas.iter().filter(|replica| replica.pool().server().address == *address).for_each(|replica| {
            numbers.add(&replica.pool().snapshot());
        });
    }
    numbers
}

fn reply(rows: &[Row]) -> Reply {
    let mut map = Builder::default();
    let root = map.begin(Kind::Map, rows.len() * 2);
    for row in rows {
        map.string(row.alias.as_bytes());
        append(&mut map, row);
    }
    map.end(root);
    map.finish()
}

fn append(map: &mut Builder, row: &Row) {
    let numbers = &row.numbers;
    let inner = map.begin(Kind::Map, 14 * 2);
    let (breaker, since, reason) = match &numbers.breaker {
        BreakerState::Closed => ("closed", None, None),
        BreakerState::Suspect { since, reason } => ("suspect", Some(*since), Some(reason.as_str())),
        BreakerState::Open { since, reason } => ("open", Some(*since), Some(reason.as_str())),
    };
    let texts = [("role", Some(row.role)), ("master", Some(row.master)), ("address", Some(&row.address.to_string()))];
    let more = [("refusal", row.refusal.as_deref()), ("breaker", Some(breaker)), ("reason", reason)];
    for (name, text) in texts.into_iter().chain(more) {
        map.string(name.as_bytes());
        map.optional(text);
    }
    map.string(b"unavailable_ms");
    match since {
        Some(since) => map.integer((exact_now().saturating_sub(since) / 1_000_000) as i64),
        None => map.nil(),
    }
    let connections = [("open", numbers.open), ("idle", numbers.idle), ("awaited", numbers.awaited), ("opened", numbers.opened)];
    map.string(b"connections");
    append_numbers(map, &connections);
    for (name, number) in [
        ("commands", numbers.replies),
        ("retries", numbers.retries),
        ("bytes_sent", numbers.bytes_sent),
        ("bytes_received", numbers.bytes_received),
    ] {
        map.string(name.as_bytes());
        map.integer(number as i64);
    }
    map.string(b"errors");
    append_numbers(map, &std::array::from_fn::<_, { ErrorKind::NAMES.len() }, _>(|at| (ErrorKind::NAMES[at], numbers.errors[at])));
    map.string(b"latency_us");
    let list = map.begin(Kind::Array, numbers.latency.len());
    numbers.latency.iter().for_each(|&count| map.integer(count as i64));
    map.end(list);
    map.end(inner);
}

fn append_numbers(map: &mut Builder, numbers: &[(&str, u64)]) {
    let inner = map.begin(Kind::Map, numbers.len() * 2);
    for (name, number) in numbers {
        map.string(name.as_bytes());
        map.integer(*number as i64);
    }
    map.end(inner);
}
