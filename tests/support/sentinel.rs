//! Sentinels that watch masters.

use super::{Server, free_port, replication::wait_until};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

pub struct Sentinel {
    pub port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Sentinel {
    /// Starts a Sentinel that fails over soon, with additional lines of its configuration. `services` are names and masters.
    pub fn start(services: &[(&str, &Server)], quorum: usize, lines: &[&str]) -> Sentinel {
        Sentinel::start_at(&services.iter().map(|(name, master)| (*name, master.port)).collect::<Vec<_>>(), quorum, lines)
    }

    /// The same with the ports of masters.
    pub fn start_at(services: &[(&str, u16)], quorum: usize, lines: &[&str]) -> Sentinel {
        for _ in 0..20 {
            let (port, folder) = (free_port(), tempfile::tempdir().expect("a temporary folder"));
            let watched: Vec<String> = services.iter().map(|(name, master)| watch(name, *master, quorum)).collect();
            let text =
                format!("port {port}\nbind 127.0.0.1\ndir {}\n{}\n{}\n", folder.path().display(), lines.join("\n"), watched.join("\n"));
            let path = folder.path().join("sentinel.conf");
            std::fs::write(&path, text).expect("a configuration");
            let mut process = spawn(&path);
            let is_ready =
                |process: &mut Child| process.try_wait().expect("its state").is_none() && TcpStream::connect(("127.0.0.1", port)).is_ok();
            wait_until(|| is_ready(&mut process) || process.try_wait().expect("its state").is_some());
            if is_ready(&mut process) {
                return Sentinel { port, process, _folder: folder };
            }
        }
        panic!("no Sentinel starts");
    }

    pub fn client(&self) -> redis::Connection {
        let url = format!("redis://127.0.0.1:{}", self.port);
        redis::Client::open(url).and_then(|client| client.get_connection()).expect("a bare connection")
    }

    /// The port of the master that it names.
    pub fn master_of(&self, service: &str) -> u16 {
        let address: (String, u16) =
            redis::cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(service).query(&mut self.client()).expect("a master");
        address.1
    }

    /// The number of replicas that it knows.
    pub fn replicas_of(&self, service: &str) -> usize {
        let replicas: Vec<redis::Value> = redis::cmd("SENTINEL").arg("REPLICAS").arg(service).query(&mut self.client()).expect("replicas");
        replicas.len()
    }

    /// Suspends it: it replies to nothing.
    pub fn hang(&self) {
        let done = Command::new("kill").args(["-STOP", &self.process.id().to_string()]).status().expect("kill is installed");
        assert!(done.success());
    }

    /// Resumes a suspended Sentinel.
    pub fn resume(&self) {
        let done = Command::new("kill").args(["-CONT", &self.process.id().to_string()]).status().expect("kill is installed");
        assert!(done.success());
    }

    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        self.stop();
    }
}

fn watch(name: &str, master: u16, quorum: usize) -> String {
    format!(
        "sentinel monitor {name} 127.0.0.1 {master} {quorum}\nsentinel down-after-milliseconds {name} 300\nsentinel failover-timeout {name} 2000"
    )
}

/// The kernel kills it when the thread that started it ends.
fn spawn(path: &std::path::Path) -> Child {
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--", "redis-server"])
        .arg(path)
        .arg("--sentinel")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server and setpriv are installed")
}
