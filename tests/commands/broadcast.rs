//! Commands without keys that concern all masters.

use crate::support::fake_server::FakeServer;
use crate::support::three_nodes::{ThreeNodes, format_reply};
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Cluster, Value};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;

fn pipelined(cluster: &Cluster, commands: &[&str]) -> String {
    format_reply(&cluster.execute(&request(commands)).unwrap())
}

#[test]
fn in_a_pipeline_each_command_sees_the_effects_of_those_before_it() {
    let nodes = ThreeNodes::new();
    let commands = [
        "SET A 1",
        "DBSIZE",
        "SET B 2",
        "DBSIZE",
        "KEYS *",
        "PING",
        "SET C 3",
        "DBSIZE",
        "PING hello",
        "ECHO hello",
        "FLUSHALL",
        "DBSIZE",
        "GET A",
        "SET B 5",
        "MGET A B C",
        "SCRIPT LOAD return(1)",
        "SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db",
        "SCRIPT FLUSH",
        "SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db",
        "KEYS x*",
        "RANDOMKEY",
        "CONFIG SET x y",
        "DBSIZE x",
        "PING a b",
        "DBSIZE",
    ];
    let commands: Vec<String> = commands.iter().map(|command| nodes.command(command)).collect();
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    let (cluster, oracle) = (nodes.cluster(), nodes.oracle());
    let in_order = |text: String| {
        // KEYS has no order.
        let [a, b] = [nodes.command("A"), nodes.command("B")];
        text.replace(&format!("[\"{b}\" \"{a}\"]"), &format!("[\"{a}\" \"{b}\"]"))
    };
    assert_eq!(in_order(pipelined(&cluster, &commands)), in_order(pipelined(&oracle, &commands)));
}

#[test]
fn dbsize_in_a_pipeline_does_not_count_internal_keys() {
    let nodes = ThreeNodes::new();
    for server in &nodes.servers[..2] {
        redis::cmd("HSET").arg("\0rediscluster\0staged").arg("\0rediscluster\0x").arg("v").exec(&mut server.client()).unwrap();
    }
    redis::cmd("SET").arg("\0rediscluster\0x").arg("v").exec(&mut nodes.servers[0].client()).unwrap();
    let cluster = crate::support::cluster(&ports(&nodes.servers), &[r#""pool_size":1"#]);
    let commands = ["SET A 1", "DBSIZE", "SET B 1", "SET C 1", "DBSIZE", "DEL A"].map(|command| nodes.command(command));
    assert_eq!(pipelined(&cluster, &commands.each_ref().map(String::as_str)), "[OK 1 OK OK 3 1]");
    assert_eq!(pipelined(&cluster, &["DBSIZE", "DBSIZE", "DBSIZE"]), "[2 2 2]");
    assert_eq!(pipelined(&cluster, &["DBSIZE"]), "[2]");
    for server in &nodes.servers {
        redis::cmd("DEL").arg("\0rediscluster\0staged").arg("\0rediscluster\0x").exec(&mut server.client()).unwrap();
    }
    assert_eq!(pipelined(&cluster, &["DBSIZE", "DBSIZE", "FLUSHALL", "DBSIZE", "DBSIZE"]), "[2 2 OK 0 0]");
}

#[test]
fn a_node_that_fails_fails_only_the_commands_for_all_masters() {
    let mut nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    nodes.servers[2].stop();
    let commands = ["SET A 1", "DBSIZE", "PING", "GET A"].map(|command| nodes.command(command));
    let replies = pipelined(&cluster, &commands.each_ref().map(String::as_str));
    assert!(replies.starts_with("[OK Failure(") && replies.ends_with(" PONG \"1\"]"), "{replies}");
    assert_eq!(cluster.command(&[b"DBSIZE"]).unwrap_err().node(), Some("node_3"));
}

/// The types of a value and the number of its parts. Of strings and integers the values are not shown.
fn shape(value: &Value) -> String {
    match value {
        Value::String(_) => "string".into(),
        Value::Status(text) | Value::Error(text) => text.escape_ascii().to_string(),
        Value::Integer(_) => "integer".into(),
        Value::Array(values) => format!("[{}]", values.map(|value| shape(&value)).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
    }
}

fn text_of(cluster: &Cluster, command: &str) -> String {
    let reply = cluster.command(&words(command)).unwrap();
    let Value::String(text) = reply.root() else { panic!("{command} returns {:?}", reply.root()) };
    String::from_utf8(text.to_vec()).unwrap()
}

#[test]
fn reports_on_servers_have_the_form_of_one_server() {
    let options = [&["--latency-monitor-threshold", "1"][..], crate::support::enable_debug()].concat();
    let servers: Vec<Server> = (0..4).map(|_| Server::start_with(&options)).collect();
    for server in &servers {
        let mut client = server.client();
        redis::cmd("DEBUG").arg("SLEEP").arg("0.01").exec(&mut client).unwrap();
        redis::cmd("SET").arg("key").arg("v").exec(&mut client).unwrap();
        assert!(redis::cmd("AUTH").arg("nobody").arg("x").exec(&mut client).is_err());
    }
    let (cluster, oracle) = (cluster(&ports(&servers[..3]), &[]), cluster(&ports(&servers[3..]), &[]));
    for command in [
        "LATENCY LATEST",
        "LATENCY HISTORY none",
        "LATENCY HISTOGRAM none",
        "LATENCY DOCTOR",
        "LATENCY GRAPH command",
        "LATENCY GRAPH none",
        "FUNCTION STATS",
        "FUNCTION LIST",
        "ACL LOG 1",
        "ACL LOG x",
        "ACL LOG RESET",
        "ACL LOG",
        "MEMORY DOCTOR",
        "MEMORY PURGE",
        "MODULE LIST",
        "ROLE",
        "CLIENT KILL 127.0.0.1:1",
        "CLIENT KILL ADDR 127.0.0.1:1",
        "CLIENT KILL TYPE pubsub",
        "CLIENT KILL x",
        "CONFIG GET maxmemory",
        "SLOWLOG GET 0",
        "SLOWLOG GET x",
        "SLOWLOG LEN",
        "SLOWLOG RESET",
        "CLIENT LIST TYPE pubsub",
        "INFO none",
        "LATENCY RESET none",
    ] {
        let [own, expected] = [&cluster, &oracle].map(|cluster| cluster.command(&words(command)).unwrap());
        assert_eq!(shape(&own.root()), shape(&expected.root()), "{command}");
    }
    let stats = |cluster: &Cluster| format_reply(&cluster.command(&[b"MEMORY", b"STATS"]).unwrap());
    let names = |text: String| {
        text.split(' ')
            .filter(|word| word.contains('.') && !word.contains("\"0.") && !word.starts_with("\"1"))
            .map(str::to_owned)
            .filter(|word| word.chars().any(char::is_alphabetic))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(stats(&cluster)), names(stats(&oracle)));
    let fields = |cluster: &Cluster| {
        text_of(cluster, "INFO").lines().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(fields(&cluster), fields(&oracle));
    assert!(text_of(&cluster, "INFO keyspace").contains("db0:keys=3,"));
    let [own, expected] = [&cluster, &oracle].map(|cluster| cluster.command(&[b"LATENCY", b"RESET"]).unwrap());
    assert_eq!(shape(&own.root()), shape(&expected.root()));
}

#[test]
fn client_list_names_the_node_of_each_client() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let list = text_of(&cluster, "CLIENT LIST");
    let node_of = |line: &str| line.split(' ').find_map(|field| field.strip_prefix("node=")).map(str::to_owned);
    let mut named: Vec<_> = list.lines().map(|line| node_of(line).unwrap_or_else(|| panic!("{line}"))).collect();
    named.dedup();
    assert_eq!(named, ["node_1", "node_2", "node_3"]);
    assert!(list.lines().all(|line| line.starts_with("id=") && line.split(' ').all(|field| field.contains('='))), "{list}");
}

#[test]
fn a_session_is_listed_with_its_name_and_keeps_its_id() {
    let nodes = ThreeNodes::new();
    let mut session = nodes.cluster().session();
    let mut run = |command: &str| format_reply(&session.execute(&request(&[nodes.command(command).as_str()])).unwrap());
    let id = run("CLIENT ID");
    assert_eq!(run("CLIENT SETNAME somebody"), "[OK]");
    assert!(run("CLIENT LIST").contains("name=somebody "));
    for command in ["MULTI", "SET C 1", "EXEC", "WATCH C", "CLIENT INFO"] {
        run(command);
        if command != "MULTI" && command != "SET C 1" {
            assert_eq!(run("CLIENT ID"), id, "after {command}");
        }
    }
}

#[test]
fn client_ids_are_unique_over_all_nodes_and_name_one_client() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let ids = |command: &str| -> Vec<i64> {
        let list = text_of(&cluster, command);
        list.lines().map(|line| line.split(' ').next().and_then(|id| id.strip_prefix("id=")?.parse().ok()).expect("an id")).collect()
    };
    let mut clients: Vec<redis::Connection> = nodes.servers.iter().map(Server::client).collect();
    let names = ["one", "two", "three"];
    for (client, name) in clients.iter_mut().zip(names) {
        redis::cmd("CLIENT").arg("SETNAME").arg(name).exec(client).unwrap();
    }
    let list = text_of(&cluster, "CLIENT LIST");
    let id =
        |name: &str| ids("CLIENT LIST").into_iter().zip(list.lines()).find(|(_, line)| line.contains(&format!("name={name} "))).unwrap().0;
    let mut all = ids("CLIENT LIST");
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), list.lines().count());
    let [one, two, three] = names.map(id);
    assert_eq!(ids(&format!("CLIENT LIST ID {two} {three} {one}")), [one, two, three]);
    assert_eq!(ids(&format!("CLIENT LIST ID {two}")), [two]);
    let run = |command: String| format_reply(&cluster.command(&words(&command)).unwrap());
    assert_eq!(run(format!("CLIENT KILL ID {two}")), "1");
    assert_eq!(pipelined(&cluster, &[&format!("CLIENT KILL ID {two}"), "PING", &format!("CLIENT KILL ID {three}")]), "[0 PONG 1]");
    let lives: Vec<bool> = clients.iter_mut().map(|client| redis::cmd("PING").exec(client).is_ok()).collect();
    assert_eq!(lives, [true, false, false]);
    let blocked = std::thread::spawn({
        let mut client = clients.remove(0);
        move || redis::cmd("BLPOP").arg("none").arg("0").query::<Option<(String, String)>>(&mut client)
    });
    while run(format!("CLIENT UNBLOCK {one}")) != "1" {}
    assert_eq!(blocked.join().unwrap().unwrap(), None);
    assert_eq!(run("CLIENT UNBLOCK x".into()), "ERR value is not an integer or out of range");
    let mut session = cluster.session();
    let id = format_reply(&session.execute(&request(&["CLIENT ID"])).unwrap());
    assert_eq!(run(format!("CLIENT KILL ID {}", id.trim_matches(['[', ']']))), "1");
}

#[test]
fn the_slow_log_is_that_of_all_masters_newest_first() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    assert_eq!(format_reply(&cluster.command(&words("CONFIG SET slowlog-log-slower-than 0")).unwrap()), "OK");
    for _ in 0..8 {
        for key in ["A", "B", "C"] {
            cluster.command(&words(&nodes.command(&format!("GET {key}")))).unwrap();
        }
    }
    let times = |command: &str| -> Vec<i64> {
        let reply = cluster.command(&words(command)).unwrap();
        let Value::Array(entries) = reply.root() else { panic!("{command}: {:?}", reply.root()) };
        entries
            .map(|entry| {
                if let Value::Array(mut fields) = entry
                    && let Some(Value::Integer(time)) = fields.nth(1)
                {
                    time
                } else {
                    panic!("{entry:?}")
                }
            })
            .collect()
    };
    for (command, count) in [("SLOWLOG GET", 10), ("SLOWLOG GET 2", 2), ("SLOWLOG GET 0", 0), ("SLOWLOG GET 20", 20)] {
        assert_eq!(times(command).len(), count, "{command}");
        assert!(times(command).is_sorted_by(|one, other| one >= other), "{command}");
    }
    assert!(times("SLOWLOG GET -1").len() >= 24);
}

#[test]
fn a_command_that_ran_on_all_masters_is_in_the_slow_log_before_what_followed_it() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let run = |command: &str| format_reply(&cluster.command(&words(&nodes.command(command))).unwrap());
    run("CONFIG SET slowlog-log-slower-than 0");
    for key in ["A", "B", "C"] {
        run("SLOWLOG RESET");
        run(&format!("SET {key} 1"));
        let reply = cluster.command(&words("SLOWLOG GET 2")).unwrap();
        let Value::Array(entries) = reply.root() else { panic!("{:?}", reply.root()) };
        let commands: Vec<Vec<u8>> = entries.map(first_word_of_entry).collect();
        assert_eq!(commands, [b"SET".to_vec(), b"SLOWLOG".to_vec()], "{key}");
    }
}

fn first_word_of_entry(entry: Value) -> Vec<u8> {
    if let Value::Array(mut fields) = entry
        && let Some(Value::Array(mut words)) = fields.nth(3)
        && let Some(Value::String(word)) = words.next()
    {
        word.to_vec()
    } else {
        panic!("{entry:?}")
    }
}

#[test]
fn scan_goes_on_with_the_next_node_until_count_is_met() {
    let nodes = ThreeNodes::new();
    let (cluster, oracle) = (nodes.cluster(), nodes.oracle());
    let compare = |command: &str| nodes.compare(&cluster, &oracle, command);
    compare("SET C 1");
    for command in [
        "SCAN 0",
        "SCAN 0 TYPE string",
        "SCAN 0 TYPE list MATCH x",
        "SCAN 0 COUNT 0",
        "SCAN 0 COUNT x",
        "SCAN x",
        "SCAN 0 MATCH",
        "SCAN 0 NOTHING 1",
        "SCAN 0 COUNT 5 COUNT 7 MATCH *",
        "SCAN 18446744073709551616999999999999999999999",
    ] {
        compare(command);
    }
    compare("SET A 1");
    compare("SET B 1");
    let page = |command: &str| format_reply(&cluster.command(&words(command)).unwrap());
    let keys = page("SCAN 0 COUNT 2");
    assert!(keys.contains(&nodes.keys[0]) && keys.contains(&nodes.keys[1]) && !keys.contains(&nodes.keys[2]), "{keys}");
    assert_eq!(page("SCAN 2 COUNT 10"), format!("[\"0\" [\"{}\"]]", nodes.keys[2]));
    assert_eq!(
        pipelined(&cluster, &["SCAN 0 MATCH none", "PING", "SCAN 2 COUNT 10"]),
        format!("[[\"0\" []] PONG [\"0\" [\"{}\"]]]", nodes.keys[2])
    );
}

/// Replies to each SCAN with a page without keys and with the largest cursor, and to that with the cursor 0.
fn serve_large_cursors(mut stream: TcpStream, _: usize) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
        let next = if request.contains("\r\n18446744073709551615\r\n") { "0" } else { "18446744073709551615" };
        stream.write_all(format!("*2\r\n${}\r\n{next}\r\n*0\r\n", next.len()).as_bytes()).unwrap();
    }
}

#[test]
fn cursors_may_use_all_64_bits() {
    let servers = [FakeServer::start(serve_large_cursors), FakeServer::start(serve_large_cursors)];
    let cluster = cluster(&servers.each_ref().map(|server| server.port), &[r#""refresh_interval":0"#]);
    let mut cursors = vec!["0".to_owned()];
    loop {
        let reply = cluster.command(&[b"SCAN", cursors.last().unwrap().as_bytes()]).unwrap();
        let Value::Array(mut page) = reply.root() else { panic!("{:?}", reply.root()) };
        let Some(Value::String(next)) = page.next() else { panic!("no cursor") };
        cursors.push(String::from_utf8(next.to_vec()).unwrap());
        if next == b"0" {
            break;
        }
    }
    assert_eq!(cursors, ["0", "36893488147419103231", "36893488147419103232", "0"]);
}

/// Runs a script that does not end on a server, until it is killed.
fn keep_busy(server: &Server, command: &'static [&'static str]) -> JoinHandle<()> {
    let mut client = server.client();
    let thread = std::thread::spawn(move || assert!(redis::cmd(command[0]).arg(&command[1..]).exec(&mut client).is_err()));
    let mut client = server.client();
    let is_busy = |client: &mut redis::Connection| redis::cmd("PING").exec(client).is_err_and(|error| error.to_string().contains("busy"));
    while !is_busy(&mut client) {
        assert!(!thread.is_finished());
    }
    thread
}

#[test]
fn a_busy_server_replies_busy_in_every_database_and_its_script_can_be_killed() {
    const SCRIPT: &[&str] = &["EVAL", "while true do end", "0"];
    const FUNCTION: &[&str] = &["FCALL", "f", "0"];
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--lua-time-limit", "10"])).collect();
    let has_functions = servers[0].has_command("function");
    let [a, b] = [key_on(1, 2), key_on(2, 2)];
    for (nodes, db) in [(2, 3), (1, 3), (2, 0)] {
        let node = |at: usize| format!(r#""node_{}":{{"host":"127.0.0.1","port":{},"db":{db}}}"#, at + 1, servers[at].port);
        let config = format!(r#"{{"nodes":{{{}}}}}"#, (0..nodes).map(node).collect::<Vec<_>>().join(","));
        let open = || Cluster::open(rediscluster::Config::from_json(config.as_bytes()).unwrap());
        let library = "#!lua name=l\nredis.register_function('f', function() while true do end end)";
        open().command(&[b"FUNCTION", b"LOAD", b"REPLACE", library.as_bytes()]).unwrap();
        let mut session = open().session();
        session.execute(&request(&["SELECT 5"])).unwrap();
        let script = keep_busy(&servers[0], SCRIPT);
        let commands = [
            format!("GET {a}"),
            format!("SET {a} 1"),
            format!("MGET {a} {b}"),
            format!("SUNION {a} {b}"),
            format!("RENAME {a} {b}"),
            "DBSIZE".into(),
            "FLUSHALL".into(),
        ];
        for command in &commands {
            if let Err(error) = open().command(&words(command)) {
                // The other node has executed it.
                let error = error.to_string();
                assert!(error.starts_with("FLUSHALL: node_1 refused its part: BUSY ") && error.contains("executed by node_2"), "{error}");
                continue;
            }
            let reply = format_reply(&open().command(&words(command)).unwrap());
            assert!(reply.starts_with("BUSY "), "{command}: {reply}");
            let reply = pipelined(&open(), &[command, "ECHO x"]);
            assert!(reply.starts_with("[BUSY "), "{command}: {reply}");
            let reply = format_reply(&session.execute(&request(&[command])).unwrap());
            assert!(reply.starts_with("[BUSY "), "{command}: {reply}");
        }
        if has_functions {
            assert!(format_reply(&open().command(&words("FUNCTION KILL")).unwrap()).starts_with("BUSY"));
        }
        assert_eq!(format_reply(&open().command(&words("SCRIPT KILL")).unwrap()), "OK");
        script.join().unwrap();
        assert_eq!(format_reply(&open().command(&words(&commands[0])).unwrap()), "Nil");
        assert!(format_reply(&open().command(&words("SCRIPT KILL")).unwrap()).starts_with("NOTBUSY"));
        if !has_functions {
            continue;
        }
        let function = keep_busy(&servers[0], FUNCTION);
        for protocol in [2, 3] {
            let config = config.replacen('{', &format!(r#"{{"protocol":{protocol},"#), 1);
            let open = || Cluster::open(rediscluster::Config::from_json(config.as_bytes()).unwrap());
            let in_request = request(&["FUNCTION STATS"]);
            let replies = [
                open().command(&words("FUNCTION STATS")).unwrap(),
                open().execute(&in_request).unwrap(),
                open().session().execute(&in_request).unwrap(),
            ];
            for reply in replies {
                assert!(reply.bytes().windows(5).any(|bytes| bytes == b"FCALL"), "RESP{protocol}: {reply:?}");
            }
        }
        assert_eq!(format_reply(&session.execute(&request(&["FUNCTION KILL"])).unwrap()), "[OK]");
        function.join().unwrap();
    }
}

#[test]
fn pubsub_channels_does_not_list_the_channel_of_the_library() {
    let nodes = ThreeNodes::new();
    let (cluster, oracle) = (nodes.cluster(), nodes.oracle());
    assert_eq!(nodes.compare(&cluster, &oracle, "BLPOP A B C 0.01"), "NilArray");
    nodes.compare(&cluster, &oracle, "PUBSUB CHANNELS");
}
