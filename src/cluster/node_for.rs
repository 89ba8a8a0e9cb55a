//! The node of a key.

use crate::cluster::node_list::append_address;
use crate::config::Config;
use crate::error::Error;
use crate::resp::{Builder, Kind, Reply};

pub(crate) fn node_for(config: &Config, key: &[u8]) -> Result<Reply, Error> {
    let place = config.try_place("key", key)?;
    let master = &config.masters[place.master];
    let mut map = Builder::default();
    let root = map.begin(Kind::Map, 10);
    map.string(b"alias");
    map.string(master.alias.as_bytes());
    append_address(&mut map, &config.servers[master.server].address);
    map.string(b"key");
    map.string(place.name);
    map.end(root);
    Ok(map.finish())
}
