//! N servers compared with one: the same commands to both, each reply, and in the end every key.

pub mod answer;
pub mod bench;
pub mod chosen;
pub mod compare;
pub mod exceptions;
pub mod generate;
pub mod mutants;
pub mod refused;
pub mod shrink;
pub mod sorted;
pub mod state;
pub mod walk;
pub mod wire;
