//! CLIENT TRACKING: a session over three masters announces the keys that one server announces.

mod harness;
mod lost_connections;
mod modes;
mod random;
mod redirect;
