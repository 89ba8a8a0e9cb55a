//! Compares the key positions of random commands with the reply of `COMMAND GETKEYS`.

use super::generate::Command;
use super::generate::command::{Side, quoted};
use super::generate::rules::rules;
use super::generate::sequence::sequence;
use super::raw_connection::RawConnection;
use crate::support::{Server, random};
use std::collections::BTreeMap;

const COMMANDS: usize = 100_000;

#[test]
fn key_positions_match_command_getkeys() {
    let (seed, rules, server) = (random::seed(), rules(), Server::start());
    if !server.is_since((7, 0)) {
        return;
    }
    let connection = RawConnection::connect(server.port);
    // One example for each command name.
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let (mut asked, mut with_keys) = (0, 0);
    for number in 0.. {
        if asked >= COMMANDS {
            break;
        }
        let commands: Vec<Command> = sequence(&rules, seed, number).into_iter().filter(|command| !is_excluded(command)).collect();
        let spelled: Vec<Vec<Vec<u8>>> = commands.iter().map(|command| command.spelled(Side::Oracle, 1)).collect();
        let question = |args: &Vec<Vec<u8>>| [vec![b"COMMAND".to_vec(), b"GETKEYS".to_vec()], args.clone()].concat();
        connection.send_all(&spelled.iter().map(question).collect::<Vec<_>>());
        let replies = connection.receive_many(spelled.len());
        for ((command, args), reply) in commands.iter().zip(&spelled).zip(replies) {
            let expected = sorted(reply.items().iter().map(|key| key.bytes().to_vec()));
            let found = library_keys(args);
            with_keys += usize::from(!expected.is_empty());
            if found != expected {
                wrong.insert(command.name.clone(), format!("{command}: {}, the server: {reply}", quoted_keys(&found)));
            }
        }
        asked += commands.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.into_values().collect::<Vec<_>>().join("\n"));
    assert!(with_keys > COMMANDS / 2, "only {with_keys} of {asked} commands have keys");
}

/// A command that is refused has no keys, on either side.
fn library_keys(args: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let places = rediscluster::keys_of(&args.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap_or_default();
    sorted(places.into_iter().map(|at| args[at].clone()))
}

/// The server lists the destination of some commands after the sources.
fn sorted(keys: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = keys.collect();
    keys.sort();
    keys
}

fn quoted_keys(keys: &[Vec<u8>]) -> String {
    keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(" ")
}

/// Commands that the server refuses; channels, which determine a node but are not keys; and commands whose keys the server itself does not
/// report: PFMERGE without sources, and a consumer called STREAMS after another option.
fn is_excluded(command: &Command) -> bool {
    let words = command.spelled(Side::Oracle, 1);
    let is_misread = match command.name.as_str() {
        "publish" | "spublish" => true,
        "pfmerge" => words.len() == 2,
        // With two destinations some releases report the last one only.
        "georadius" | "georadiusbymember" => {
            words.iter().filter(|word| word.eq_ignore_ascii_case(b"STORE") || word.eq_ignore_ascii_case(b"STOREDIST")).count() > 1
        }
        "xreadgroup" => words.iter().filter(|word| word.eq_ignore_ascii_case(b"STREAMS")).count() > 1,
        _ => false,
    };
    command.corrupted || is_misread
}
