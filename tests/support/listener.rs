//! The program examples/listener.rs in the process of the test: clients for one server use a cluster through it.

use rediscluster::Cluster;
use std::net::TcpListener;

#[path = "../../examples/listener.rs"]
mod example;

/// Listens on a free port of this machine until the process ends, and returns the port.
pub fn listen(cluster: Cluster) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || example::serve(listener, cluster));
    port
}
