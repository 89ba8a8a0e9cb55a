//! The clients: processes in C, PHP and Go that run the commands they are told to run.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

const FOLDER: &str = "tests/resilience/network_chaos/workers";

/// Language and number of threads of each process.
const PROCESSES: [(&str, usize); 4] = [("C", 3), ("Go", 3), ("PHP", 1), ("PHP", 1)];

pub struct Worker {
    pub language: &'static str,
    process: Child,
}

/// One thread of a worker.
pub struct Pipe {
    pub language: &'static str,
    to: File,
    from: BufReader<File>,
}

/// What a call has returned, or how it has failed.
pub struct Outcome {
    pub kind: Kind,
    pub took: Duration,
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Value,
    ErrorReply,
    NotExecuted,
    MaybeExecuted,
}

/// Builds and starts all processes.
pub fn start_all(folder: &Path, config: &str) -> (Vec<Worker>, Vec<Pipe>) {
    let (c, go) = (folder.join("worker-c").display().to_string(), folder.join("worker-go").display().to_string());
    shell(&format!("cc -std=c99 -O2 -pthread -o {c} {FOLDER}/worker.c $(pkg-config --cflags --libs rediscluster)"));
    shell(&format!("cd {FOLDER}/go && go build -o {go} ."));
    let (mut workers, mut pipes) = (Vec::new(), Vec::new());
    for (number, (language, threads)) in PROCESSES.into_iter().enumerate() {
        let line = match language {
            "C" => c.clone(),
            "Go" => go.clone(),
            _ => format!("php {FOLDER}/worker.php"),
        };
        let fifos = folder.join(format!("fifos-{number}")).display().to_string();
        (0..threads).for_each(|thread| shell(&format!("mkfifo {fifos}.{thread}.in {fifos}.{thread}.out")));
        let process = Command::new("bash")
            .args(["-c", &format!(". scripts/env && exec setpriv --pdeathsig KILL -- {line} {fifos} {threads}")])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("REDISCLUSTER_CONFIG", config)
            .spawn()
            .expect("a worker");
        workers.push(Worker { language, process });
        pipes.extend((0..threads).map(|thread| {
            let to = File::options().write(true).open(format!("{fifos}.{thread}.in")).expect("a worker that reads");
            let from = File::open(format!("{fifos}.{thread}.out")).expect("a worker that writes");
            Pipe { language, to, from: BufReader::new(from) }
        }));
    }
    (workers, pipes)
}

/// Runs a line of shell with the environment of the staged library.
fn shell(line: &str) {
    let status = Command::new("bash").args(["-c", &format!(". scripts/env && {line}")]).current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(status.expect("bash").success(), "{line}");
}

impl Pipe {
    /// Runs a command, whose words have no spaces.
    pub fn call(&mut self, deadline: Duration, command: &str) -> Outcome {
        let mut line = String::new();
        let sent = self.to.write_all(format!("{} {command}\n", deadline.as_millis()).as_bytes());
        sent.and_then(|()| self.from.read_line(&mut line)).expect("a worker");
        let mut parts = line.trim_end_matches('\n').splitn(4, ' ');
        let mut part = || parts.next().unwrap_or_else(|| panic!("the worker in {} wrote {line:?} after {command}", self.language));
        let (kind, executed, took, text) = (part(), part(), part(), part());
        let kind = match (kind, executed) {
            ("v", _) => Kind::Value,
            ("e", _) => Kind::ErrorReply,
            ("f", "0") => Kind::NotExecuted,
            ("f", _) => Kind::MaybeExecuted,
            _ => panic!("the worker in {} wrote {line:?}", self.language),
        };
        Outcome { kind, took: Duration::from_micros(took.parse().expect("a number")), text: text.to_owned() }
    }
}

impl Worker {
    /// Resident memory in KiB, and open descriptors.
    pub fn usage(&self) -> (u64, usize) {
        let folder = format!("/proc/{}", self.process.id());
        let status = std::fs::read_to_string(format!("{folder}/status")).expect("a process that runs");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        let resident = resident.trim().trim_end_matches(" kB").parse().expect("a number");
        (resident, std::fs::read_dir(format!("{folder}/fd")).expect("descriptors").count())
    }

    /// Waits for the end of a worker whose pipes are closed.
    pub fn end(mut self) {
        let status = self.process.wait().expect("a worker");
        assert!(status.success(), "the worker in {}: {status}", self.language);
    }
}
