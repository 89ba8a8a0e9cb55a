//! Commands at random: from the rules of each family, over a few keys, right and wrong ones.

#![allow(dead_code)] // each suite uses its own part of it

pub mod builder;
pub mod command;
pub mod corrupt;
pub mod grammar;
pub mod key_names;
pub mod placeholders;
pub mod rules;
pub mod sequence;

pub use command::Command;
