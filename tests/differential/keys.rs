//! The keys of a command are those that the server finds: `COMMAND GETKEYS` is asked of random commands of every form.

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
    let wire = RawConnection::connect(server.port);
    // By the command's name, one of each.
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let (mut asked, mut with_keys) = (0, 0);
    for number in 0.. {
        if asked >= COMMANDS {
            break;
        }
        let commands: Vec<Command> = sequence(&rules, seed, number).into_iter().filter(|command| !is_excepted(command)).collect();
        let spelled: Vec<Vec<Vec<u8>>> = commands.iter().map(|command| command.spelled(Side::Oracle, 1)).collect();
        let question = |args: &Vec<Vec<u8>>| [vec![b"COMMAND".to_vec(), b"GETKEYS".to_vec()], args.clone()].concat();
        let answers = wire.pipeline(&spelled.iter().map(question).collect::<Vec<_>>());
        for ((command, args), answer) in commands.iter().zip(&spelled).zip(answers) {
            let expected = sorted(answer.items().iter().map(|key| key.bytes().to_vec()));
            let found = library_keys(args);
            with_keys += usize::from(!expected.is_empty());
            if found != expected {
                wrong.insert(command.name.clone(), format!("{command}: {}, the server: {answer}", quoted_keys(&found)));
            }
        }
        asked += commands.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.into_values().collect::<Vec<_>>().join("\n"));
    assert!(with_keys > COMMANDS / 2, "only {with_keys} of {asked} commands have keys");
}

/// What is refused has no keys, be it by the library or by the server.
fn library_keys(args: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let places = rediscluster::keys_of(&args.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap_or_default();
    sorted(places.into_iter().map(|at| args[at].clone()))
}

/// The server puts the destination of some behind the sources.
fn sorted(keys: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = keys.collect();
    keys.sort();
    keys
}

fn quoted_keys(keys: &[Vec<u8>]) -> String {
    keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(" ")
}

/// Commands that the server would refuse; a channel, which has its node by its name as a key has, but is none; and where the server itself does
/// not find the keys that it then uses: PFMERGE without sources, and a consumer called STREAMS behind another option.
fn is_excepted(command: &Command) -> bool {
    let words = command.spelled(Side::Oracle, 1);
    let is_misread = match command.name.as_str() {
        "publish" | "spublish" => true,
        "pfmerge" => words.len() == 2,
        "xreadgroup" => words.iter().filter(|word| word.eq_ignore_ascii_case(b"STREAMS")).count() > 1,
        _ => false,
    };
    command.corrupted || is_misread
}
