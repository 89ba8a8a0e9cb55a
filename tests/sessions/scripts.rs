//! Scripts in transactions: what is known to one server is known to every node.

use crate::helpers::{compare_bytes, run};
use crate::support::random::Random;
use crate::support::raw_client::RawClient;
use crate::support::{Server, cluster, key_on, ports};
use rediscluster::Session;

const PER_NODE: &str = r#""transactions":"per_node""#;
const SOURCE: &str = "return{KEYS[1],ARGV[1]}";

fn digest() -> String {
    sha1_smol::Sha1::from(SOURCE).digest().to_string()
}

/// The commands of a line, which `|` divides. `EVAL`, `CALL` and `LOAD` name the script.
fn commands(line: &str) -> Vec<String> {
    let spelled = |command: &str| {
        let command = command.replace("CALL", &format!("EVALSHA {}", digest().to_uppercase()));
        command.replace("EVAL ", &format!("EVAL {SOURCE} ")).replace("LOAD", &format!("SCRIPT LOAD {SOURCE}"))
    };
    line.split('|').map(spelled).collect()
}

fn replies(session: &mut Session, line: &str) -> Vec<String> {
    run(session, &commands(line).iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_transaction_knows_the_scripts_that_one_server_would_know() {
    let (servers, oracle) = (Server::start_many(3), Server::start());
    let [a, b, c] = [1, 2, 3].map(|master| key_on(master, 3));
    for members in [&[][..], &[PER_NODE]] {
        let cluster = cluster(&ports(&servers), members);
        let mut lines = vec![
            format!("EVAL 1 {a} x|MULTI|CALL 1 {b} x|SET {b} 1|EXEC|MULTI|CALL 1 {b} y|EXEC|MULTI|SET {c} 1|CALL 1 {c} z|EXEC"),
            format!("EVAL 1 {a} x|WATCH {b}|MULTI|CALL 1 {b} x|CALL 1 {b} y|EXEC|WATCH {b}|SET {b} 2|MULTI|CALL 1 {b} x|EXEC"),
            format!("EVAL 1 {a} x|MULTI|CALL 0 x|SET {c} 1|EXEC|MULTI|CALL 0 x|EXEC"),
            format!("EVAL 1 {a} x|MULTI|CALL 1 {b} x|DISCARD|MULTI|CALL 1 {b} x|EXEC"),
            format!("EVAL 1 {a} x|MULTI|CALL 1 {b} x|SCRIPT FLUSH|EXEC|MULTI|CALL 1 {b} x|EXEC|CALL 1 {b} x"),
            format!("EVAL 1 {a} x|MULTI|SCRIPT FLUSH|CALL 1 {b} x|EXEC"),
            format!("EVAL 1 {a} x|MULTI|CALL 1 {b} x|EXEC|SCRIPT FLUSH|EVAL 1 {a} x|MULTI|CALL 1 {b} x|EXEC"),
            format!("LOAD|MULTI|CALL 1 {a} x|EXEC"),
            format!("MULTI|CALL 1 {b} x|EXEC"),
            // A script becomes known when EXEC runs it.
            format!("MULTI|EVAL 1 {a} x|EXEC|MULTI|CALL 1 {b} x|EXEC|CALL 1 {c} x"),
            format!("MULTI|EVAL 1 {a} x|SET {a} 1|DISCARD|CALL 1 {a} x|MULTI|CALL 1 {b} x|EXEC"),
            format!("MULTI|EVAL 1 {a} x|NOSUCH|EXEC|CALL 1 {b} x"),
            format!("WATCH {a}|SET {a} 1|MULTI|EVAL 1 {a} x|EXEC|CALL 1 {a} x"),
            format!("MULTI|LOAD|DISCARD|CALL 1 {a} x|MULTI|LOAD|CALL 1 {b} x|EXEC|CALL 1 {c} x"),
            format!("LOAD|MULTI|SCRIPT FLUSH|DISCARD|CALL 1 {a} x|MULTI|SCRIPT FLUSH|EXEC|CALL 1 {a} x"),
        ];
        if !members.is_empty() {
            lines.push(format!("MULTI|EVAL 1 {a} x|CALL 1 {b} x|CALL 1 {b} y|CALL 1 {c} x|EXEC|MULTI|CALL 1 {b} x|EXEC"));
            lines.push(format!("MULTI|EVAL 1 {a} x|CALL 1 {b} x|DISCARD|MULTI|CALL 1 {b} x|EXEC"));
            lines.push(format!("MULTI|CALL 1 {b} x|EVAL 1 {a} x|CALL 1 {b} x|SCRIPT FLUSH|CALL 1 {b} x|EXEC|CALL 1 {a} x"));
            lines.push(format!("LOAD|MULTI|SCRIPT FLUSH|EVAL 1 {a} x|CALL 1 {b} x|EXEC|MULTI|CALL 1 {c} x|MGET {a} {b}|EXEC"));
            lines.push(format!("MULTI|EVAL 0 x|CALL 1 {a} x|CALL 1 {b} x|LOAD|CALL 1 {c} x|EXEC"));
            lines.push(format!("MULTI|EVAL 0 x|CALL 0 x|MSET {a} x {b} y|CALL 1 {b} x|EXEC"));
        }
        for line in lines {
            let (mut session, mut plain) = (cluster.session(), RawClient::connect(oracle.port));
            let empty = ["FLUSHALL".to_owned(), "SCRIPT FLUSH".to_owned()];
            for commands in [&empty[..], &commands(&line)] {
                compare_bytes(&mut session, &mut plain, commands, &mut Random::seeded(), &format!("{members:?}"));
            }
        }
    }
}

#[test]
fn a_server_that_was_restarted_gets_the_script_of_a_transaction_again() {
    let mut servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    let key = key_on(2, 2);
    let line = format!("MULTI|CALL 1 {key} x|EXEC");
    let expected = ["OK".to_owned(), "QUEUED".to_owned(), format!("[[{key} x]]")];
    replies(&mut session, "LOAD");
    assert_eq!(replies(&mut session, &line), expected);
    servers[1].restart();
    assert_eq!(replies(&mut session, &line), expected);
}

#[test]
fn a_script_is_sent_once_over_the_connection_of_a_session() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    let key = key_on(2, 2);
    replies(&mut session, &format!("EVAL 1 {} x", key_on(1, 2)));
    for _ in 0..3 {
        assert_eq!(replies(&mut session, &format!("MULTI|CALL 1 {key} x|EXEC"))[2], format!("[[{key} x]]"));
    }
    let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut servers[1].client()).unwrap();
    let loads = stats.lines().find(|line| line.starts_with("cmdstat_script|load:")).expect("the script was loaded");
    assert!(loads.contains("calls=1,"), "{loads}");
}
