//! Generates src/command/table.rs from the metadata of a running server (`COMMAND`) and of newer servers (`newer.json`). What the library adds to
//! that is in src/command/strategy.rs and src/command/commands.rs.

pub mod newer;
mod render;

use newer::Newer;
use redis::Connection;

/// The release that the table is generated from.
pub const RELEASE: &str = "7.0.";

/// The text of src/command/table.rs. `server` has to run a release that begins with [`RELEASE`].
pub fn generate(server: &mut Connection) -> String {
    let commands = redis::cmd("COMMAND").query(server).unwrap();
    let docs = redis::cmd("COMMAND").arg("DOCS").query(server).unwrap();
    let newer = Newer::read();
    render::render(&newer.join(&commands), &newer.since(&docs))
}
