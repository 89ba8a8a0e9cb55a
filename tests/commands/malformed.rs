//! Malformed commands: the reply of one plain server, whatever the number of masters. The calls are generated from the command table.

use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use rediscluster::{Cluster, Session, Value, all_commands};
use std::fmt::Write;
use std::time::Duration;

type Call = Vec<String>;

fn call(words: &[&str]) -> Call {
    words.iter().map(|word| word.to_string()).collect()
}

/// The name of a command as it is sent: a subcommand is an argument of its own.
fn name(command: &str) -> Call {
    command.to_uppercase().split('|').map(str::to_owned).collect()
}

/// A call of a command with this number of arguments, its name included. Other arguments are keys on three nodes, in turn.
fn with_arguments(command: &str, count: usize) -> Call {
    let mut call = name(command);
    call.extend((call.len()..count).map(|at| ["A", "B", "C"][at % 3].to_owned()));
    call
}

/// Every command with too few and with too many arguments.
fn wrong_arities() -> Vec<Call> {
    let mut calls = Vec::new();
    for (command, arity, _) in all_commands() {
        let minimum = arity.unsigned_abs() as usize;
        let words = name(command).len();
        calls.extend((words..minimum).map(|count| with_arguments(command, count)));
        if arity > 0 {
            calls.extend([1, 2].map(|more| with_arguments(command, minimum + more)));
        }
    }
    calls
}

/// Every command with a number of keys, and bad numbers.
fn wrong_key_counts() -> Vec<Call> {
    const BAD: &[&str] = &["x", "-1", "99", "1.5", "", "01", "+1", "9223372036854775807", "9223372036854775808", "18446744073709551615"];
    let mut calls = Vec::new();
    for (command, arity, position) in all_commands() {
        let Some(position) = position else { continue };
        let is_script = ["eval", "evalsha", "fcall", "eval_ro", "evalsha_ro", "fcall_ro"].contains(&command);
        for number in BAD.iter().chain(if is_script { &[][..] } else { &["0"] }) {
            for more in 0..4 {
                let mut call = with_arguments(command, (arity.unsigned_abs() as usize).max(position + 1) + more);
                call[position] = number.to_string();
                calls.push(call);
            }
        }
        // One more key than there are arguments.
        let mut call = with_arguments(command, position + 3);
        call[position] = "3".into();
        calls.push(call);
    }
    calls
}

/// Every container with subcommands that it does not have, and subcommands by their full names, which are no commands.
fn unknown_subcommands() -> Vec<Call> {
    let mut calls = Vec::new();
    for (command, arity, _) in all_commands().filter(|(command, ..)| command.contains('|')) {
        let container = command.split('|').next().expect("a container").to_uppercase();
        calls.extend(["nonsense", "", "HELP|x"].iter().map(|subcommand| call(&[&container, subcommand])));
        calls.push(call(&[&container, "Nonsense", "A", "B"]));
        let mut whole = with_arguments(command, arity.unsigned_abs() as usize);
        whole.splice(..2, [command.to_uppercase()]);
        calls.push(whole);
    }
    calls.sort_unstable();
    calls.dedup();
    calls
}

/// Other malformed calls whose keys are on several nodes.
fn invalid_syntax() -> Vec<Call> {
    [
        "NOSUCH A B",
        "GET|SET A",
        "EVAL x foo",
        "EVALSHA aa x",
        "FCALL f -1",
        "SINTERCARD x A",
        "SINTERCARD 2 A B LIMIT",
        "SINTERCARD 2 A B LIMIT x",
        "SINTERCARD 2 A B LIMIT -1",
        "SINTERCARD 2 A B C",
        "ZUNION 3 A B",
        "ZUNION 2 A B WEIGHTS 1",
        "ZUNION 2 A B WEIGHTS 1 x",
        "ZUNION 2 A B AGGREGATE x",
        "ZUNION 2 A B nonsense",
        "ZINTERCARD 2 A B LIMIT x",
        "ZINTERCARD 2 A B nonsense",
        "ZDIFF 2 A B WEIGHTS 1 1",
        "ZUNIONSTORE C 2 A B WITHSCORES",
        "ZUNIONSTORE C 2 A",
        "ZUNIONSTORE C x A",
        "ZMPOP x A MIN",
        "ZMPOP 2 A B",
        "ZMPOP 2 A B nonsense",
        "ZMPOP 2 A B MIN COUNT",
        "ZMPOP 2 A B MIN COUNT 0",
        "ZMPOP 2 A B MIN COUNT x",
        "ZMPOP 3 A B MIN",
        "LMPOP 2 A B",
        "LMPOP 3 A B LEFT",
        "LMPOP 2 A B MIDDLE",
        "LMPOP 2 A B LEFT COUNT 0",
        "LMPOP 2 A B LEFT nonsense 1",
        "BLMPOP 1 2 A B",
        "BLMPOP x 2 A B LEFT",
        "BLMPOP -1 2 A B LEFT",
        "BLMPOP 0.1 3 A B LEFT",
        "BLMPOP 0.1 x A B LEFT",
        "BZMPOP 0.1 3 A B MIN",
        "BZMPOP x 2 A B MIN",
        "BLPOP A B x",
        "BLPOP A B -1",
        "BLPOP A B inf",
        "BRPOP A B 1e400",
        "BZPOPMIN A B x",
        "BLMOVE A B LEFT MIDDLE 1",
        "BLMOVE A B LEFT LEFT x",
        "LMOVE A B x LEFT",
        "BRPOPLPUSH A B -1",
        "XREAD STREAMS A B 0",
        "XREAD STREAMS A",
        "XREAD STREAMS A B",
        "XREAD COUNT x STREAMS A B 0 0",
        "XREAD COUNT 1 A B 0 0",
        "XREAD BLOCK x STREAMS A B 0 0",
        "XREAD BLOCK -1 STREAMS A B 0 0",
        "XREAD STREAMS A B 0 x",
        "XREAD STREAMS A B > >",
        "XREAD nonsense STREAMS A B 0 0",
        "XREADGROUP GROUP g c STREAMS A B >",
        "XREADGROUP GROUP g STREAMS A B > >",
        "XREADGROUP STREAMS A B 0 0 0 0 0",
        "XREADGROUP GROUP g c COUNT x STREAMS A B > >",
        "XREADGROUP GROUP g c STREAMS A B > x",
        "BITOP NOT A B C",
        "BITOP nonsense A B C",
        "COPY A B nonsense",
        "COPY A B DB x",
        "COPY A B DB 99",
        "SORT A BY nonsense STORE",
        "SORT A STORE B LIMIT 0",
        "SORT A STORE B LIMIT x 1",
        "SORT A STORE B nonsense",
        "GEOSEARCHSTORE A B nonsense",
        "GEOSEARCHSTORE A B FROMLONLAT 1 1",
        "GEOSEARCHSTORE A B FROMMEMBER x BYRADIUS 1 parsec",
        "GEORADIUS A 1 1 1 parsec STORE B",
        "GEORADIUS A 1 x 1 m STORE B",
        "ZRANGESTORE A B 0",
        "ZRANGESTORE A B x 1",
        "ZRANGESTORE A B 0 1 WITHSCORES",
        "ZRANGESTORE A B 0 1 LIMIT 0 1",
        "LCS A B nonsense",
        "LCS A B LEN IDX",
        "LCS A B MINMATCHLEN x",
        "MSET A 1 B",
        "MSETNX A 1 B",
        "MSETEX 3 A 1 B 2",
        "SMOVE A B",
        "RENAME A B C",
        "SCAN x",
        "SCAN 0 COUNT",
        "SCAN 0 COUNT x",
        "SCAN 0 COUNT 0",
        "SCAN 0 nonsense 1",
        "SCAN 0 TYPE",
        "FLUSHALL nonsense",
        "FLUSHDB x y",
        "SWAPDB x 1",
        "CLIENT PAUSE x",
        "CLIENT LIST TYPE nonsense",
        "CLIENT LIST ID x",
        "CLIENT LIST nonsense",
        "CONFIG SET nonsense 1",
        "CONFIG SET maxmemory 1 maxmemory",
        "MIGRATE x y A 0",
        "WAIT x 1",
        "SLOWLOG GET x",
        "SLOWLOG GET -2",
        "FUNCTION LOAD nonsense",
        "FUNCTION RESTORE x",
        "FUNCTION DELETE nonsense",
        "FUNCTION FLUSH nonsense",
        "SCRIPT LOAD (",
        "SCRIPT FLUSH nonsense",
        "SCRIPT EXISTS",
        "ACL SETUSER x nonsense",
        "OBJECT FREQ",
        "PING A B C",
        "CONFIG|GET maxmemory",
        "config|get maxmemory",
        "OBJECT|ENCODING A",
    ]
    .iter()
    .map(|line| line.split(' ').map(str::to_owned).collect())
    .collect()
}

fn all_calls() -> Vec<Call> {
    [wrong_arities(), wrong_key_counts(), unknown_subcommands(), invalid_syntax()].concat()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) | Value::Status(text) | Value::Error(text) => String::from_utf8_lossy(text).into(),
        Value::Failure(children) => format!("failed: {}", children.clone().nth(1).map(|message| text(&message)).unwrap_or_default()),
        Value::Array(children) => format!("[{}]", children.map(|child| text(&child)).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
    }
}

/// Collects the differences of replies, so that a failure shows all of them.
struct Comparison<'t> {
    three: &'t ThreeNodes,
    differences: String,
}

impl Comparison<'_> {
    fn names<'c>(&'c self, call: &'c Call) -> Vec<&'c [u8]> {
        let name = |word: &'c String| match word.as_str() {
            "A" => self.three.keys[0].as_bytes(),
            "B" => self.three.keys[1].as_bytes(),
            "C" => self.three.keys[2].as_bytes(),
            word => word.as_bytes(),
        };
        call.iter().map(name).collect()
    }

    fn request(&self, call: &Call) -> Vec<u8> {
        rediscluster::pack(&self.names(call))
    }

    fn compare(&mut self, call: &Call, what: &str, found: &str, expected: &str) {
        // A server may accept a call that newer releases reject: Redis 6.2 accepts more arguments of subcommands.
        if found != expected && !expected.starts_with("array(") {
            writeln!(self.differences, "{what}: {}\n    {found}\n    {expected}", call.join(" ")).unwrap();
        }
    }

    fn finish(self) {
        assert!(self.differences.is_empty(), "{}", self.differences);
    }
}

/// Redis 6.2 checks subcommands only when EXEC runs them, and has other rules for what a transaction may contain.
fn checks_what_it_queues(client: &mut redis::Connection) -> bool {
    plain(client, &[b"COMMAND", b"INFO", b"config|get"]).contains("config|get")
}

/// The reply of the plain server, which is independent of the library.
fn plain(client: &mut redis::Connection, words: &[&[u8]]) -> String {
    let mut request = redis::Cmd::new();
    words.iter().for_each(|word| _ = request.arg(*word));
    use redis::ConnectionLike;
    match client.req_packed_command(&request.get_packed_command()) {
        Ok(redis::Value::ServerError(error)) => format!("{} {}", error.code(), error.details().unwrap_or_default()).trim().to_owned(),
        Ok(redis::Value::Okay) => "OK".into(),
        Ok(redis::Value::SimpleString(text)) => text,
        Ok(other) => format!("{other:?}"),
        Err(error) => match error.detail() {
            Some(detail) => format!("{} {detail}", error.code().unwrap_or("ERR")),
            None => format!("{error}"),
        },
    }
}

#[test]
fn a_malformed_command_has_the_reply_of_one_server() {
    let three = ThreeNodes::new();
    let one = crate::support::Server::start();
    let mut client = three.oracle.client();
    let clusters: [(&str, Cluster); 2] = [("one master", crate::support::cluster(&[one.port], &[])), ("three masters", three.cluster())];
    let mut comparison = Comparison { three: &three, differences: String::new() };
    for call in all_calls() {
        let expected = plain(&mut client, &comparison.names(&call));
        for (what, cluster) in &clusters {
            let found = match cluster.command(&comparison.names(&call)) {
                Ok(reply) => text(&reply.root()).trim().to_owned(),
                Err(error) => format!("{:?}: {error}", error.code()),
            };
            comparison.compare(&call, what, &found, &expected);
        }
    }
    comparison.finish();
}

fn in_session(session: &mut Session, request: &[u8]) -> String {
    let reply = session.execute(request).unwrap();
    let Value::Array(mut replies) = reply.root() else { panic!("{reply:?}") };
    replies.next().map(|reply| text(&reply).trim().to_owned()).unwrap_or_default()
}

#[test]
fn a_session_rejects_malformed_commands_as_one_server_does() {
    let three = ThreeNodes::new();
    let cluster = three.cluster();
    let mut client = three.oracle.client();
    let mut session = cluster.session();
    let mut comparison = Comparison { three: &three, differences: String::new() };
    for call in all_calls() {
        let expected = plain(&mut client, &comparison.names(&call));
        let found = in_session(&mut session, &comparison.request(&call));
        comparison.compare(&call, "session", &found, &expected);
    }
    comparison.finish();
}

#[test]
fn a_malformed_command_aborts_a_transaction_as_on_one_server() {
    let three = ThreeNodes::new();
    let cluster = three.cluster();
    if !checks_what_it_queues(&mut three.oracle.client()) {
        return;
    }
    let mut client = three.oracle.client();
    let mut session = cluster.session();
    let mut comparison = Comparison { three: &three, differences: String::new() };
    let multi = call(&["MULTI"]);
    let exec = call(&["EXEC"]);
    for (nth, call) in [wrong_arities(), unknown_subcommands()].concat().into_iter().enumerate() {
        // The server of the transaction is unknown, known by a watched key, or known by a command.
        let mut calls = vec![multi.clone(), call.clone(), exec.clone()];
        match nth % 3 {
            1 => calls.insert(0, self::call(&["WATCH", "B"])),
            2 => calls.insert(1, self::call(&["GET", "B"])),
            _ => {}
        }
        for (place, step) in calls.iter().enumerate() {
            let expected = plain(&mut client, &comparison.names(step));
            let found = in_session(&mut session, &comparison.request(step));
            comparison.compare(&call, &format!("step {place}"), &found, &expected);
        }
    }
    comparison.finish();
}

/// What is nested in a transaction before its first key, after it, or after a watched key. Servers differ: Valkey makes EXEC fail.
#[test]
fn the_server_decides_on_what_is_nested_in_a_transaction() {
    let three = ThreeNodes::new();
    let cluster = three.cluster();
    if !checks_what_it_queues(&mut three.oracle.client()) {
        return;
    }
    let mut client = RawClient::connect(three.oracle.port);
    let mut session = cluster.session();
    let mut comparison = Comparison { three: &three, differences: String::new() };
    let nested = ["MULTI", "WATCH A", "WATCH B", "SAVE", "PSYNC ? -1", "WATCH", "NOSUCH"];
    for nested in nested {
        for (before, inside) in [
            (&[][..], &["NESTED"][..]),
            (&[], &["NESTED", "SET A 1"]),
            (&[], &["PING", "NESTED", "ECHO x", "SET B 1", "GET B"]),
            (&[], &["SET A 1", "NESTED", "GET A"]),
            (&["WATCH B"], &["NESTED"]),
            (&["WATCH B"], &["NESTED", "SET B 1"]),
        ] {
            let multi = ["DEL A", "DEL B"].iter().chain(before).chain(&["MULTI"]);
            let calls: Vec<&str> = multi.chain(inside).chain(&["EXEC", "GET A", "GET B", "DISCARD"]).copied().collect();
            let calls: Vec<Call> =
                calls.iter().map(|line| line.replace("NESTED", nested).split(' ').map(str::to_owned).collect()).collect();
            for (place, step) in calls.iter().enumerate() {
                let request = comparison.request(step);
                let expected = client.exchange(&request, 1);
                session.write(&request).unwrap();
                let mut found = vec![0; 1000];
                let length = session.read(&mut found, Some(Duration::from_secs(30))).unwrap();
                let what = format!("step {place} of {}", calls.iter().map(|call| call.join(" ")).collect::<Vec<_>>().join("; "));
                comparison.compare(step, &what, &found[..length].escape_ascii().to_string(), &expected.escape_ascii().to_string());
            }
        }
    }
    comparison.finish();
}
