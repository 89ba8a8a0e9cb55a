//! The program under test.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// What a run printed, and its exit status.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program without the variables that it would read.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rediscluster"));
    for name in ["REDISCLUSTER_CONFIG", "REDISCLUSTER_PASSWORD", "REDISCLUSTER_SPASS", "REDISCLUSTER_TPASS", "REDISCLUSTER_CLIENT_PASSWORD"]
    {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

pub fn run(args: &[&str]) -> Run {
    finished(command(args).output().expect("the program runs"))
}

pub fn run_with_input(args: &[&str], input: &str) -> Run {
    let mut child = command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the program reads its input");
    finished(child.wait_with_output().expect("the program ends"))
}

/// Runs the program and expects success.
pub fn succeed(args: &[&str]) -> Run {
    let run = run(args);
    assert_eq!(run.status, 0, "{args:?}: {}{}", run.stdout, run.stderr);
    run
}

fn finished(output: Output) -> Run {
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
