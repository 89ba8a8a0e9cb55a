//! HELLO 3: replies, messages and transactions have the types that one server uses, byte by byte.

use super::helpers::{of_redis_7, read_all, run_one};
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{Server, cluster, ports, request};
use rediscluster::{Session, Value};
use std::time::Duration;

const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// A session over three nodes and a client of one plain server, both with the same protocol.
struct Pair {
    nodes: ThreeNodes,
    session: Session,
    plain: RawClient,
}

impl Pair {
    fn new() -> Pair {
        let nodes = ThreeNodes::new();
        let (session, plain) = (nodes.cluster().session(), RawClient::connect(nodes.oracle.port));
        Pair { nodes, session, plain }
    }

    fn hello(&mut self, protocol: u8) {
        let hello = request(&[&format!("HELLO {protocol}")]);
        self.session.write(&hello).unwrap();
        let (found, expected) = (read_all(&mut self.session), self.plain.exchange(&hello, 1));
        let beginning = |reply: &[u8]| String::from_utf8_lossy(reply).split("$2\r\nid").next().unwrap().to_owned();
        assert_eq!(beginning(&found), beginning(&expected));
    }

    /// Compares the replies to commands that are written at once.
    fn check(&mut self, commands: &[&str], replies: usize) -> String {
        let commands: Vec<String> = commands.iter().map(|command| self.nodes.command(command)).collect();
        let request = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
        self.session.write(&request).unwrap();
        let expected = self.plain.exchange(&request, replies);
        let found = self.read(expected.len());
        assert_eq!(found.escape_ascii().to_string(), of_redis_7(&expected.escape_ascii().to_string()), "{commands:?}");
        String::from_utf8_lossy(&found).into_owned()
    }

    /// At least so many bytes, unless none come for a long time.
    fn read(&mut self, length: usize) -> Vec<u8> {
        let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
        while all.len() < length {
            match self.session.read(&mut buffer, LONG).unwrap() {
                0 => break,
                count => all.extend_from_slice(&buffer[..count]),
            }
        }
        all.extend(read_all(&mut self.session));
        all
    }

    fn check_each(&mut self, commands: &[&str]) {
        commands.iter().for_each(|command| drop(self.check(&[command], 1)));
    }
}

const COMMANDS: &[&str] = &[
    "GET nothing",
    "HSET A f 1 g 2",
    "HGETALL B",
    "HGETALL A",
    "HRANDFIELD A 1000 WITHVALUES",
    "DEL A",
    "ZADD A 1.5 m inf n",
    "ZADD B 2 m",
    "ZSCORE A m",
    "ZINCRBY A 1 m",
    "ZMSCORE A m nothing",
    "ZRANGE A 0 -1 WITHSCORES",
    "ZUNION 2 A B WITHSCORES",
    "ZUNION 2 A B",
    "ZINTER 2 A B WITHSCORES",
    "ZDIFF 2 A B WITHSCORES",
    "ZINTERCARD 2 A B",
    "ZUNIONSTORE C 2 A B",
    "ZRANGEBYSCORE C -inf inf WITHSCORES",
    "ZMPOP 2 B A MIN COUNT 5",
    "ZMPOP 2 B A MIN COUNT 5",
    "ZMPOP 2 B A MIN COUNT 5",
    "ZADD A 1.25 m 3 n",
    "BZPOPMIN B A 1",
    "BZPOPMAX B A 0.01",
    "BZPOPMAX B A 0.01",
    "BZMPOP 0.01 2 B A MAX",
    "LPUSH A 1 2 3",
    "BLPOP B A 1",
    "LMPOP 2 B A LEFT COUNT 5",
    "LMPOP 2 B A LEFT COUNT 5",
    "BLPOP B A 0.01",
    "SADD A x y",
    "SADD B x z",
    "SINTER A B",
    "SDIFF A B",
    "SUNION A nothing C",
    "SMISMEMBER A x z",
    "SUNION nothing C",
    "SUNION A C",
    "DEL A B C",
    "SET A string",
    "MGET A B C",
    "SINTER A B",
    "GEOADD B 13.5 38.5 p",
    "GEOPOS B p nothing",
    "GEOSEARCH B FROMLONLAT 13 38 BYRADIUS 500 km WITHDIST WITHCOORD",
    "XADD C 1-1 f v",
    "XREAD STREAMS C D 0 0",
    "XADD D 1-1 f v",
    "XREAD COUNT 1 STREAMS C D 0 0",
    "XREAD STREAMS C D 9 9",
    "XRANGE C - +",
    "XGROUP CREATE C g 0",
    "XGROUP CREATE D g 0",
    "XREADGROUP GROUP g c STREAMS C D > >",
    "XDEL C 1-1",
    "XREADGROUP GROUP g c STREAMS C D 0 0",
    "XPENDING C g",
    "XINFO GROUPS C",
    "XAUTOCLAIM D g other 0 0",
    "SET B strong",
    "LCS A B IDX WITHMATCHLEN",
    "LCS A B",
    "DEL C",
    "RPUSH C 2 1",
    "SORT C BY nothing_* GET # GET missing_*",
    "CONFIG GET maxmemory-policy",
    "COMMAND INFO GET",
    "OBJECT ENCODING A",
    "PUBSUB NUMSUB a b",
    "PUBSUB CHANNELS nothing",
    "FUNCTION STATS",
    "LATENCY HISTOGRAM nothing",
    "LATENCY LATEST",
    "LATENCY HISTORY nothing",
    "ACL LOG",
    "SLOWLOG GET 0",
    "EXISTS A B C",
    "KEYS nothing",
    "CLIENT GETNAME",
    "CLIENT SETNAME name",
    "CLIENT GETNAME",
    "NOSUCH command",
    "GET",
    "EVAL return{1,false} 1 A",
    "EVAL redis.setresp(3);return{double=1.5} 1 A",
    "EVAL redis.setresp(3);return{map={a=1}} 1 A",
    "EVAL redis.setresp(3);return{set={a=true}} 1 A",
    "EVAL redis.setresp(3);return{big_number='12345678901234567890'} 1 A",
    "EVAL redis.setresp(3);return{verbatim_string={format='mkd',string='text'}} 1 A",
    "EVAL redis.setresp(3);return{true,false} 1 A",
    "MEMORY HELP",
    "LPOP nothing 2",
    "GETEX nothing",
    "SPOP nothing",
    "SRANDMEMBER nothing 3",
    "ZRANDMEMBER nothing 3 WITHSCORES",
    "ZRANK nothing a",
    "HMGET nothing a b",
    "RANDOMKEY",
];

#[test]
fn replies_have_the_types_of_one_server() {
    let mut pair = Pair::new();
    pair.check_each(&["CLIENT GETNAME", "SELECT 3"]);
    for protocol in [3, 2, 3] {
        pair.hello(protocol);
        pair.check_each(COMMANDS.split_last().unwrap().1);
        pair.check_each(&["FLUSHALL", "RANDOMKEY"]);
    }
    pair.check_each(&["RESET", "GET nothing", "BLPOP A B 0.01"]);
}

#[test]
fn a_change_of_protocol_applies_to_the_commands_after_it() {
    let mut pair = Pair::new();
    pair.hello(3);
    let commands = ["GET nothing", "HELLO 4", "HELLO x", "GET nothing", "HELLO 3 NONSENSE", "GET nothing"];
    pair.check(&commands, commands.len());
    let request = request(&["GET nothing", "HELLO 2", "GET nothing"]);
    pair.session.write(&request).unwrap();
    let text = String::from_utf8(read_all(&mut pair.session)).unwrap();
    assert!(text.starts_with("_\r\n*14\r\n") && text.ends_with("$-1\r\n"), "{text}");
}

#[test]
fn transactions_reply_with_the_types_of_one_server() {
    let mut pair = Pair::new();
    pair.check(&["SADD A x", "ZADD D 1.5 m"], 2);
    pair.check(&["WATCH A"], 1);
    pair.hello(3);
    pair.check(&["MULTI", "SMEMBERS A", "ZSCORE D m", "SPOP A 5", "GET A", "EXEC"], 6);
    pair.check(&["WATCH A"], 1);
    let cluster = pair.nodes.cluster();
    for handle in [&cluster, &pair.nodes.oracle()] {
        let command = pair.nodes.command("SADD A y");
        handle.command(&crate::support::words(&command)).unwrap();
    }
    pair.check(&["MULTI", "PING", "SCARD A", "EXEC"], 4);
    pair.check(&["MULTI", "EXEC"], 2);
    pair.hello(2);
    pair.check(&["MULTI", "SMEMBERS nothing", "ZSCORE D m", "EXEC"], 4);
}

#[test]
fn messages_and_confirmations_are_pushes_and_every_command_is_allowed() {
    let mut pair = Pair::new();
    pair.hello(3);
    pair.check(&["SUBSCRIBE A B", "PSUBSCRIBE p*", "PING", "SET A 1", "GET B"], 6);
    let has_shard_channels = pair.nodes.oracle.has_command("ssubscribe");
    if has_shard_channels {
        pair.check(&["SSUBSCRIBE C"], 1);
    }
    for handle in [pair.nodes.cluster(), pair.nodes.oracle()] {
        for channel in ["A", "B", "party", "C"].into_iter().filter(|channel| has_shard_channels || *channel != "C") {
            let name = if channel == "C" { "SPUBLISH" } else { "PUBLISH" };
            let command = pair.nodes.command(&format!("{name} {channel} text"));
            assert_eq!(handle.command(&crate::support::words(&command)).unwrap().root(), Value::Integer(1));
            let mut buffer = [0; 1000];
            if handle.config().masters.len() == 3 {
                let count = pair.session.read(&mut buffer, LONG).unwrap();
                assert_eq!(buffer[0], b'>', "{}", buffer[..count].escape_ascii());
            } else {
                assert_eq!(pair.plain.read(1)[0], b'>');
            }
        }
    }
    if has_shard_channels {
        pair.check(&["SUNSUBSCRIBE"], 1);
    }
    pair.check(&["UNSUBSCRIBE A B", "PUNSUBSCRIBE p*", "UNSUBSCRIBE", "PING"], 5);
    pair.check(&["SUBSCRIBE A"], 1);
    pair.hello(2);
    pair.check(&["GET A", "PING", "UNSUBSCRIBE"], 3);
}

#[test]
fn a_session_of_a_handle_with_protocol_3_begins_with_it() {
    let servers = Server::start_many(2);
    let mut session = cluster(&ports(&servers), &[r#""protocol":3"#]).session();
    let reply = session.execute(&request(&["GET nothing", "SUBSCRIBE channel", "RESET", "GET nothing", "HELLO 2", "GET nothing"])).unwrap();
    let Value::Array(replies) = reply.root() else { panic!("{reply:?}") };
    let replies: Vec<Value> = replies.collect();
    assert!(
        matches!(replies[..], [Value::Null, Value::Push(_), Value::Status(_), Value::Null, Value::Array(_), Value::Nil]),
        "{replies:?}"
    );
    assert_eq!(run_one(&mut session, "PING"), "PONG");
}

#[test]
fn messages_arrive_while_a_blocking_command_waits() {
    let mut pair = Pair::new();
    pair.hello(3);
    pair.check(&["SUBSCRIBE A"], 1);
    let publish = request(&[&pair.nodes.command("PUBLISH A text")]);
    let push = request(&[&pair.nodes.command("RPUSH B element")]);
    // With keys on one node, and on several.
    for blpop in ["BLPOP B 0", "BLPOP B C 0"] {
        let blpop = request(&[&pair.nodes.command(blpop)]);
        pair.session.write(&blpop).unwrap();
        pair.plain.write(&blpop);
        let three = pair.nodes.cluster();
        let mut other = RawClient::connect(pair.nodes.oracle.port);
        // Nothing has come yet, and the write has not waited.
        assert_eq!(pair.session.read(&mut [0; 10], Some(Duration::from_millis(1))).unwrap(), 0);
        for (command, expected) in [(&publish, 1), (&publish, 1), (&push, 1)] {
            while other.exchange(&request(&["INFO clients"]), 1).windows(17).all(|window| window != b"blocked_clients:1") {}
            three.execute(command).unwrap();
            other.exchange(command, 1);
            let expected = pair.plain.read(expected);
            let found = pair.read(expected.len());
            assert_eq!(found.escape_ascii().to_string(), expected.escape_ascii().to_string());
        }
    }
}
