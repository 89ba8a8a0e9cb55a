//! Runs the tool as a user would, with real servers.

#[path = "../../../tests/support/mod.rs"]
mod support;

mod copy;
mod data;
mod dev;
mod docs;
mod faults;
mod health;
mod help;
mod inspect;
mod layouts;
mod live;
mod program;
mod prompt;
mod reshard;
mod serve;
mod serve_tls;
mod speed;
#[path = "../../../tests/tls/servers.rs"]
#[allow(dead_code)] // the tests of this program use only a part
mod tls_servers;
