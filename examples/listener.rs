//! Listens for Redis clients and gives each a session. Clients that are written for one server, such as redis-cli, work on all nodes.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --example listener 127.0.0.1:7000
//!     redis-cli -p 7000

use rediscluster::{Cluster, Config, SharedSession};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

fn main() {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes()).expect("a valid configuration"));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7000".to_owned());
    let listener = TcpListener::bind(&address).expect("a free address");
    println!("listening on {}", listener.local_addr().expect("its address"));
    serve(listener, cluster);
}

/// Accepts clients, each on a thread of its own.
pub fn serve(listener: TcpListener, cluster: Cluster) {
    for client in listener.incoming() {
        match client {
            Ok(client) => {
                let mut session = cluster.session();
                session.require_authentication();
                thread::spawn(move || serve_client(client, SharedSession::new(session)));
            }
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

/// Copies requests on this thread and replies on another, because a reply may come long after its request, and messages without one.
fn serve_client(client: TcpStream, session: SharedSession) {
    // Replies are small, and the client waits for them.
    let _ = client.set_nodelay(true);
    thread::scope(|scope| {
        scope.spawn(|| copy_replies(&client, &session));
        copy_requests(&client, &session);
        // The client has left. This ends a command that waits, so that it takes no element that the client cannot receive any more.
        let _ = session.close();
    });
}

fn copy_requests(mut client: &TcpStream, session: &SharedSession) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match client.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            // Fails after QUIT or a protocol error.
            Ok(count) if session.write(&buffer[..count]).is_err() => return,
            Ok(_) => {}
        }
    }
}

fn copy_replies(mut client: &TcpStream, session: &SharedSession) {
    let mut buffer = vec![0; 64 << 10];
    // Fails when the session is closed and all replies were read.
    while let Ok(count) = session.read(&mut buffer, None) {
        if client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // Ends the other thread, too.
    let _ = client.shutdown(Shutdown::Both);
}
