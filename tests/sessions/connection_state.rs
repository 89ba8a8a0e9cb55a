//! The state of a session besides transactions: database, client name, the byte stream, and commands that a session does not support.

use crate::helpers::{ABORTED, failure, get, run, run_one};
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Cluster, Code, Session, Value};

#[test]
fn select_applies_to_all_nodes_and_only_to_this_session() {
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
    // A watch belongs to the database in which it was set.
    run(&mut session, &["SELECT 0", &format!("WATCH {}", keys[0]), "SELECT 3"]);
    cluster.command(&words(&format!("SET {} 1", keys[0]))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", &format!("INCR {}", keys[0]), "EXEC"])[2], "nil array");
    let refused = [("SELECT 99", "ERR DB index is out of range"), ("SELECT x", "ERR value is not an integer or out of range")];
    for (command, words) in refused {
        assert_eq!(run_one(&mut session, command), words);
    }
    assert_eq!(run(&mut session, &[&format!("GET {}", keys[1]), "RESET", &format!("GET {}", keys[1])]), ["2", "RESET", "nil"]);
}

#[test]
fn select_is_refused_if_nodes_are_databases_of_one_server() {
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
fn client_name_and_info_belong_to_the_session() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["CLIENT GETNAME", "CLIENT SETNAME me", "CLIENT GETNAME"]), ["nil", "OK", "me"]);
    assert_eq!(run_one(&mut session, "CLIENT SETINFO LIB-NAME mine"), "OK");
    let has_no_evict = servers[0].has_command("client|no-evict");
    if has_no_evict {
        assert_eq!(run_one(&mut session, "CLIENT NO-EVICT on"), "OK");
    }
    assert!(run_one(&mut session, "CLIENT INFO").contains(" name=me "));
    assert_eq!(run_one(&mut session, "CLIENT ID"), run_one(&mut session, "CLIENT ID"));
    let key = key_on(2, 2);
    run(&mut session, &[&format!("WATCH {key}")]);
    let clients: String = redis::cmd("CLIENT").arg("LIST").query(&mut servers[1].client()).unwrap();
    assert!(clients.contains(" name=me "), "{clients}");
    for (command, words) in [
        ("CLIENT SETNAME a\nb", "ERR Client names cannot contain spaces, newlines or special characters."),
        ("CLIENT NO-EVICT perhaps", "ERR syntax error"),
        ("HELLO 4", "NOPROTO unsupported protocol version"),
        ("HELLO x", "ERR Protocol version is not an integer or out of range"),
        ("HELLO 2 SETNAME", "ERR Syntax error in HELLO option 'SETNAME'"),
        ("SELECT", "ERR wrong number of arguments for 'select' command"),
    ] {
        // Older servers have other texts.
        if servers[0].is_since((7, 0)) {
            assert_eq!(run_one(&mut session, command), words);
        }
    }
    let hello = run_one(&mut session, "HELLO 2 SETNAME you");
    assert!(hello.starts_with("[server ") && hello.contains(" proto 2 id "), "{hello}");
    assert_eq!(run_one(&mut session, "CLIENT GETNAME"), "you");
}

#[test]
fn unsupported_commands_are_refused_by_name() {
    let servers = Server::start_many(2);
    let mut session = cluster(&ports(&servers), &[]).session();
    for command in ["CLIENT TRACKING ON", "CLIENT CACHING YES", "READONLY", "READWRITE", "ASKING", "SYNC", "PSYNC a 1", "REPLCONF a"] {
        let error = failure(&mut session, command);
        assert_eq!(error.code(), Code::Request, "{command}");
        assert!(error.message().starts_with(command.split(' ').next().unwrap()), "{error}");
    }
    for command in ["SUBSCRIBE a b", "UNSUBSCRIBE", "MONITOR", "HELLO"] {
        assert_eq!(run_one(&mut session, "MULTI"), "OK");
        assert_eq!(failure(&mut session, command).code(), Code::Request, "{command}");
        assert_eq!(run_one(&mut session, "EXEC"), ABORTED);
    }
    assert_eq!(run_one(&mut session, "PING"), "PONG");
}

#[test]
fn other_commands_run_as_through_the_cluster_handle() {
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
    let replies = run(&mut session, &commands.each_ref().map(String::as_str));
    assert_eq!(replies, ["OK", "OK", "QUEUED", "[3]", "[1 3 3]", "3"]);
    assert_eq!(session.execute(&[]).unwrap().root(), cluster.execute(&[]).unwrap().root());
    assert_eq!(session.execute(b"*1\r\n$4\r\nMULTI\r\n").unwrap_err().code(), Code::Request);
    assert_eq!(run(&mut session, &["EXEC"]), ["ERR EXEC without MULTI"]);
}

#[test]
fn a_session_takes_no_connection_from_the_pool() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""pool_size":1,"connect_timeout":0.2"#]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["WATCH a", "GET a", "MULTI", "SET a 1"]), ["OK", "nil", "OK", "QUEUED"]);
    assert_eq!(get(&cluster, "a").root(), Value::Nil);
    assert_eq!(run(&mut session, &["EXEC"]), ["[OK]"]);
}

#[test]
fn a_session_can_move_to_another_thread() {
    let server = Server::start();
    let mut session = cluster(&[server.port], &[]).session();
    run(&mut session, &["MULTI", "SET a 1"]);
    let replies = std::thread::spawn(move || run(&mut session, &["EXEC"])).join().unwrap();
    assert_eq!(replies, ["[OK]"]);
}

#[test]
fn commands_after_quit_are_refused() {
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
