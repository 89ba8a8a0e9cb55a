//! The node of a key.

use crate::config::{Address, Config};
use crate::resp::{Builder, Kind, Reply};
use crate::routing::master_of;

pub(crate) fn node_for(config: &Config, key: &[u8]) -> Reply {
    let tagged = config.hash_tag.split(key);
    let master = &config.masters[master_of(config, tagged.hashed)];
    let (host, port, unix) = match &config.servers[master.server].address {
        Address::Tcp { host, port } => (Some(host.as_str()), Some(*port), None),
        Address::Unix { path } => (None, None, Some(path.as_str())),
    };
    let mut map = Builder::default();
    let root = map.begin(Kind::Map, 10);
    map.string(b"alias");
    map.string(master.alias.as_bytes());
    map.string(b"host");
    map.optional(host);
    map.string(b"port");
    match port {
        Some(port) => map.integer(port.into()),
        None => map.nil(),
    }
    map.string(b"unix");
    map.optional(unix);
    map.string(b"key");
    map.string(tagged.name);
    map.end(root);
    map.finish()
}
