//! Listens for Redis clients and gives each a session. Clients that are written for one server, such as redis-cli, work on all nodes.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --release --example listener 127.0.0.1:7000
//!     redis-cli -p 7000

use rediscluster::{Cluster, Config, Session, SharedSession};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The bytes that are read at once.
const BUFFER: usize = 64 << 10;
/// How long a client may take no replies until another thread sends them.
const PATIENCE: Duration = Duration::from_millis(1);

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
                thread::spawn(move || serve_client(&Arc::new(client), session));
            }
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

/// Serves a client on this thread, as long as each reply follows its request at once and the client takes it.
fn serve_client(client: &Arc<TcpStream>, mut session: Session) {
    // CLIENT KILL by another client ends the wait for requests.
    let killed = client.clone();
    session.on_close(move || drop(killed.shutdown(Shutdown::Read)));
    // Replies are small, and the client waits for them.
    let _ = client.set_nodelay(true);
    let _ = client.set_write_timeout(Some(PATIENCE));
    let mut buffer = vec![0; BUFFER];
    while !session.requires_reader() {
        match (&**client).read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) if session.write(&buffer[..count]).is_err() => break,
            Ok(_) => {}
        }
        match send_replies(client, &mut session) {
            Ok(()) => {}
            // The client sends all its requests before it reads.
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(_) => return,
        }
    }
    let _ = client.set_write_timeout(None);
    serve_on_two_threads(client, &SharedSession::new(session));
}

fn send_replies(mut client: &TcpStream, session: &mut Session) -> io::Result<()> {
    while !session.unread().is_empty() {
        let count = client.write(session.unread())?;
        session.consume(count);
    }
    Ok(())
}

/// Copies requests on this thread and replies on another, because a reply may come long after its request, and messages without one.
fn serve_on_two_threads(client: &TcpStream, session: &SharedSession) {
    thread::scope(|scope| {
        scope.spawn(|| copy_replies(client, session));
        copy_requests(client, session);
        // The client has left. This ends a command that waits, so that it takes no element that the client cannot receive any more.
        let _ = session.close();
    });
}

fn copy_requests(mut client: &TcpStream, session: &SharedSession) {
    let mut buffer = vec![0; BUFFER];
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
    let mut buffer = vec![0; BUFFER];
    // Fails when the session is closed and all replies were read.
    while let Ok(count) = session.read(&mut buffer, None) {
        if client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // Ends the other thread, too.
    let _ = client.shutdown(Shutdown::Both);
}
