//! The node of a key.

use crate::cluster::node_list::append_address;
use crate::config::Config;
use crate::resp::{Builder, Kind, Reply};
use crate::routing::master_of;

pub(crate) fn node_for(config: &Config, key: &[u8]) -> Reply {
    let tagged = config.hash_tag.split(key);
    let master = &config.masters[master_of(config, tagged.hashed)];
    let mut map = Builder::default();
    let root = map.begin(Kind::Map, 10);
    map.string(b"alias");
    map.string(master.alias.as_bytes());
    append_address(&mut map, &config.servers[master.server].address);
    map.string(b"key");
    map.string(tagged.name);
    map.end(root);
    map.finish()
}
