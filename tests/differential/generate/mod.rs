//! Commands at random: from the rules of each family, over a few keys, right and wrong ones.

#![allow(dead_code)] // each suite uses its own part of it

pub mod builder;
pub mod command;
pub mod grammar;
pub mod names;
pub mod rules;
pub mod sequence;
pub mod slots;
pub mod spoil;

pub use command::Command;
