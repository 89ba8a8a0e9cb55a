//! src/command/table.rs is up to date with the metadata of Redis and with `tools/command_table`, which generates it.

#[path = "../tools/command_table/mod.rs"]
mod generator;
mod support;

use support::Server;

#[test]
fn the_command_table_matches_the_metadata_of_the_server() {
    let server = Server::start();
    let mut client = server.client();
    let info: String = redis::cmd("INFO").arg("server").query(&mut client).unwrap();
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap();
    if !version.starts_with(generator::RELEASE) {
        return support::skip(&format!("the table is generated from Redis {}x, and this server is {version}", generator::RELEASE));
    }
    support::generated::check("src/command/table.rs", &generator::generate(&mut client));
}
