//! Commands over several real servers. Most tests compare replies and stored data with those of one plain server.

mod blocking;
mod blocking_types;
mod broadcast;
mod colocate;
mod comparison;
mod error_origin;
mod explain;
mod gather;
mod lookup;
mod malformed;
mod migrate;
mod missing_commands;
mod modules;
mod msetnx;
mod newer_commands;
mod old_readme;
mod pipelines;
mod pop;
mod resp3;
mod routing;
mod scripts;
mod sort;
mod transfer;
mod visibility;
mod waiting_order;
mod xread;

#[path = "../support/mod.rs"]
mod support;
