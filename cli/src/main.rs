//! `rediscluster`, the command-line tool: looks into sharded Redis servers, copies data between servers, and moves it to another number of nodes.

mod args;
mod commands;
mod config;
mod dev;
mod doctor;
mod failure;
mod format;
mod key_scan;
mod prompt;
mod serve;
mod split_line;
mod state_folder;
mod table;
mod text;
mod transfer;
mod wire;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(&args::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("rediscluster: {}", failure.message);
            }
            ExitCode::from(failure.status)
        }
    }
}
