//! Runs a server that ends with this program, however that ends.

use crate::failure::Failure;
use clap::Args;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Becomes another program, which the kernel kills when its parent ends
#[derive(Args)]
pub struct RunBound {
    parent: i32,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    command: Vec<OsString>,
}

/// A command that runs a program in this way. Ctrl-C at the terminal is not for it.
pub fn command(program: &OsStr) -> Result<Command, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::failed(format!("cannot find the program itself: {error}")))?;
    let mut command = Command::new(own);
    command.arg("run-bound").arg(std::process::id().to_string()).arg(program).process_group(0);
    Ok(command)
}

pub fn run(args: &RunBound) -> Result<(), Failure> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| Failure::failed(format!("prctl: {error}")))?;
    // It may have ended before.
    if getppid().map(Pid::as_raw_pid) != Some(args.parent) {
        return Err(Failure::failed("the program that started this one has ended"));
    }
    let error = Command::new(&args.command[0]).args(&args.command[1..]).exec();
    Err(Failure::failed(format!("{}: {error}", args.command[0].to_string_lossy())))
}
