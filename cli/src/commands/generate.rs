//! `completions` and `man`: files for shells and for man.

use crate::args::Cli;
use crate::commands::print;
use crate::failure::Failure;
use clap::{Args, Command, CommandFactory};
use std::path::{Path, PathBuf};

/// Print the completions for a shell
#[derive(Args)]
pub struct Completions {
    shell: clap_complete::Shell,
}

/// Write the manual pages to a folder
#[derive(Args)]
pub struct Man {
    /// An existing folder
    folder: PathBuf,
}

pub fn completions(args: &Completions) -> Result<(), Failure> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rediscluster", &mut out);
    print(&out)
}

pub fn man(args: &Man) -> Result<(), Failure> {
    let mut command = Cli::command();
    command.build();
    page(&args.folder, &command, "rediscluster")?;
    command
        .get_subcommands()
        .filter(|sub| !sub.is_hide_set())
        .try_for_each(|sub| page(&args.folder, sub, &format!("rediscluster-{}", sub.get_name())))
}

fn page(folder: &Path, command: &Command, name: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    let mut out = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut out).map_err(failed)?;
    std::fs::write(folder.join(format!("{name}.1")), out).map_err(failed)
}
