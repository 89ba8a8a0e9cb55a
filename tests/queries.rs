//! Commands from Rust values, and replies into Rust values, on three servers.

mod support;

use rediscluster::{Cluster, Code, Config, Error, HashTag, Reply, SharedSession, Value, pipeline};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use support::{Server, key_on, ports};

const SUCCESS_LIMIT: Duration = Duration::from_secs(30);

/// Three servers, and a handle with hash tags of Redis Cluster.
fn three_nodes() -> (Vec<Server>, Cluster) {
    let servers = Server::start_many(3);
    let urls = ports(&servers).into_iter().map(|port| format!("redis://127.0.0.1:{port}"));
    let config = Config::builder().nodes(urls).hash_tag(HashTag::Keep).timeout(SUCCESS_LIMIT).build().unwrap();
    (servers, Cluster::open(config))
}

#[test]
fn values_go_to_the_servers_and_come_back_in_their_types() {
    let (_servers, cluster) = three_nodes();
    cluster.query::<()>(("MSET", [("a", 1), ("b", 2), ("c", 3)])).unwrap();
    assert_eq!(cluster.query::<Vec<i64>>(("MGET", ["a", "b", "c"])).unwrap(), [1, 2, 3]);
    assert_eq!(cluster.query::<(i64, Option<String>)>(("MGET", "a", "none")).unwrap(), (1, None));
    assert_eq!(cluster.query::<f64>(("INCRBYFLOAT", "a", 0.5)).unwrap(), 1.5);
    let bytes: Vec<u8> = (0..=255).collect();
    assert!(cluster.query::<bool>(("SET", &bytes, &bytes)).unwrap());
    assert!(!cluster.query::<bool>(("SET", &bytes, "x", "NX")).unwrap());
    assert_eq!(cluster.query::<Vec<u8>>(("GET", bytes.as_slice())).unwrap(), bytes);
    let fields = HashMap::from([("name".to_owned(), "ann".to_owned()), ("city".to_owned(), "köln".to_owned())]);
    assert_eq!(cluster.query::<usize>(("HSET", "user", &fields)).unwrap(), 2);
    assert_eq!(cluster.query::<HashMap<String, String>>(("HGETALL", "user")).unwrap(), fields);
    cluster.query::<()>(("ZADD", "scores", [(1.5, "x"), (2.0, "y")])).unwrap();
    let scores: Vec<(String, f64)> = cluster.query(("ZRANGE", "scores", 0, -1, "WITHSCORES")).unwrap();
    assert_eq!(scores, [("x".to_owned(), 1.5), ("y".to_owned(), 2.0)]);
    assert_eq!(cluster.query::<String>("PING").unwrap(), "PONG");
}

#[test]
fn an_error_reply_is_an_error_that_says_where_it_comes_from() {
    let (_servers, cluster) = three_nodes();
    let key = key_on(2, 3);
    cluster.query::<()>(("SET", &key, "text")).unwrap();
    let error = cluster.query::<i64>(("INCR", &key)).unwrap_err();
    assert_eq!((error.code(), error.prefix()), (Code::Server, Some("ERR")));
    assert_eq!(error.message(), "ERR value is not an integer or out of range");
    assert_eq!((error.node(), error.command()), (Some("node_2"), Some("INCR")));
    let error = pipeline().add(("GET", &key)).add(("LPUSH", &key, 1)).run::<((), i64)>(&cluster).unwrap_err();
    assert_eq!((error.prefix(), error.node(), error.command()), (Some("WRONGTYPE"), Some("node_2"), Some("LPUSH")));
}

#[test]
fn a_reply_of_another_type_is_an_error_that_names_the_command() {
    let (_servers, cluster) = three_nodes();
    let error = cluster.query::<i64>(("get", "none")).unwrap_err();
    assert_eq!((error.code(), error.executed()), (Code::Argument, true));
    assert_eq!(error.message(), "GET: the reply is nil, not a number of the type i64; use an Option if there may be no value");
    assert_eq!(cluster.query::<()>(()).unwrap_err().code(), Code::Request);
}

#[test]
fn a_command_of_a_pipeline_fails_alone_where_the_caller_asks_for_results() {
    let (mut servers, cluster) = three_nodes();
    let (one, two) = (key_on(1, 3), key_on(2, 3));
    let mut commands = pipeline();
    commands.add(("SET", &one, 7)).add(("GET", &one)).add(("SET", &two, 8)).add(("INCR", &two));
    assert_eq!(commands.run::<((), i64, (), i64)>(&cluster).unwrap(), ((), 7, (), 9));
    servers[1].stop();
    let results: Vec<Result<String, Error>> = commands.run(&cluster).unwrap();
    assert_eq!(results[1], Ok("7".to_owned()));
    assert_eq!(results[3].as_ref().unwrap_err().node(), Some("node_2"));
    assert_eq!(commands.run::<()>(&cluster).unwrap_err().node(), Some("node_2"));
}

#[test]
fn a_failure_converts_to_the_error_of_the_command() {
    let (mut servers, cluster) = three_nodes();
    let key = key_on(3, 3);
    servers[2].stop();
    let error = cluster.command(&[b"GET", key.as_bytes()]).unwrap_err();
    let replies = pipeline().add(("GET", &key)).run::<Reply>(&cluster).unwrap();
    let Value::Array(mut replies) = replies.root() else { panic!("not an array") };
    let failure = replies.next().unwrap().error().expect("a failure");
    assert_eq!((failure.node(), failure.command(), failure.executed()), (error.node(), error.command(), false));
}

#[test]
fn an_atomic_pipeline_is_executed_as_a_whole_or_not_at_all() {
    let (_servers, cluster) = three_nodes();
    cluster.query::<()>(("MSET", [("{bank}a", 10), ("{bank}b", 0)])).unwrap();
    let mut transfer = pipeline();
    transfer.atomic().add(("DECRBY", "{bank}a", 4)).add(("INCRBY", "{bank}b", 4));
    assert_eq!(transfer.run::<(i64, i64)>(&cluster).unwrap(), (6, 4));

    let mut session = cluster.session();
    for changes in [true, false] {
        session.query::<()>(("WATCH", "{bank}a")).unwrap();
        if changes {
            cluster.query::<()>(("INCR", "{bank}a")).unwrap();
        }
        let done: Option<(i64, i64)> = transfer.run(&mut session).unwrap();
        assert_eq!(done, (!changes).then_some((3, 8)));
    }
    session.query::<()>(("WATCH", "{bank}a")).unwrap();
    cluster.query::<()>(("INCR", "{bank}a")).unwrap();
    let error = transfer.run::<()>(&mut session).unwrap_err();
    assert!(error.message().starts_with("the transaction was not executed"), "{error}");

    // The error of a command that was not queued, not EXECABORT; and one of a command that was executed.
    let error = pipeline().atomic().add(("SET", "{bank}a", 1)).add("GET").run::<()>(&cluster).unwrap_err();
    assert_eq!(error.message(), "ERR wrong number of arguments for 'get' command");
    let error = pipeline().atomic().add(("LPUSH", "{bank}a", 1)).run::<()>(&cluster).unwrap_err();
    assert_eq!(error.prefix(), Some("WRONGTYPE"));
}

#[test]
fn a_session_runs_single_commands_and_returns_messages() {
    let (_servers, cluster) = three_nodes();
    let mut session = cluster.session();
    assert_eq!(session.command(&[b"ECHO", b"a"]).unwrap().root(), Value::String(b"a"));
    assert_eq!(session.command(&[b"NOSUCH"]).unwrap().error(0).unwrap().code(), Code::Server);
    assert_eq!(session.command(&[b"SET", b"{x"]).unwrap().error(0).unwrap().prefix(), Some("ERR"));
    assert_eq!(session.query::<(String, String, i64)>(("SUBSCRIBE", "news")).unwrap().2, 1);
    let confirmed: Vec<(String, String, i64)> = session.query(("SUBSCRIBE", "a", "b")).unwrap();
    assert_eq!(confirmed.iter().map(|reply| reply.2).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(cluster.query::<i64>(("PUBLISH", "news", "hello")).unwrap(), 1);
    let message = session.receive(Some(SUCCESS_LIMIT)).unwrap().expect("a message");
    let (_, channel, text): (String, String, String) = message.convert().unwrap();
    assert_eq!((channel.as_str(), text.as_str()), ("news", "hello"));
    let shared = SharedSession::new(cluster.session());
    assert_eq!(shared.query::<String>(("ECHO", 5)).unwrap(), "5");
    assert_eq!(pipeline().add(("ECHO", 6)).run::<Vec<u8>>(&shared).unwrap(), [6]);
}

#[test]
fn a_command_of_a_session_that_cannot_run_fails_as_on_the_handle() {
    let (mut servers, cluster) = three_nodes();
    let key = key_on(1, 3);
    servers[0].stop();
    let error = cluster.session().query::<()>(("GET", &key)).unwrap_err();
    assert_eq!((error.node(), error.command()), (Some("node_1"), Some("GET")));
}

#[test]
fn scans_return_every_key_of_all_nodes_and_every_element_of_a_key() {
    let (_servers, cluster) = three_nodes();
    let names: BTreeSet<String> = (0..500).map(|number| format!("k:{number}")).collect();
    cluster.query::<()>(("MSET", names.iter().map(|name| (name, "x")).collect::<Vec<_>>())).unwrap();
    cluster.query::<()>(("SET", "other", 1)).unwrap();
    let found: BTreeSet<String> = cluster.scan(("MATCH", "k:*", "COUNT", 20)).collect::<Result<_, _>>().unwrap();
    assert_eq!(found, names);
    cluster.query::<()>(("HSET", "h", (0..1000).map(|number| (number, number * 2)).collect::<Vec<(i64, i64)>>())).unwrap();
    let fields: HashMap<i64, i64> = cluster.scan_key("HSCAN", "h", ()).collect::<Result<_, _>>().unwrap();
    assert!(fields.len() == 1000 && fields.iter().all(|(field, value)| field * 2 == *value));
    assert_eq!(cluster.scan_key::<String>("HSCAN", "other", ()).next().unwrap().unwrap_err().prefix(), Some("WRONGTYPE"));
}

#[test]
fn handles_of_equal_configurations_share_their_connections() {
    let servers = Server::start_many(1);
    let config = || Config::builder().node(format!("redis://127.0.0.1:{}", servers[0].port)).build().unwrap();
    let connected = |cluster: &Cluster| -> i64 { cluster.query::<String>(("CLIENT", "LIST")).unwrap().lines().count() as i64 };
    let one = Cluster::open_shared(config());
    assert_eq!(connected(&one), 1);
    assert_eq!(connected(&Cluster::open_shared(config())), 1);
    assert_eq!(connected(&Cluster::open(config())), 2);
}
