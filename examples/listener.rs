//! Listens for Redis clients. Clients that are written for one server, such as redis-cli, work on all nodes.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --release --example listener 127.0.0.1:7000
//!     redis-cli -p 7000

use rediscluster::{Cluster, Config, Job, Listener};
use std::net::TcpListener;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a thread without a job is kept.
const IDLE_TIME: Duration = Duration::from_secs(10);

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
    let threads = Arc::new(Threads::default());
    let listener = Listener::new(cluster, listener).expect("descriptors for a listener");
    eprintln!("{}", listener.serve(|job| threads.clone().run(job)));
}

/// Threads that take one job after the other. A job may wait for long, so there is a thread for each that runs.
#[derive(Default)]
struct Threads {
    state: Mutex<State>,
    has_job: Condvar,
}

#[derive(Default)]
struct State {
    jobs: Vec<Job>,
    idle: usize,
}

impl Threads {
    fn run(self: Arc<Threads>, job: Job) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.idle > state.jobs.len() {
            state.jobs.push(job);
            self.has_job.notify_one();
        } else {
            drop(state);
            thread::spawn(move || {
                job.run();
                while let Some(job) = self.next() {
                    job.run();
                }
            });
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.idle += 1;
        let (mut state, _) =
            self.has_job.wait_timeout_while(state, IDLE_TIME, |state| state.jobs.is_empty()).unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        state.jobs.pop()
    }
}
