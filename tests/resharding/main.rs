//! Keys that move from a previous layout to another one while programs use them.

mod interruptions;
mod layouts;
mod refusals;
mod under_load;

#[path = "../support/mod.rs"]
mod support;
