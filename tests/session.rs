//! Sessions: transactions and what else has a state. One plain server is what is right.

mod support;

use rediscluster::{Cluster, Code, Error, Reply, Session, Value};
use std::time::Duration;
use support::plain::Plain;
use support::random::Random;
use support::{Server, cluster, key_on, ports, request, words};

/// What a session answers to commands, each told in a word or two.
fn run(session: &mut Session, commands: &[&str]) -> Vec<String> {
    let reply = session.execute(&request(commands)).unwrap();
    let Value::Array(values) = reply.root() else { panic!("{reply:?}") };
    values.map(|value| told(&value)).collect()
}

fn told(value: &Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::NilArray => "nil array".into(),
        Value::Integer(number) => number.to_string(),
        Value::String(text) | Value::Status(text) | Value::Error(text) => String::from_utf8_lossy(text).into(),
        Value::Array(children) | Value::Map(children) => format!("[{}]", children.map(|child| told(&child)).collect::<Vec<_>>().join(" ")),
        Value::Failure(children) => match children.clone().nth(1) {
            Some(Value::String(message)) => format!("failed: {}", String::from_utf8_lossy(message)),
            _ => panic!("a failure without a message"),
        },
        other => panic!("an unknown type: {other:?}"),
    }
}

fn one(session: &mut Session, command: &str) -> String {
    run(session, &[command]).remove(0)
}

fn failure(session: &mut Session, command: &str) -> Error {
    let reply = session.execute(&request(&[command])).unwrap();
    reply.failure(1).unwrap_or_else(|| panic!("{command} answered {:?}", reply.root()))
}

fn get(cluster: &Cluster, key: &str) -> Reply {
    cluster.command(&words(&format!("GET {key}"))).unwrap()
}

/// All that a session has to say.
fn read_all(session: &mut Session) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 100];
    loop {
        match session.read(&mut buffer, Some(Duration::ZERO)).unwrap() {
            0 => return all,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

const ABORTED: &str = "EXECABORT Transaction discarded because of previous errors.";

#[test]
fn a_transaction_on_one_node_is_carried_out_as_one_server_would() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let key = key_on(2, 3);
    let mut session = cluster.session();
    let (set, get_it) = (format!("SET {key} 1"), format!("INCR {key}"));
    assert_eq!(run(&mut session, &["MULTI", "ECHO a", &set, "PING"]), ["OK", "QUEUED", "QUEUED", "QUEUED"]);
    assert_eq!(get(&cluster, &key).root(), Value::Nil);
    assert_eq!(run(&mut session, &[&get_it, "EXEC", &get_it]), ["QUEUED", "[a OK PONG 2]", "3"]);
    assert_eq!(run(&mut session, &["MULTI", "EXEC", "MULTI", "ECHO b", "EXEC"]), ["OK", "[]", "OK", "QUEUED", "[b]"]);
    assert_eq!(run(&mut session, &["MULTI", &set, "DISCARD", &get_it]), ["OK", "QUEUED", "OK", "4"]);
}

#[test]
fn random_scripts_are_answered_byte_by_byte_as_by_one_server() {
    let mut random = Random::seeded();
    let (servers, oracle) = (Server::start_many(3), Server::start());
    let cluster = cluster(&ports(&servers), &[]);
    let keys: Vec<String> =
        (0..300).map(|number| format!("k{number}")).filter(|key| rediscluster::partition(key.as_bytes(), 3) == 2).collect();
    let keys = &keys[..3];
    let (mut here, mut there) = (Plain::connect(servers[1].port), Plain::connect(oracle.port));
    for round in 0..150 {
        for side in [&mut here, &mut there] {
            side.ask(&request(&["FLUSHALL"]), 1);
        }
        let mut session = cluster.session();
        let mut plain = Plain::connect(oracle.port);
        for step in 0..20 {
            let mut commands: Vec<String> = (0..1 + random.below(5)).map(|_| any_command(&mut random, keys)).collect();
            let key = random.pick(keys);
            if random.below(4) == 0 {
                let change = request(&[&format!("SET {key} other")]);
                assert_eq!(here.ask(&change, 1), there.ask(&change, 1));
            }
            if let Some(end) = commands.iter().position(|command| command == "QUIT") {
                commands.truncate(end);
            }
            let bytes = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(1 + random.below(rest.len()));
                session.write(piece).unwrap();
                rest = behind;
            }
            let expected = plain.ask(&bytes, commands.len());
            let found = if commands.is_empty() { Vec::new() } else { read_all(&mut session) };
            assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(&expected), "round {round}, step {step}: {commands:?}");
        }
    }
}

fn any_command(random: &mut Random, keys: &[String]) -> String {
    let (key, other) = (random.pick(keys), random.pick(keys));
    match random.below(36) {
        0..5 => "MULTI".into(),
        5..10 => "EXEC".into(),
        10 => "DISCARD".into(),
        11..14 => format!("WATCH {key} {other}"),
        14 => "UNWATCH".into(),
        15..19 => format!("SET {key} {}", random.below(9)),
        19..22 => format!("GET {key}"),
        22 => format!("INCR {key}"),
        23 => format!("LPUSH {key} a"),
        24 => format!("MGET {key} {other}"),
        25 => format!("MSET {key} a {other}"),
        26 => "ECHO a".into(),
        27 => "NOSUCH a b".into(),
        28 => format!("SET {key}"),
        29 => "EXEC x".into(),
        30 => "DISCARD x".into(),
        31 => "WATCH".into(),
        32 => "CONFIG NOSUCH".into(),
        33 => "PING".into(),
        34 => format!("HSET {key} field {other}"),
        _ => format!("EXPIRE {key} 1000 XX"),
    }
}

#[test]
fn a_key_of_another_node_spoils_the_transaction_and_nothing_is_done() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 3), key_on(2, 3));
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["MULTI", &format!("SET {one} 1")]), ["OK", "QUEUED"]);
    let error = failure(&mut session, &format!("SET {two} 1"));
    assert_eq!(error.code(), Code::CrossNode);
    let expected = format!("CROSSNODE SET: \"{two}\" lives on node_2, and the transaction is on node_1");
    assert_eq!(error.message(), expected);
    assert_eq!(run(&mut session, &[&format!("SET {one} 2"), "EXEC", "EXEC"]), ["QUEUED", ABORTED, "ERR EXEC without MULTI"]);
    assert_eq!((get(&cluster, &one).root(), get(&cluster, &two).root()), (Value::Nil, Value::Nil));
    for command in [&format!("MGET {one} {two}"), "FLUSHALL", "DBSIZE", "KEYS *", "EVAL script 0"] {
        assert_eq!(run(&mut session, &["MULTI"]), ["OK"]);
        let error = failure(&mut session, command);
        assert!(error.code() == Code::CrossNode && error.message().starts_with("CROSSNODE "), "{command}: {error}");
        assert_eq!(run(&mut session, &["EXEC"]), [ABORTED]);
    }
    session.write(&request(&["MULTI", &format!("DEL {one} {two}"), "EXEC"])).unwrap();
    let text = String::from_utf8(read_all(&mut session)).unwrap();
    assert!(
        text.starts_with("+OK\r\n-CROSSNODE DEL: its keys live on several nodes") && text.ends_with(&format!("\r\n-{ABORTED}\r\n")),
        "{text}"
    );
}

#[test]
fn tags_decide_on_the_node_of_a_transaction_and_are_stripped() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let commands = ["WATCH a{x}", "MULTI", "SET a{x} 1", "MGET a{x} b", "SDIFFSTORE c{x} d e", "EXEC"];
    assert_eq!(run(&mut cluster.session(), &commands), ["OK", "OK", "QUEUED", "QUEUED", "QUEUED", "[OK [1 nil] 0]"]);
    assert_eq!(get(&cluster, "a{x}").root(), Value::String(b"1"));
}

#[test]
fn what_another_client_changed_makes_exec_do_nothing() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let (key, other) = (key_on(3, 3), key_on(1, 3));
    let mut session = cluster.session();
    let (watch, set) = (format!("WATCH {key}"), format!("SET {key} mine"));
    assert_eq!(run(&mut session, &[&watch, &format!("GET {other}")]), ["OK", "nil"]);
    cluster.command(&words(&format!("SET {key} theirs"))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", &set, "EXEC"]), ["OK", "QUEUED", "nil array"]);
    assert_eq!(get(&cluster, &key).root(), Value::String(b"theirs"));
    // The watch ended with the transaction, and ends with UNWATCH, DISCARD and RESET.
    assert_eq!(run(&mut session, &["MULTI", &set, "EXEC"]), ["OK", "QUEUED", "[OK]"]);
    for end in [&["UNWATCH"][..], &["MULTI", "DISCARD"], &["MULTI", &set, "DISCARD"], &["RESET"]] {
        run(&mut session, &[&watch]);
        run(&mut session, end);
        cluster.command(&words(&format!("SET {key} theirs"))).unwrap();
        assert_eq!(run(&mut session, &["MULTI", &set, "EXEC"]), ["OK", "QUEUED", "[OK]"], "{end:?}");
    }
    // An empty transaction tells too.
    run(&mut session, &[&watch]);
    cluster.command(&words(&format!("SET {key} theirs"))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", "EXEC"]), ["OK", "nil array"]);
}

#[test]
fn keys_are_watched_on_one_node() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 3), key_on(2, 3));
    let mut session = cluster.session();
    assert_eq!(failure(&mut session, &format!("WATCH {one} {two}")).code(), Code::CrossNode);
    assert_eq!(run(&mut session, &[&format!("WATCH {one}")]), ["OK"]);
    let error = failure(&mut session, &format!("WATCH {two}"));
    assert_eq!(error.message(), format!("CROSSNODE WATCH: \"{two}\" lives on node_2, and the watched keys are on node_1"));
    // The first watch stands.
    cluster.command(&words(&format!("SET {one} theirs"))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", &format!("SET {one} 1"), "EXEC"]), ["OK", "QUEUED", "nil array"]);
    run(&mut session, &[&format!("WATCH {one}"), "MULTI"]);
    assert_eq!(failure(&mut session, &format!("SET {two} 1")).code(), Code::CrossNode);
    assert_eq!(run(&mut session, &["EXEC", &format!("WATCH {two}")]), [ABORTED, "OK"]);
}

#[test]
fn a_lost_connection_fails_exec_and_never_runs_without_the_watch() {
    let mut servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let key = key_on(2, 2);
    let (watch, set) = (format!("WATCH {key}"), format!("SET {key} 1"));
    for before in [&[watch.as_str()][..], &["MULTI", &set], &[&watch, "MULTI", &set]] {
        let mut session = cluster.session();
        run(&mut session, before);
        servers[1].restart();
        if !before.contains(&"MULTI") {
            run(&mut session, &["MULTI"]);
        }
        let error = failure(&mut session, &set);
        assert_eq!((error.node(), error.executed()), (Some("node_2"), false), "{before:?}: {error}");
        let error = failure(&mut session, "EXEC");
        assert!(error.message().starts_with("EXEC: nothing was executed") || error.message().contains("not executed"), "{error}");
        assert_eq!(get(&cluster, &key).root(), Value::Nil);
        assert_eq!(run(&mut session, &["EXEC", "MULTI", &set, "EXEC"]), ["ERR EXEC without MULTI", "OK", "QUEUED", "[OK]"]);
        cluster.command(&words(&format!("DEL {key}"))).unwrap();
    }
    // All in one request, behind a watch: nothing is sent over a fresh connection.
    let mut session = cluster.session();
    run(&mut session, &[&watch]);
    servers[1].restart();
    let told = run(&mut session, &["MULTI", &set, "EXEC"]);
    assert!(told[1].starts_with("failed: ") && told[2].starts_with("failed: "), "{told:?}");
    assert_eq!(get(&cluster, &key).root(), Value::Nil);
}

#[test]
fn where_multi_is_not_granted_nothing_is_done() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    redis::cmd("ACL").arg(&["SETUSER", "default", "-multi"]).exec(&mut server.client()).unwrap();
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["WATCH a", "MULTI"]), ["OK", "OK"]);
    let told = run(&mut session, &["SET a 1", "SET a 2", "EXEC", "GET a"]);
    assert!(told[..3].iter().all(|answer| answer.contains("MULTI was refused: NOPERM")), "{told:?}");
    assert_eq!(told[3], "nil");
    // Taken away between two transactions: the one that is begun does not go on.
    redis::cmd("ACL").arg(&["SETUSER", "default", "+multi"]).exec(&mut server.client()).unwrap();
    assert_eq!(run(&mut session, &["MULTI", "SET a 1", "EXEC"]), ["OK", "QUEUED", "[OK]"]);
    redis::cmd("ACL").arg(&["SETUSER", "default", "-multi"]).exec(&mut server.client()).unwrap();
    assert_eq!(run(&mut session, &["MULTI", "GET a"]), ["OK", "1"]);
    let told = run(&mut session, &["SET a 2", "EXEC", "GET a"]);
    assert!(told[0].contains("MULTI was refused"), "{told:?}");
    assert_eq!(told[1..], [ABORTED, "1"]);
}

#[test]
fn a_session_may_be_moved_to_another_thread() {
    let server = Server::start();
    let mut session = cluster(&[server.port], &[]).session();
    run(&mut session, &["MULTI", "SET a 1"]);
    let told = std::thread::spawn(move || run(&mut session, &["EXEC"])).join().unwrap();
    assert_eq!(told, ["[OK]"]);
}

#[test]
fn an_idle_connection_that_was_lost_does_no_harm() {
    let mut server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["MULTI", "SET a 1", "EXEC"]), ["OK", "QUEUED", "[OK]"]);
    server.restart();
    assert_eq!(run(&mut session, &["MULTI", "SET a 1", "EXEC"]), ["OK", "QUEUED", "[OK]"]);
}

#[test]
fn a_session_holds_no_connection_of_the_pool() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""pool_size":1,"connect_timeout":0.2"#]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["WATCH a", "GET a", "MULTI", "SET a 1"]), ["OK", "nil", "OK", "QUEUED"]);
    assert_eq!(get(&cluster, "a").root(), Value::Nil);
    assert_eq!(run(&mut session, &["EXEC"]), ["[OK]"]);
}

#[test]
fn a_selected_database_is_that_of_all_nodes_and_of_this_session_alone() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let keys = [1, 2, 3].map(|master| key_on(master, 3));
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["SELECT 3"]), ["OK"]);
    for key in &keys {
        let commands = [format!("SET {key} 1"), format!("WATCH {key}"), "MULTI".into(), format!("INCR {key}"), "EXEC".into()];
        assert_eq!(run(&mut session, &commands.each_ref().map(String::as_str)), ["OK", "OK", "OK", "QUEUED", "[2]"]);
        assert_eq!(get(&cluster, key).root(), Value::Nil);
    }
    for (server, key) in servers.iter().zip(&keys) {
        let mut client = server.client();
        redis::cmd("SELECT").arg(3).exec(&mut client).unwrap();
        assert_eq!(redis::cmd("GET").arg(key).query::<String>(&mut client).unwrap(), "2");
    }
    // A watch stays with the database that it was set in.
    run(&mut session, &["SELECT 0", &format!("WATCH {}", keys[0]), "SELECT 3"]);
    cluster.command(&words(&format!("SET {} 1", keys[0]))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", &format!("INCR {}", keys[0]), "EXEC"])[2], "nil array");
    let refused = [("SELECT 99", "ERR DB index is out of range"), ("SELECT x", "ERR value is not an integer or out of range")];
    for (command, words) in refused {
        assert_eq!(one(&mut session, command), words);
    }
    assert_eq!(run(&mut session, &[&format!("GET {}", keys[1]), "MULTI"]), ["2", "OK"]);
    assert_eq!(failure(&mut session, "SELECT 1").code(), Code::Request);
    assert_eq!(run(&mut session, &["EXEC", "RESET", &format!("GET {}", keys[1])]), [ABORTED, "RESET", "nil"]);
}

#[test]
fn nodes_that_are_databases_of_one_server_cannot_become_one() {
    let server = Server::start();
    let text = format!(
        r#"{{"nodes":{{"node_1":{{"host":"127.0.0.1","port":{0},"db":1}},"node_2":{{"host":"127.0.0.1","port":{0},"db":2}}}}}}"#,
        server.port
    );
    let cluster = Cluster::open(rediscluster::Config::from_json(text.as_bytes()).unwrap());
    let mut session = cluster.session();
    assert_eq!(failure(&mut session, "SELECT 3").code(), Code::Request);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    assert_eq!(run(&mut session, &["MULTI", &format!("SET {one} 1"), "EXEC"])[2], "[OK]");
    assert_eq!(run(&mut session, &["MULTI", &format!("SET {two} 2"), "EXEC"])[2], "[OK]");
    assert_eq!((get(&cluster, &one).root(), get(&cluster, &two).root()), (Value::String(b"1"), Value::String(b"2")));
}

#[test]
fn a_session_says_who_it_is() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["CLIENT GETNAME", "CLIENT SETNAME me", "CLIENT GETNAME"]), ["nil", "OK", "me"]);
    assert_eq!(one(&mut session, "CLIENT SETINFO LIB-NAME mine"), "OK");
    assert_eq!(one(&mut session, "CLIENT NO-EVICT on"), "OK");
    assert!(one(&mut session, "CLIENT INFO").contains(" name=me "));
    assert_eq!(one(&mut session, "CLIENT ID"), one(&mut session, "CLIENT ID"));
    let key = key_on(2, 2);
    run(&mut session, &[&format!("WATCH {key}")]);
    let clients: String = redis::cmd("CLIENT").arg("LIST").query(&mut servers[1].client()).unwrap();
    assert!(clients.contains(" name=me "), "{clients}");
    for (command, words) in [
        ("CLIENT SETNAME a\nb", "ERR Client names cannot contain spaces, newlines or special characters."),
        ("CLIENT NO-EVICT perhaps", "ERR syntax error"),
        ("HELLO 3", "NOPROTO unsupported protocol version"),
        ("HELLO x", "ERR Protocol version is not an integer or out of range"),
        ("HELLO 2 SETNAME", "ERR Syntax error in HELLO option 'SETNAME'"),
        ("SELECT", "ERR wrong number of arguments for 'select' command"),
    ] {
        assert_eq!(one(&mut session, command), words);
    }
    let hello = one(&mut session, "HELLO 2 SETNAME you");
    assert!(hello.starts_with("[server redis version ") && hello.contains(" proto 2 id "), "{hello}");
    assert_eq!(one(&mut session, "CLIENT GETNAME"), "you");
}

#[test]
fn what_a_session_cannot_have_is_refused_by_name() {
    let servers = Server::start_many(2);
    let mut session = cluster(&ports(&servers), &[]).session();
    for command in [
        "MONITOR",
        "AUTH secret",
        "HELLO 2 AUTH user secret",
        "CLIENT REPLY OFF",
        "CLIENT TRACKING ON",
        "CLIENT CACHING YES",
        "CLIENT NO-TOUCH ON",
        "READONLY",
        "READWRITE",
        "ASKING",
        "SYNC",
        "PSYNC a 1",
        "REPLCONF a",
    ] {
        let error = failure(&mut session, command);
        assert_eq!(error.code(), Code::Request, "{command}");
        assert!(error.message().starts_with(command.split(' ').next().unwrap()), "{error}");
    }
    for command in ["SUBSCRIBE a", "MONITOR", "SELECT 1", "CLIENT SETNAME a", "HELLO", "SYNC"] {
        assert_eq!(one(&mut session, "MULTI"), "OK");
        assert_eq!(failure(&mut session, command).code(), Code::Request, "{command}");
        assert_eq!(one(&mut session, "EXEC"), ABORTED);
    }
    assert_eq!(one(&mut session, "PING"), "PONG");
}

#[test]
fn ordinary_commands_go_as_through_the_cluster() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let [one, two, three] = [1, 2, 3].map(|master| key_on(master, 3));
    let mut session = cluster.session();
    let commands = [
        format!("MSET {one} 1 {two} 2 {three} 3"),
        "MULTI".into(),
        format!("INCR {two}"),
        "EXEC".into(),
        format!("MGET {one} {two} {three}"),
        "DBSIZE".into(),
    ];
    let told = run(&mut session, &commands.each_ref().map(String::as_str));
    assert_eq!(told, ["OK", "OK", "QUEUED", "[3]", "[1 3 3]", "3"]);
    assert_eq!(session.execute(&[]).unwrap().root(), cluster.execute(&[]).unwrap().root());
    assert_eq!(session.execute(b"*1\r\n$4\r\nMULTI\r\n").unwrap_err().code(), Code::Request);
    assert_eq!(run(&mut session, &["EXEC"]), ["ERR EXEC without MULTI"]);
}

#[test]
fn after_quit_nothing_goes() {
    let server = Server::start();
    let mut session = cluster(&[server.port], &[]).session();
    assert_eq!(run(&mut session, &["SET a 1", "QUIT", "SET a 2"]), ["OK", "OK"]);
    assert_eq!(session.execute(&request(&["GET a"])).unwrap_err().code(), Code::Request);
    assert_eq!(redis::cmd("GET").arg("a").query::<String>(&mut server.client()).unwrap(), "1");
    let mut session = cluster(&[server.port], &[]).session();
    session.write(&request(&["GET a", "QUIT", "SET a 2"])).unwrap();
    assert_eq!(read_until_closed(&mut session), b"$1\r\n1\r\n+OK\r\n");
}

fn read_until_closed(session: &mut Session) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 3];
    while let Ok(count) = session.read(&mut buffer, None) {
        all.extend_from_slice(&buffer[..count]);
    }
    all
}

#[test]
fn what_is_not_a_request_ends_the_stream() {
    let server = Server::start();
    for wrong in ["GET a\r\n", "*1\r\n:1\r\n", "*x\r\n"] {
        let mut session = cluster(&[server.port], &[]).session();
        session.write(b"*1\r\n$4\r\nPI").unwrap();
        session.write(b"NG\r\n").unwrap();
        assert_eq!(session.write(wrong.as_bytes()).unwrap_err().code(), Code::Request, "{wrong}");
        assert_eq!(session.write(b"*1\r\n$4\r\nPING\r\n").unwrap_err().code(), Code::Request);
    }
}
