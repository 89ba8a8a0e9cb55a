//! A virtual address or the path of a socket that leads to another server than before. The configuration knows one server only.

use super::{OPTIONS, make_replica, promote, text_of, value_at, write_until_ok};
use crate::support::replication::{Monitor, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster};
use rediscluster::{Cluster, Config};
use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

/// A virtual address: connections go to the server that has it at that time, and stay there.
struct VirtualAddress {
    port: u16,
    target: Arc<AtomicU16>,
}

impl VirtualAddress {
    fn start(server: &Server) -> VirtualAddress {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let target = Arc::new(AtomicU16::new(server.port));
        let current = target.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", current.load(Ordering::Acquire))) {
                    forward(client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
                    forward(server, client);
                }
            }
        });
        VirtualAddress { port, target }
    }

    fn move_to(&self, server: &Server) {
        self.target.store(server.port, Ordering::Release);
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let _ = copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}

#[test]
fn a_virtual_address_that_moves_is_followed() {
    for demotes in [true, false] {
        let mut master = start_master();
        let replica = start_replica_of(&master);
        let address = VirtualAddress::start(&master);
        let cluster = cluster(&[address.port], &[OPTIONS, r#""read":"master""#]);
        assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
        wait_until(|| value_at(&replica, "a").as_deref() == Some("1"));
        promote(&replica);
        address.move_to(&replica);
        let monitor = Monitor::start(&replica, &[master.port]);
        if demotes {
            // The old connections stay open, and lead to a replica now.
            make_replica(&master, &replica);
        } else {
            master.stop();
        }
        write_until_ok(&cluster, "SET a 2", "a virtual address moved");
        assert_eq!(value_at(&replica, "a").as_deref(), Some("2"));
        assert_eq!(text_of(&cluster, "GET a").unwrap(), "2");
        assert_eq!(monitor.counts().get("set"), Some(&1));
    }
}

fn start_with_socket() -> (Server, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let path = folder.join("redis.sock");
    let server = Server::start_with(&["--unixsocket", path.to_str().expect("a path"), "--repl-diskless-sync-delay", "0"]);
    (server, path)
}

#[test]
fn the_path_of_a_socket_that_leads_elsewhere_is_followed() {
    let (mut master, master_path) = start_with_socket();
    let (replica, replica_path) = start_with_socket();
    make_replica(&replica, &master);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("current.sock");
    symlink(&master_path, &path).unwrap();
    let text = format!(r#"{{"nodes":{{"node_1":{{"unix":{:?}}}}},{OPTIONS},"read":"master"}}"#, path.to_str().unwrap());
    let cluster = Cluster::open(Config::from_json(text.as_bytes()).unwrap());
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    wait_until(|| value_at(&replica, "a").as_deref() == Some("1"));
    let point_to = |target: &std::path::Path| {
        let next = folder.path().join("next.sock");
        symlink(target, &next).unwrap();
        std::fs::rename(next, &path).unwrap();
    };
    promote(&replica);
    point_to(&replica_path);
    make_replica(&master, &replica);
    write_until_ok(&cluster, "SET a 2", "a socket path moved, the old master is a replica");
    assert_eq!(value_at(&replica, "a").as_deref(), Some("2"));
    promote(&master);
    point_to(&master_path);
    drop(replica);
    write_until_ok(&cluster, "SET a 3", "a socket path moved, the old master is gone");
    assert_eq!(value_at(&master, "a").as_deref(), Some("3"));
    master.stop();
    for path in [master_path, replica_path] {
        let _ = std::fs::remove_dir_all(path.parent().unwrap());
    }
}
