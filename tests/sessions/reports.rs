//! What all masters report of themselves has the types of one server, with RESP2 and with RESP3.

use super::helpers::read_all;
use crate::support::raw_client::RawClient;
use crate::support::{Server, cluster, key_on, ports, request};

const COMMANDS: [&str; 34] = [
    "INFO",
    "INFO server",
    "INFO none",
    "INFO commandstats keyspace",
    "CLIENT LIST",
    "CLIENT LIST TYPE pubsub",
    "CLIENT INFO",
    "MEMORY STATS",
    "MEMORY DOCTOR",
    "MEMORY PURGE",
    "LATENCY LATEST",
    "LATENCY HISTORY command",
    "LATENCY HISTORY none",
    "LATENCY HISTOGRAM set",
    "LATENCY HISTOGRAM none",
    "LATENCY DOCTOR",
    "LATENCY GRAPH command",
    "LATENCY GRAPH none",
    "LATENCY RESET none",
    "FUNCTION STATS",
    "FUNCTION LIST",
    "ACL LOG",
    "ACL LOG 1",
    "ACL LOG x",
    "ACL WHOAMI",
    "MODULE LIST",
    "ROLE",
    "SLOWLOG GET",
    "SLOWLOG GET 1",
    "SLOWLOG LEN",
    "CONFIG GET maxmemory*",
    "PUBSUB CHANNELS",
    "PUBSUB NUMSUB a b",
    "PUBSUB NUMPAT",
];

/// The types of a reply. Statuses, errors and the names in maps are shown; elements of one shape in a row are shown once.
fn shape(bytes: &[u8]) -> (String, usize) {
    let line = bytes.windows(2).position(|pair| pair == b"\r\n").expect("a line") + 2;
    let text = String::from_utf8_lossy(&bytes[..line - 2]).into_owned();
    let count = || text[1..].parse::<usize>().unwrap_or(0);
    match bytes[0] {
        b'$' | b'=' => (text[..1].into(), if text.starts_with("$-") { line } else { line + count() + 2 }),
        b'*' | b'~' | b'>' | b'%' => {
            let (mut at, mut parts) = (line, Vec::<String>::new());
            for nth in 0..if bytes[0] == b'%' { 2 * count() } else { count() } {
                let (part, length) = shape(&bytes[at..]);
                let is_name = bytes[0] == b'%' && nth % 2 == 0 && part == "$";
                parts.push(if is_name { String::from_utf8_lossy(&bytes[at..at + length]).escape_default().to_string() } else { part });
                at += length;
            }
            let width = if bytes[0] == b'%' { 2 } else { 1 };
            let mut elements: Vec<String> = parts.chunks(width).map(|element| element.join(" ")).collect();
            // Maps have no order.
            if bytes[0] == b'%' {
                elements.sort_unstable();
            }
            elements.dedup();
            (format!("{}[{}]", &text[..1], elements.join(" ")), at)
        }
        b'+' | b'-' => (text, line),
        _ => (text[..1].into(), line),
    }
}

fn all_shapes(mut bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let (text, length) = shape(bytes);
        all.push(text);
        bytes = &bytes[length..];
    }
    all
}

#[test]
fn reports_have_the_types_of_one_server() {
    let options = ["--latency-monitor-threshold", "1", "--slowlog-log-slower-than", "0"];
    let servers: Vec<Server> = (0..4).map(|_| Server::start_with(&options)).collect();
    for (nth, server) in servers.iter().enumerate() {
        let mut client = server.client();
        redis::cmd("EVAL").arg("for _ = 1, 10000000 do end").arg("0").exec(&mut client).unwrap();
        redis::cmd("SET").arg(key_on(nth as u32 % 3 + 1, 3)).arg("v").exec(&mut client).unwrap();
        assert!(redis::cmd("AUTH").arg("nobody").arg("x").exec(&mut client).is_err());
    }
    for protocol in [2, 3] {
        let mut session = cluster(&ports(&servers[..3]), &[]).session();
        let mut plain = RawClient::connect(servers[3].port);
        let hello = request(&[&format!("HELLO {protocol}")]);
        session.write(&hello).unwrap();
        read_all(&mut session);
        plain.exchange(&hello, 1);
        // One by one, and in a pipeline with other commands.
        for command in COMMANDS {
            for commands in [&[command][..], &["PING", command, "DBSIZE"]] {
                let bytes = request(commands);
                session.write(&bytes).unwrap();
                let expected = all_shapes(&plain.exchange(&bytes, commands.len()));
                assert_eq!(all_shapes(&read_all(&mut session)), expected, "{commands:?} with protocol {protocol}");
            }
        }
    }
}
