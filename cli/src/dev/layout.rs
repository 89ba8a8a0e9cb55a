//! Which servers a local cluster has, and its configuration.

use crate::config;
use crate::dev::servers::{Role, Servers};
use crate::dev::signals::Interruption;
use crate::failure::Failure;
use crate::wire::{children, field_text};
use rediscluster::Cluster;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

pub struct Layout {
    pub masters: u16,
    /// Per master.
    pub replicas: u16,
    pub sentinels: u16,
}

/// How long the library may take to find all servers.
const DISCOVERY_TIMEOUT: Duration = Duration::from_secs(60);

impl Layout {
    /// Starts the servers. Returns the configuration.
    pub fn start(&self, servers: &mut Servers, hash_tag: &str) -> Result<Value, Failure> {
        let mut masters = Vec::new();
        for number in 1..=self.masters {
            masters.push((format!("node_{number}"), servers.start(&Role::Master)?));
        }
        for _ in 0..self.replicas {
            for (_, master) in &masters {
                servers.start(&Role::Replica(*master))?;
            }
        }
        let mut sentinels = Vec::new();
        for _ in 0..self.sentinels {
            let port = servers.start(&Role::Sentinel(&masters))?;
            sentinels.push(servers.url(port));
        }
        let node = |(name, port): &(String, u16)| match self.sentinels {
            0 => (name.clone(), json!(servers.url(*port))),
            _ => (name.clone(), json!({"service_name": name})),
        };
        let mut document = Map::new();
        document.insert("nodes".into(), masters.iter().map(node).collect::<Map<_, _>>().into());
        if !sentinels.is_empty() {
            document.insert("sentinels".into(), sentinels.into());
        }
        document.extend(servers.tls().map(|tls| ("tls".to_owned(), tls)));
        document.insert("hash_tag".into(), json!(hash_tag));
        self.await_discovery(&document, servers.interruption())?;
        Ok(document.into())
    }

    /// Waits until the library finds all masters and replicas.
    fn await_discovery(&self, document: &Map<String, Value>, interruption: &Interruption) -> Result<(), Failure> {
        let expected = usize::from(self.masters) * (usize::from(self.replicas) + 1);
        let deadline = Instant::now() + DISCOVERY_TIMEOUT;
        loop {
            interruption.check()?;
            let cluster = Cluster::open(config::from_document(document)?);
            let list = cluster.node_list(true);
            let found = children(list.root()).skip(1).step_by(2).filter(|node| !field_text(*node, "role").is_empty()).count();
            if found == expected {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Failure::failed(format!(
                    "the library finds {found} of {expected} servers after {} s",
                    DISCOVERY_TIMEOUT.as_secs()
                )));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
