//! The command line.

use crate::commands::{big_keys, exec, explain, generate, hot_keys, node_for, nodes, recover, scan, skew};
use crate::dev::{Dev, RunBound};
use crate::doctor::Doctor;
use crate::serve::Serve;
use crate::transfer::options::{Copy, Reshard, Verify};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The exit statuses, as the help and the manual page show them.
const EXIT_STATUS: &str = "\
Exit status:
  0  done
  1  a server failed or replied with an error
  2  the command line or the configuration is wrong; nothing was done
  3  refused: you have to decide something first; the message says what
  4  verify found differences";

/// Looks into sharded Redis servers, copies data between servers, and moves it
/// to another number of nodes
#[derive(Parser)]
#[command(name = "rediscluster", version, after_help = EXIT_STATUS, max_term_width = 80, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub cluster: ClusterArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// Which servers to use.
#[derive(Args)]
#[command(next_help_heading = "Servers")]
pub struct ClusterArgs {
    /// The configuration: a JSON file, or the JSON text itself
    #[arg(long, global = true, value_name = "FILE", env = "REDISCLUSTER_CONFIG", hide_env_values = true)]
    pub config: Option<String>,
    /// The masters, instead of a configuration: node_1#HOST:PORT,node_2#…
    ///
    /// A node may also be a URL: node_1#rediss://HOST:PORT.
    #[arg(long, global = true, value_name = "LIST", conflicts_with = "config")]
    pub nodes: Option<String>,
    /// What a hash tag is: strip, keep or off; replaces that of the configuration
    #[arg(long, global = true, value_name = "RULE", value_parser = ["strip", "keep", "off"])]
    pub hash_tag: Option<String>,
    /// A file with the password for --nodes; else REDISCLUSTER_PASSWORD
    #[arg(long, global = true, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum Command {
    NodeFor(node_for::NodeFor),
    Explain(explain::Explain),
    Exec(exec::Exec),
    Nodes(nodes::NodesArgs),
    Scan(scan::Scan),
    BigKeys(big_keys::BigKeys),
    HotKeys(hot_keys::HotKeys),
    Skew(skew::Skew),
    Doctor(Doctor),
    Recover(recover::Recover),
    Copy(Copy),
    Reshard(Reshard),
    Verify(Verify),
    Serve(Serve),
    Dev(Dev),
    #[command(hide = true)]
    RunBound(RunBound),
    Completions(generate::Completions),
    Man(generate::Man),
}
