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
    let root = map.begin(Kind::Map, 10);
    map.string(b"alias");
    map.string(master.alias.as_bytes());
    append_address(&mut map, &topology.shard(master.server).server().address);
    map.string(b"key");
    map.string(place.name);
    map.end(root);
    Ok(map.finish())
}
