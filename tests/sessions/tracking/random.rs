//! Random reads and writes by several clients in all modes: after each step the keys that became invalid are those of one server.

use super::harness::{Client, sends_messages_after_replies, write};
use crate::support::random::Random;
use crate::support::three_nodes::ThreeNodes;

const STEPS: usize = 60;
const MODES: &[&str] =
    &["", " OPTIN", " OPTOUT", " NOLOOP", " BCAST", " BCAST PREFIX key", " BCAST PREFIX key1 PREFIX other", " BCAST NOLOOP"];

const READS: &[&str] = &[
    "GET A",
    "GET B",
    "MGET A B",
    "MGET A B C D",
    "EXISTS C D",
    "STRLEN D",
    "TYPE A",
    "SCARD C",
    "SINTERCARD 2 B C",
    "SUNION A B",
    "ZUNION 2 C D",
    "LRANGE B 0 -1",
    "LCS A B",
    "TTL C",
    "EVAL_RO return{redis.call('type',KEYS[1])} 1 A",
    "XLEN D",
    "OBJECT ENCODING A",
    "BITCOUNT B",
];

/// On one node, or divided among nodes: the session's own connections execute them.
const OWN_WRITES: &[&str] = &[
    "SET A 1",
    "SET B 2",
    "MSET A 1 B 2",
    "MSET C 1 D 2 A 3",
    "DEL A B C D",
    "DEL C",
    "UNLINK B D",
    "INCR A",
    "APPEND B x",
    "SADD C x y",
    "SREM C x",
    "RPUSH B 1 2",
    "LPOP B",
    "EXPIRE D 100",
    "PEXPIRE C 0",
    "RENAME A D",
    "SETNX D x",
    "GETDEL C",
    "EVAL return{redis.call('incr',KEYS[1])} 1 D",
    "BLPOP B 0.01",
    "FLUSHALL",
];

const CROSSNODE_WRITES: &[&str] = &[
    "RENAME A B",
    "RENAMENX C A",
    "COPY A C",
    "COPY B D REPLACE",
    "SMOVE C B x",
    "LMOVE B C LEFT RIGHT",
    "SUNIONSTORE A B C",
    "ZUNIONSTORE D 2 B C",
    "BITOP OR C A B",
    "MSETNX A 1 B 2",
    "PFMERGE C A B",
    "SORT B ALPHA STORE A",
    "LMPOP 2 B A LEFT",
    "BLPOP A B 0.01",
];

struct Run<'a> {
    nodes: &'a ThreeNodes,
    clients: Vec<(Client, &'static str)>,
    random: Random,
}

impl Run<'_> {
    fn step(&mut self, log: &mut Vec<String>) {
        let who = self.random.below(self.clients.len() + 1);
        let is_noloop = self.clients.get(who).is_some_and(|(_, mode)| mode.contains("NOLOOP"));
        let kinds: &[&[&str]] = if is_noloop { &[READS, READS, OWN_WRITES] } else { &[READS, READS, OWN_WRITES, CROSSNODE_WRITES] };
        let kind = *self.random.pick(kinds);
        let command = *self.random.pick(kind);
        log.push(format!("{who}: {command}"));
        let Some((client, mode)) = self.clients.get_mut(who) else {
            return write(self.nodes, &self.nodes.cluster(), command);
        };
        let caching = if *mode == " OPTIN" { "CLIENT CACHING YES" } else { "CLIENT CACHING NO" };
        let commands: &[&str] = match self.random.below(4) {
            0 if mode.contains("OPT") => &[caching, command],
            1 if mode.contains("OPT") => &[caching, "MULTI", "GET A", "STRLEN D", "EXEC"],
            2 => &["MULTI", "GET A", "INCR D", "EXEC"],
            _ => &[command],
        };
        let (found, expected) = (client.run(self.nodes, commands).invalid, client.run_plain(self.nodes, commands).invalid);
        compare(found, expected, log);
    }

    fn compare_messages(&mut self, log: &[String]) {
        for (client, _) in &mut self.clients {
            let (found, expected) = (client.run(self.nodes, &[]).invalid, client.run_plain(self.nodes, &[]).invalid);
            compare(found, expected, log);
        }
    }
}

/// A key that changes twice in a step may be announced once or twice.
fn compare(mut found: Vec<String>, mut expected: Vec<String>, log: &[String]) {
    found.dedup();
    expected.dedup();
    assert_eq!(found, expected, "{log:#?}");
}

#[test]
fn the_same_keys_become_invalid_as_on_one_server() {
    let nodes = ThreeNodes::new();
    if !sends_messages_after_replies(&nodes) {
        return;
    }
    let cluster = nodes.cluster();
    let mut random = Random::seeded();
    for _ in 0..8 {
        let mut log = Vec::new();
        let mut clients = Vec::new();
        for number in 0..3 {
            let mode = *random.pick(MODES);
            log.push(format!("{number}: CLIENT TRACKING ON{mode}"));
            let mut client = Client::resp3(&nodes, &cluster);
            client.check(&nodes, &[&format!("CLIENT TRACKING ON{mode}")]);
            clients.push((client, mode));
        }
        let mut run = Run { nodes: &nodes, clients, random: Random::from_seed(random.next()) };
        for _ in 0..STEPS {
            run.step(&mut log);
            run.compare_messages(&log);
        }
    }
}

#[test]
fn commands_in_one_write_announce_the_same_keys() {
    let nodes = ThreeNodes::new();
    if !sends_messages_after_replies(&nodes) {
        return;
    }
    let cluster = nodes.cluster();
    let mut client = Client::resp3(&nodes, &cluster);
    client.check(&nodes, &["CLIENT TRACKING ON"]);
    for commands in [
        &["GET A", "SET A 1", "GET B", "SET B 1", "MGET C D", "PING"][..],
        &["SET C 1", "SET D 1"],
        &["GET A", "MULTI", "GET D", "SET A 2", "EXEC", "SINTER A B", "SET B 3"],
        &["GET A", "EVALSHA ffff 0", "DEL A", "unknown", "GET"],
    ] {
        let (found, expected) = (client.run_pipelined(&nodes, commands), client.run_plain(&nodes, commands));
        assert_eq!((&found.replies, &found.invalid), (&expected.replies, &expected.invalid), "{commands:?}");
    }
}
