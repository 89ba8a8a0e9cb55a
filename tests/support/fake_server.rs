//! A server whose replies the test determines.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

pub struct FakeServer {
    pub port: u16,
    connections: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FakeServer {
    /// Calls `serve` for each connection, with the number of the connection, counted from 0.
    pub fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> FakeServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let (connections, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, stopping, serve) = (connections.clone(), stop.clone(), Arc::new(serve));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopping.load(Ordering::Acquire) {
                    return;
                }
                let (nth, serve) = (count.fetch_add(1, Ordering::AcqRel), serve.clone());
                std::thread::spawn(move || serve(stream, nth));
            }
        });
        FakeServer { port, connections, stop, thread: Some(thread) }
    }

    /// A handle without role checks: it sends nothing but commands.
    pub fn cluster(&self, members: &[&str]) -> rediscluster::Cluster {
        super::cluster(&[self.port], &[&[r#""refresh_interval":0"#], members].concat())
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Acquire)
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// Reads what the client has sent; false if the client has closed the connection.
pub fn read_request(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 64 << 10];
    matches!(stream.read(&mut buffer), Ok(count) if count > 0)
}
