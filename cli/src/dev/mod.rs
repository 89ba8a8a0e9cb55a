//! `dev`: a private cluster on this machine, for as long as the program runs.

mod bound;
mod certificates;
mod layout;
mod servers;
mod signals;

pub use crate::dev::bound::{RunBound, run as run_bound};

use crate::commands::print;
use crate::dev::certificates::Certificates;
use crate::dev::layout::Layout;
use crate::dev::servers::Servers;
use crate::dev::signals::Interruption;
use crate::failure::Failure;
use clap::Args;
use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, Instant};

/// Start a private local cluster, and stop it at Ctrl-C
///
/// Prints its configuration. The servers listen on 127.0.0.1 only, and nothing
/// remains of them and their data. With a COMMAND they run until it ends, and
/// it finds the configuration in the variable REDISCLUSTER_CONFIG.
#[derive(Args)]
pub struct Dev {
    /// How many masters
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    masters: u16,
    /// How many replicas each master has
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=10))]
    replicas: u16,
    /// The servers use TLS, with certificates that are made for them
    #[arg(long)]
    tls: bool,
    /// Three Sentinels watch the masters; needs replicas
    #[arg(long)]
    sentinel: bool,
    /// The first port; the servers take one after the other. Default: free ones
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// The program of a server, such as valkey-server
    #[arg(long, value_name = "PROGRAM", default_value = "redis-server")]
    server: OsString,
    /// A command to run, after --
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// How long a command has to end after a signal.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);

pub fn run(args: &Dev, hash_tag: Option<&str>) -> Result<(), Failure> {
    if args.sentinel && args.replicas == 0 {
        return Err(Failure::usage("--sentinel needs replicas to promote: give --replicas 1"));
    }
    let interruption = Interruption::watch()?;
    let folder = tempfile::Builder::new().prefix("rediscluster-dev-").tempdir();
    let folder = folder.map_err(|error| Failure::failed(format!("cannot make a temporary folder: {error}")))?;
    let certificates = args.tls.then(|| Certificates::make(folder.path())).transpose()?;
    let mut servers = Servers::new(folder.path(), &args.server, certificates, args.port, &interruption);
    let layout = Layout { masters: args.masters, replicas: args.replicas, sentinels: if args.sentinel { 3 } else { 0 } };
    let config = layout.start(&mut servers, hash_tag.unwrap_or("keep"))?;
    if !args.command.is_empty() {
        return run_command(&args.command, &config.to_string(), &interruption);
    }
    print(format!("{config:#}\n").as_bytes())?;
    eprintln!("{} servers run. Press Ctrl-C to stop them.", servers.count());
    interruption.wait();
    Ok(())
}

/// Runs the user's command. Its exit status is that of the program.
fn run_command(command: &[OsString], config: &str, interruption: &Interruption) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}", command[0].to_string_lossy()));
    let mut child = Command::new(&command[0]).args(&command[1..]).env("REDISCLUSTER_CONFIG", config).spawn().map_err(failed)?;
    let mut stopped: Option<Instant> = None;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        match stopped {
            None if interruption.has_come() => {
                stopped = Some(Instant::now());
                servers::terminate(&child);
            }
            Some(since) if since.elapsed() > COMMAND_TIMEOUT => child.kill().map_err(failed)?,
            _ => {}
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Failure { status: u8::try_from(code).unwrap_or(crate::failure::FAILED), message: String::new() }),
        None => Err(Failure::failed(format!("{}: {status}", command[0].to_string_lossy()))),
    }
}
