//! Sessions: one client with state, over all nodes.

mod auth;
mod blocking;
mod byte_stream;
mod clients;
mod connection_state;
mod helpers;
mod listener;
mod monitor;
mod redis_benchmark;
mod redis_cli;
mod replica_wait;
mod reports;
mod resp3;
mod scripts;
mod settings_in_transactions;
mod several_nodes;
mod shared;
mod subscribe_order;
mod subscriptions;
mod transactions;

#[path = "../support/mod.rs"]
mod support;
