//! The processes of a local cluster.

use crate::config;
use crate::dev::bound;
use crate::dev::certificates::Certificates;
use crate::dev::signals::Interruption;
use crate::failure::Failure;
use crate::wire::{bytes, info_field};
use rediscluster::Cluster;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it replies.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How many free ports are tried: another process can take one before the server does.
const ATTEMPTS: usize = 20;

/// All servers. Dropping it ends them.
pub struct Servers<'d> {
    folder: &'d Path,
    program: &'d OsStr,
    certificates: Option<Certificates>,
    /// The ports that the user has chosen.
    ports: Option<RangeInclusive<u16>>,
    interruption: &'d Interruption,
    processes: Vec<Child>,
}

/// What a server is for.
pub enum Role<'n> {
    Master,
    /// Of the master on this port.
    Replica(u16),
    /// Watches masters, by name and port.
    Sentinel(&'n [(String, u16)]),
}

impl Drop for Servers<'_> {
    fn drop(&mut self) {
        // They store nothing, so that nothing is lost.
        for process in &mut self.processes {
            let _ = process.kill();
        }
        for process in &mut self.processes {
            let _ = process.wait();
        }
    }
}

impl<'d> Servers<'d> {
    pub fn new(
        folder: &'d Path,
        program: &'d OsStr,
        certificates: Option<Certificates>,
        first_port: Option<u16>,
        interruption: &'d Interruption,
    ) -> Servers<'d> {
        Servers { folder, program, certificates, ports: first_port.map(|port| port..=u16::MAX), interruption, processes: Vec::new() }
    }

    pub fn interruption(&self) -> &'d Interruption {
        self.interruption
    }

    pub fn count(&self) -> usize {
        self.processes.len()
    }

    /// The `tls` of a configuration.
    pub fn tls(&self) -> Option<Value> {
        self.certificates.as_ref().map(|files| json!({"ca": files.ca}))
    }

    /// The URL of a port.
    pub fn url(&self, port: u16) -> String {
        format!("{}://127.0.0.1:{port}", if self.certificates.is_some() { "rediss" } else { "redis" })
    }

    /// Starts a server, and waits until it replies. Returns its port.
    pub fn start(&mut self, role: &Role) -> Result<u16, Failure> {
        for _ in 0..ATTEMPTS {
            let (port, is_given) = self.take_port()?;
            let folder = self.folder.join(port.to_string());
            std::fs::create_dir_all(&folder).map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
            let process = self.spawn(role, port, &folder)?;
            self.processes.push(process);
            match self.await_ready(port, role, &folder)? {
                true => return Ok(port),
                false if is_given => return Err(self.failed(port, &folder)),
                false => drop(self.processes.pop()),
            }
            if !log(&folder).contains("Address already in use") {
                return Err(self.failed(port, &folder));
            }
        }
        Err(Failure::failed(format!("no free port was found in {ATTEMPTS} attempts")))
    }

    /// A port, and whether the user has chosen it.
    fn take_port(&mut self) -> Result<(u16, bool), Failure> {
        if let Some(ports) = &mut self.ports {
            let port = ports.next().ok_or_else(|| Failure::usage("--port: there are not enough ports after it"))?;
            return Ok((port, true));
        }
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr());
        port.map(|address| (address.port(), false)).map_err(|error| Failure::failed(format!("there is no free port: {error}")))
    }

    fn spawn(&self, role: &Role, port: u16, folder: &Path) -> Result<Child, Failure> {
        let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
        let path = folder.join("redis.conf");
        let lines: Vec<String> = self.lines(role, port, folder).into_iter().map(|(name, value)| format!("{name} {value}\n")).collect();
        std::fs::write(&path, lines.concat()).map_err(failed)?;
        let output = std::fs::File::create(log_path(folder)).map_err(failed)?;
        let mut command = bound::command(self.program)?;
        command.arg(&path).args(matches!(role, Role::Sentinel(_)).then_some("--sentinel"));
        command.stdin(Stdio::null()).stderr(output.try_clone().map_err(failed)?).stdout(output);
        command.spawn().map_err(failed)
    }

    /// The configuration file.
    fn lines(&self, role: &Role, port: u16, folder: &Path) -> Vec<(&'static str, String)> {
        let mut lines = vec![("bind", "127.0.0.1".to_owned()), ("dir", quoted(folder))];
        match &self.certificates {
            Some(files) => lines.extend([("port", "0".to_owned()), ("tls-port", port.to_string())].into_iter().chain(files.options())),
            None => lines.push(("port", port.to_string())),
        }
        match role {
            Role::Sentinel(masters) => {
                for (name, master) in *masters {
                    lines.push(("sentinel", format!("monitor {name} 127.0.0.1 {master} 2")));
                    lines.push(("sentinel", format!("down-after-milliseconds {name} 3000")));
                    lines.push(("sentinel", format!("failover-timeout {name} 10000")));
                }
            }
            Role::Master | Role::Replica(_) => {
                lines.extend(
                    [("save", "\"\""), ("appendonly", "no"), ("repl-diskless-sync-delay", "0")]
                        .map(|(name, value)| (name, value.to_owned())),
                );
            }
        }
        if let Role::Replica(master) = role {
            lines.push(("replicaof", format!("127.0.0.1 {master}")));
        }
        lines
    }

    /// Waits until the server that was started last replies, and a replica has the data of its master. False if it has ended.
    fn await_ready(&mut self, port: u16, role: &Role, folder: &Path) -> Result<bool, Failure> {
        let server = self.handle(port)?;
        let deadline = Instant::now() + START_TIMEOUT;
        while Instant::now() < deadline {
            self.interruption.check()?;
            let Some(process) = self.processes.last_mut() else { return Ok(false) };
            if process.try_wait().map_err(|error| Failure::failed(error.to_string()))?.is_some() {
                return Ok(false);
            }
            if is_ready(&server, process.id(), role) {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(Failure::failed(format!("the server on port {port} did not reply in {} s:\n{}", START_TIMEOUT.as_secs(), log(folder))))
    }

    /// A handle for one server of any kind.
    fn handle(&self, port: u16) -> Result<Cluster, Failure> {
        let mut document = Map::new();
        document.insert("nodes".into(), json!({"node_1": self.url(port)}));
        document.extend(self.tls().map(|tls| ("tls".to_owned(), tls)));
        // No check of its role: replicas and Sentinels are asked, too. No breaker: at first it does not reply.
        document.extend([("refresh_interval", json!(0)), ("breaker_failures", json!(0))].map(|(name, value)| (name.to_owned(), value)));
        Ok(Cluster::open(config::from_document(&document)?))
    }

    fn failed(&self, port: u16, folder: &Path) -> Failure {
        let program = self.program.to_string_lossy();
        Failure::failed(format!("{program} on port {port} ended while it started:\n{}", log(folder).trim_end()))
    }
}

/// Whether this process replies on its port, and not another process that has taken the port.
fn is_ready(server: &Cluster, process: u32, role: &Role) -> bool {
    let Ok(reply) = server.command(&[b"INFO"]) else { return false };
    let info = String::from_utf8_lossy(bytes(&reply.root()).unwrap_or_default()).into_owned();
    let is_own = info_field(&info, "process_id") == Some(process.to_string().as_str());
    is_own && (!matches!(role, Role::Replica(_)) || info_field(&info, "master_link_status") == Some("up"))
}

/// A path as an argument in a configuration file.
pub fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(log_path(folder)).unwrap_or_default()
}

/// Asks a process to end.
pub fn terminate(process: &Child) {
    if let Some(pid) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::TERM);
    }
}
