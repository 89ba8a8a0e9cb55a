//! MIGRATE of keys of several nodes.

use crate::support::Server;
use crate::support::three_nodes::{ThreeNodes, redis_command, reply_to};

#[test]
fn every_node_migrates_its_own_keys() {
    let setup = ThreeNodes::new();
    let cluster = setup.cluster();
    let target = Server::start();
    let migrate = |options: &str, keys: &str| {
        let command = format!("MIGRATE 127.0.0.1 {} {}", target.port, setup.command(&format!("EMPTY 0 5000{options} KEYS {keys}")));
        let words: Vec<&[u8]> = command.split(' ').map(|word| if word == "EMPTY" { b"" } else { word.as_bytes() }).collect();
        match cluster.command(&words) {
            Ok(reply) => crate::support::three_nodes::format_reply(&reply),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(migrate("", "A B C"), "NOKEY");
    reply_to(&cluster, &setup.command("MSET A 1 C 3 D 4"));
    assert_eq!(migrate("", "A B C"), "OK");
    assert_eq!(reply_to(&cluster, &setup.command("EXISTS A B C D")), "1");
    let sent: Vec<Option<String>> = redis_command(&setup.command("MGET A B C D")).query(&mut target.client()).unwrap();
    assert_eq!(sent, [Some("1".into()), None, Some("3".into()), None]);
    reply_to(&cluster, &setup.command("MSET A 5 B 6"));
    let refused = migrate("", "A B");
    assert!(refused.contains("BUSYKEY") && refused.ends_with("(node_1)"), "{refused}");
    assert_eq!(migrate(" COPY REPLACE", "A B"), "OK");
    assert_eq!(
        reply_to(&cluster, &setup.command("EXISTS A B")),
        "1",
        "the first MIGRATE moved B although A was refused; the second one copied A"
    );
}
