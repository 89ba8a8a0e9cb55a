//! Random commands: from the rules of each family, over a few keys, valid and invalid.

#![allow(dead_code)] // one of the tests uses only a part

pub mod builder;
pub mod command;
pub mod corrupt;
pub mod grammar;
pub mod key_names;
pub mod placeholders;
pub mod rules;
pub mod sequence;
pub mod tracking;
pub mod transactions;

pub use command::Command;
