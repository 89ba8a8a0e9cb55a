//! Listens for Redis clients. Clients that are written for one server, such as redis-cli, work on all nodes.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --release --example listener 127.0.0.1:7000
//!     redis-cli -p 7000

use rediscluster::{Cluster, Config, JobThreads, Listener};
use std::net::TcpListener;

fn main() {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes()).expect("a valid configuration"));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7000".to_owned());
    let listener = TcpListener::bind(&address).expect("a free address");
    println!("listening on {}", listener.local_addr().expect("its address"));
    serve(listener, cluster);
}

/// Serves clients on this thread. Jobs run on others.
pub fn serve(listener: TcpListener, cluster: Cluster) {
    let threads = JobThreads::default();
    let listener = Listener::new(cluster, listener).expect("descriptors for a listener");
    listener.serve(|job| threads.start(job)).expect("events");
}
