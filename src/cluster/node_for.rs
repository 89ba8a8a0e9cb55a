//! The node of a key.

use crate::cluster::node_list::append_address;
use crate::config::Config;
use crate::error::Error;
use crate::resp::{Builder, Kind, Reply};
use crate::topology::Topology;
use crate::transport::ConnectionSource;

pub(crate) fn node_for(config: &Config, topology: &Topology, key: &[u8]) -> Result<Reply, Error> {
    let place = config.try_place("key", key)?;
    let master = &config.masters[place.master];
    let mut map = Builder::default();
    let root = map.begin(Kind::Map, if config.previous.is_some() { 12 } else { 10 });
    map.string(b"alias");
    map.string(master.alias.as_bytes());
    append_address(&mut map, &topology.shard(master.server).server().address);
    map.string(b"key");
    map.string(place.name);
    if let Some(previous) = config.previous.as_deref() {
        map.string(b"previous");
        map.string(config.servers[previous.server_of(place.name)].alias.as_bytes());
    }
    map.end(root);
    Ok(map.finish())
}
