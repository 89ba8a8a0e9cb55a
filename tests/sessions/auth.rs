//! AUTH and HELLO AUTH are compared with the credentials of the configuration, and have the replies of one server with these credentials.

use super::helpers::{read_all, run_one};
use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::replication::Monitor;
use crate::support::{Server, cluster, ports, request};
use rediscluster::{Session, Value};

const COMMANDS: [&str; 17] = [
    "AUTH secret",
    "AUTH default secret",
    "AUTH wrong",
    "AUTH default wrong",
    "AUTH bob secret",
    "AUTH bob wrong",
    "AUTH a b c",
    "AUTH",
    "HELLO 2 AUTH default secret",
    "HELLO 3 AUTH default secret SETNAME me",
    "CLIENT GETNAME",
    "HELLO 2 AUTH default wrong SETNAME you",
    "CLIENT GETNAME",
    "HELLO 2 AUTH bob secret",
    "HELLO 2 AUTH default",
    "HELLO 2 SETNAME x y",
    "PING",
];

/// The reply of HELLO up to what differs between connections, and its error up to what differs between releases.
fn beginning(reply: &[u8]) -> String {
    let text = reply.escape_ascii().to_string();
    let id = text.split("$2\\r\\nid").next().unwrap_or_default();
    id.split(", otherwise the HELLO").next().unwrap_or_default().to_owned()
}

fn compare(options: &[&str], credentials: &str, requires_authentication: bool, commands: &[&str]) {
    let servers: Vec<Server> = (0..4).map(|_| Server::start_with(options)).collect();
    let mut session: Session = cluster(&ports(&servers[..3]), &[credentials]).session();
    let mut plain = RawClient::connect(servers[3].port);
    if requires_authentication {
        session.require_authentication();
    }
    for command in commands {
        let bytes = request(&[command]);
        session.write(&bytes).unwrap();
        assert_eq!(beginning(&read_all(&mut session)), beginning(&plain.exchange(&bytes, 1)), "{command}");
    }
}

#[test]
fn with_a_password_of_the_default_user() {
    compare(&["--requirepass", "secret"], r#""password":"secret""#, false, &COMMANDS);
}

#[test]
fn without_a_password_any_password_of_the_default_user_is_accepted_in_the_form_with_a_user() {
    compare(&[], r#""cross_node":"emulate""#, true, &COMMANDS);
}

#[test]
fn with_a_user_of_an_access_control_list() {
    let options = ["--user", "bob", "on", ">secret", "~*", "&*", "+@all", "--user", "default", "off"];
    // The default user is off, so every password of it is wrong.
    compare(&options, r#""username":"bob","password":"secret""#, false, &[&["AUTH bob secret"], &COMMANDS[..]].concat());
}

#[test]
fn a_client_that_must_authenticate_can_do_nothing_before() {
    let before = [
        "PING",
        "GET a",
        "MULTI",
        "SUBSCRIBE a",
        "BLPOP a 0",
        "CLIENT REPLY OFF",
        "HELLO",
        "HELLO 3",
        "HELLO 3 SETNAME x",
        "HELLO 2 AUTH default wrong",
        "AUTH wrong",
        "CLIENT ID",
        "HELLO 2 AUTH default secret",
        "GET a",
        "RESET",
        "GET a",
        "AUTH secret",
        "LLEN a",
        "AUTH wrong",
        "GET a",
    ];
    compare(&["--requirepass", "secret"], r#""password":"secret""#, true, &before);
}

#[test]
fn no_error_and_no_debug_output_has_a_password() {
    let server = Server::start_with(&["--requirepass", "hidden"]);
    let cluster = cluster(&[server.port], &[r#""password":"hidden""#]);
    let mut session = cluster.session();
    assert!(!format!("{:?}", cluster.config()).contains("hidden"));
    for command in ["AUTH hidden x y", "AUTH nobody hidden", "HELLO 3 AUTH nobody hidden"] {
        assert!(!run_one(&mut session, command).contains("hidden"), "{command}");
    }
    for command in ["AUTH hidden", "AUTH nobody hidden", "HELLO 2 AUTH default hidden", "HELLO 3 AUTH nobody hidden"] {
        for command in ["MULTI", command, "EXEC"] {
            assert!(!run_one(&mut session, command).contains("hidden"), "{command}");
        }
    }
}

/// redis-py and go-redis begin a connection with these commands.
#[test]
fn clients_with_a_password_use_the_byte_stream() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--requirepass", "secret"])).collect();
    let port = listen(cluster(&ports(&servers), &[r#""password":"secret""#]));
    let url = |protocol: &str| format!("redis://:secret@127.0.0.1:{port}/0{protocol}");
    for protocol in ["", "?protocol=resp3"] {
        let mut client = redis::Client::open(url(protocol)).unwrap().get_connection().unwrap();
        let sum: i64 = redis::cmd("INCRBY").arg("number").arg(2).query(&mut client).unwrap();
        assert!(sum == 2 || sum == 4);
    }
    let wrong = redis::Client::open(format!("redis://:wrong@127.0.0.1:{port}")).unwrap();
    assert!(wrong.get_connection().is_err());
    let mut client = RawClient::connect(port);
    assert_eq!(client.exchange(&request(&["GET a"]), 1), b"-NOAUTH Authentication required.\r\n");
    let handshake = request(&["HELLO 3 AUTH default secret", "CLIENT SETINFO LIB-NAME go-redis", "CLIENT SETINFO LIB-VER 9.7.0", "PING"]);
    assert!(client.exchange(&handshake, 4).ends_with(b"+OK\r\n+OK\r\n+PONG\r\n"));
}

#[test]
fn hello_is_one_round_trip_and_says_who_the_session_is() {
    let server = Server::start();
    // MONITOR of older servers does not.
    let shows_client = server.release() >= (7, 0);
    let mut session = cluster(&[server.port], &[r#""refresh_interval":0"#]).session();
    let monitor = Monitor::start(&server, &[]);
    let hello = session.execute(&request(&["HELLO 3 SETNAME me"])).unwrap();
    assert!(format!("{:?}", hello.value(1)).contains("Map"), "{:?}", hello.root());
    let replies = session.execute(&request(&["CLIENT GETNAME", "CLIENT ID"])).unwrap();
    assert_eq!(replies.value(1), Some(Value::String(b"me")));
    let mut expected = vec![vec!["hello", "3", "setname", "me"], vec!["client", "id"]];
    expected.truncate(if shows_client { 2 } else { 1 });
    assert_eq!(monitor.commands(), expected);
}
