//! The commands of the tool, one file each.

pub mod big_keys;
mod chart;
pub mod exec;
pub mod explain;
pub mod generate;
pub mod hot_keys;
pub mod node_for;
pub mod nodes;
pub mod recover;
pub mod scan;
pub mod skew;
pub mod transfer;

use crate::args::{Cli, Command};
use crate::config;
use crate::dev;
use crate::doctor;
use crate::failure::Failure;
use crate::serve;
use crate::table::Table;
use crate::transfer::live;

/// Runs the command of the command line.
pub fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::NodeFor(args) => node_for::run(&config::open(&cli.cluster)?, args),
        Command::Explain(args) => explain::run(&config::open(&cli.cluster)?, args),
        Command::Exec(args) => exec::run(&config::open(&cli.cluster)?, args),
        Command::Nodes(args) => nodes::run(&config::open(&cli.cluster)?, args),
        Command::Scan(args) => scan::run(&config::open(&cli.cluster)?, args),
        Command::BigKeys(args) => big_keys::run(&config::load(&cli.cluster)?, args),
        Command::HotKeys(args) => hot_keys::run(&config::load(&cli.cluster)?, args),
        Command::Doctor(args) => doctor::run(&config::load(&cli.cluster)?, args),
        Command::Skew(args) => skew::run(&config::load(&cli.cluster)?, args),
        Command::Recover(args) => recover::run(&config::open(&cli.cluster)?, args),
        Command::Copy(args) => transfer::copy(args),
        Command::Reshard(args) if args.live => live::reshard(&config::open(&cli.cluster)?, args),
        Command::Reshard(args) => transfer::reshard(args, cli.cluster.hash_tag.as_deref()),
        Command::Verify(args) => transfer::verify(args, cli.cluster.hash_tag.as_deref()),
        Command::Serve(args) => serve::run(config::load(&cli.cluster)?, args),
        Command::Dev(args) => dev::run(args, cli.cluster.hash_tag.as_deref()),
        Command::RunBound(args) => dev::run_bound(args),
        Command::Completions(args) => generate::completions(args),
        Command::Man(args) => generate::man(args),
    }
}

/// Prints a table.
pub fn print_table(table: &Table) -> Result<(), Failure> {
    print(table.to_string().as_bytes())
}

/// Writes to standard output.
pub fn print(bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::output)
}
