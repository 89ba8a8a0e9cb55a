//! Runs the conformance vectors, whose replies were recorded from one redis-server, over several servers.

mod one_server;
mod partition;
#[path = "../support/mod.rs"]
mod support;

use one_server::OneServer;
use rediscluster::{Cluster, Code, Error, Reply, Value, pack, pipeline};
use std::path::PathBuf;
use std::process::Command;
use support::Server;

/// One case: its setup commands, with whether the server refuses them, its command, and the expected reply.
struct Case {
    place: String,
    masters: usize,
    setup: Vec<(Vec<Vec<u8>>, bool)>,
    command: Vec<Vec<u8>>,
    order: Order,
    reply: Vec<Vec<u8>>,
}

/// The required order of the values of a reply.
#[derive(Clone, Copy)]
enum Order {
    Exact,
    /// Groups of this many values, after the array header, in any order.
    Any(usize),
}

#[test]
fn the_vectors_have_the_replies_of_redis_7_0() {
    let server = OneServer::start();
    if !server.is_redis_7_0 {
        return support::skip("the vectors have the replies of Redis 7.0, and other releases use other error texts");
    }
    let mut script = Command::new("python3");
    script.args(["-B", "tools/conformance/commands.py", "--check"]).env("REDISCLUSTER_PORTS", server.server.port.to_string());
    let output = script.output().expect("python3 is installed: scripts/setup test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_command_replies_over_several_nodes_as_on_one() {
    over_one_two_and_three_nodes(|cluster, case| {
        for (command, is_refused) in &case.setup {
            let reply = tokens(cluster, command);
            if reply[0].starts_with(b"-") != *is_refused {
                return [vec![b"setup:".to_vec()], reply].concat();
            }
        }
        tokens(cluster, &case.command)
    });
}

#[test]
fn pipelined_commands_reply_as_if_sent_one_by_one() {
    over_one_two_and_three_nodes(|cluster, case| {
        let commands = case.setup.iter().map(|(command, _)| command).chain([&case.command]);
        let request: Vec<u8> = commands.flat_map(|command| pack(&slices(command))).collect();
        let replies = cluster.execute(&request).unwrap();
        let Value::Array(mut replies) = replies.root() else { panic!("{}: the reply is not an array", case.place) };
        let mut tokens = Vec::new();
        add_tokens(replies.nth(case.setup.len()).expect("a reply a command"), &mut tokens);
        tokens
    });
}

#[test]
fn queries_and_pipelines_of_rust_values_reply_as_the_server() {
    over_one_two_and_three_nodes(|cluster, case| {
        let mut setup = pipeline();
        for (command, _) in &case.setup {
            setup.add(command);
        }
        let results: Vec<Result<Reply, Error>> = setup.run(cluster).unwrap();
        assert_eq!(results.len(), case.setup.len());
        let mut tokens = Vec::new();
        match cluster.query::<Reply>(&case.command) {
            Ok(reply) => add_tokens(reply.root(), &mut tokens),
            Err(error) if error.code() == Code::Server => tokens.push([b"-", error.message().as_bytes()].concat()),
            Err(error) => tokens.push(error.message().into()),
        }
        tokens
    });
}

/// Runs all cases, each on empty servers, and reports all mismatches. A reply that differs from the recorded one must be that of one server,
/// and this server must be of another release.
fn over_one_two_and_three_nodes(run: impl Fn(&Cluster, &Case) -> Vec<Vec<u8>>) {
    let servers = Server::start_many(3);
    let clusters: Vec<Cluster> =
        (1..=3).map(|masters| support::cluster(&support::ports(&servers[..masters]), &support::LONG_TIMEOUTS)).collect();
    let cases: Vec<Case> = files().iter().flat_map(cases).collect();
    assert!(cases.len() >= 500, "only {} cases", cases.len());
    let mut one_server = OneServer::start();
    let mut wrong = Vec::new();
    for case in &cases {
        for (cluster, masters) in clusters[..case.masters].iter().zip(1..) {
            cluster.command(&[b"FLUSHALL"]).unwrap();
            let found = run(cluster, case);
            let equals = |reply: &[Vec<u8>]| in_order(case.order, &found) == in_order(case.order, reply);
            if equals(&case.reply) {
                continue;
            }
            if !one_server.is_redis_7_0 && !one_server.runs_setup(case) {
                support::skip(&format!("this server does not run the commands before {}", case.place));
                break;
            }
            if one_server.is_redis_7_0 || !equals(&one_server.reply(case)) {
                wrong.push(format!(
                    "{} over {masters} masters: {} instead of {}",
                    case.place,
                    format_tokens(&found),
                    format_tokens(&case.reply)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases fail:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

// ---- replies of the library ------------------------------------------------------------------------------------------

fn tokens(cluster: &Cluster, command: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let reply: Reply = match cluster.command(&slices(command)) {
        Ok(reply) => reply,
        Err(error) => return vec![error.message().into()],
    };
    let mut tokens = Vec::new();
    add_tokens(reply.root(), &mut tokens);
    tokens
}

/// A value in the notation of the vectors: a sign for its type, and its content; after an array its elements.
fn add_tokens(value: Value, tokens: &mut Vec<Vec<u8>>) {
    let token = match value {
        Value::Nil => b"_".to_vec(),
        Value::NilArray => b"*_".to_vec(),
        Value::String(text) => [b"$", text].concat(),
        Value::Status(text) => [b"+", text].concat(),
        Value::Error(text) => [b"-", text].concat(),
        Value::Integer(number) => format!(":{number}").into(),
        Value::Array(elements) => {
            tokens.push(format!("*{}", elements.count()).into());
            return elements.for_each(|element| add_tokens(element, tokens));
        }
        Value::Failure(mut parts) => match parts.nth(1) {
            Some(Value::String(message)) => message.to_vec(),
            other => format!("{other:?}").into(),
        },
        other => format!("{other:?}").into(),
    };
    tokens.push(token);
}

fn in_order(order: Order, tokens: &[Vec<u8>]) -> Vec<Vec<u8>> {
    match (order, tokens) {
        (Order::Any(step), [head, rest @ ..]) if rest.len() % step == 0 => {
            let mut groups: Vec<&[Vec<u8>]> = rest.chunks(step).collect();
            groups.sort();
            [std::slice::from_ref(head), &groups.concat()].concat()
        }
        _ => tokens.to_vec(),
    }
}

fn slices(words: &[Vec<u8>]) -> Vec<&[u8]> {
    words.iter().map(Vec::as_slice).collect()
}

fn format_tokens(tokens: &[Vec<u8>]) -> String {
    tokens.iter().map(|token| token.escape_ascii().to_string()).collect::<Vec<_>>().join(" ")
}

// ---- the files -------------------------------------------------------------------------------------------------------

fn files() -> Vec<PathBuf> {
    let folder = std::fs::read_dir("tests/conformance/commands").unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn cases(file: &PathBuf) -> Vec<Case> {
    let text = std::fs::read_to_string(file).unwrap();
    let (mut cases, mut setup, mut command, mut masters) = (Vec::new(), Vec::new(), Vec::new(), 3);
    for (line, number) in text.lines().zip(1..) {
        let Some((mark, rest)) = line.split_once(' ') else { continue };
        let order = match mark {
            "masters" => {
                masters = rest.parse().unwrap();
                continue;
            }
            "+" | "-" => {
                setup.push((words(rest), mark == "-"));
                continue;
            }
            ">" => {
                command = words(rest);
                continue;
            }
            "=" => Order::Exact,
            "~" => Order::Any(1),
            "%" => Order::Any(2),
            _ => continue,
        };
        // An error extends to the end of its line.
        let reply = if rest.starts_with('-') { vec![unescaped(rest)] } else { words(rest) };
        let place = format!("{}:{number}: {}", file.display(), format_tokens(&command));
        cases.push(Case { place, masters, setup: std::mem::take(&mut setup), command: std::mem::take(&mut command), order, reply });
    }
    cases
}

fn words(line: &str) -> Vec<Vec<u8>> {
    line.split(' ').map(unescaped).collect()
}

/// The bytes of a word: `\xff` is one byte, `""` is empty.
fn unescaped(word: &str) -> Vec<u8> {
    if word == "\"\"" {
        return Vec::new();
    }
    let mut parts = word.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}
