//! The option `partial`: a node that fails costs its own keys only.

use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::{ThreeNodes, format_value, redis_command, reply_to};
use crate::support::{cluster, name_on, ports, request, words};
use rediscluster::{Children, Cluster, Code, Value};

/// Three nodes with A, B, C and D stored. The second one, which has B, is dead then.
fn with_a_dead_node() -> (ThreeNodes, Cluster) {
    let mut setup = ThreeNodes::new();
    let handle = cluster(&ports(&setup.servers), &[r#""partial":true"#, r#""refresh_interval":0"#]);
    assert_eq!(reply_to(&handle, &setup.command("MSET A 1 B 2 C 3 D 4")), "OK");
    setup.servers[1].stop();
    (setup, handle)
}

/// The results of the keys. In the place of a failure is the node and whether the command may have been executed.
fn results(values: Children) -> String {
    let result = |value: Value| match value {
        Value::Failure(mut children) => {
            let (node, executed) = (children.nth(2).expect("a node"), children.next().expect("whether it was executed"));
            format!("{{{} {}}}", format_value(&node), format_value(&executed))
        }
        value => format_value(&value),
    };
    values.map(result).collect::<Vec<_>>().join(" ")
}

fn partial(setup: &ThreeNodes, handle: &Cluster, command: &str) -> String {
    let command = setup.command(command);
    let reply = handle.command(&words(&command)).expect("some nodes reply");
    match reply.root() {
        Value::Array(values) => results(values),
        other => format_value(&other),
    }
}

#[test]
fn each_key_of_a_failed_node_has_a_failure_in_its_place() {
    let (setup, handle) = with_a_dead_node();
    let failed = r#"{"node_2" 0}"#;
    for (command, expected) in [
        ("MGET A B none C B D", format!(r#""1" {failed} Nil "3" {failed} "4""#)),
        ("EXISTS A B C A D", format!("1 {failed} 1 1 1")),
        ("TOUCH C B", format!("1 {failed}")),
        ("MSET A 5 B 6 C 7", format!("OK {failed} OK")),
        ("MGET A C D", r#""5" "7" "4""#.to_owned()),
        ("MGET B", failed.to_owned()),
        ("DEL A D B A", format!("1 1 {failed} 0")),
        ("UNLINK B B", format!("{failed} {failed}")),
        ("EXISTS A C D", "1".to_owned()),
    ] {
        let command = command.replace("none", &name_on("none", 1, 3));
        assert_eq!(partial(&setup, &handle, &command), expected, "{command}");
    }
}

#[test]
fn without_a_failure_the_reply_is_as_usual() {
    let setup = ThreeNodes::new();
    let (handle, oracle) = (setup.cluster().with_partial(true), setup.oracle());
    for command in
        ["MSET A 1 B 2 C 3 D 4", "MGET A none B D C B", "EXISTS A B none A", "TOUCH A D", "DEL A A none B", "UNLINK C", "MGET A B C D"]
    {
        setup.compare(&handle, &oracle, command);
    }
}

#[test]
fn an_error_reply_is_in_the_place_of_each_key_of_its_node() {
    let setup = ThreeNodes::new();
    let handle = setup.cluster().with_partial(true);
    let _: redis::Value = redis_command("CONFIG SET maxmemory 1").query(&mut setup.servers[2].client()).expect("the server obeys");
    let command = setup.command("MSET C 1 A 2 C 3");
    let reply = handle.command(&words(&command)).expect("some nodes reply");
    let Value::Array(values) = reply.root() else { panic!("{reply:?}") };
    let texts: Vec<String> = values.map(|value| format_value(&value)).collect();
    assert!(texts[0].starts_with("OOM ") && texts[1] == "OK" && texts[2] == texts[0], "{texts:?}");
    assert_eq!(reply.origin(1).and_then(|origin| origin.node.as_deref()), Some("node_3"));
}

/// Only handles with the option are affected: the others fail as a whole.
#[test]
fn a_handle_says_whether_single_keys_may_fail() {
    let (setup, handle) = with_a_dead_node();
    let whole = handle.with_partial(false);
    let command = setup.command("MGET A B");
    for _ in 0..2 {
        let error = whole.command(&words(&command)).expect_err("a node is dead");
        assert_eq!((error.code(), error.node()), (Code::Connect, Some("node_2")), "{error}");
    }
    assert_eq!(partial(&setup, &whole.with_partial(true), "MGET A B"), r#""1" {"node_2" 0}"#);
}

/// In a byte stream a failure is an error.
#[test]
fn commands_in_a_pipeline_and_of_a_client_have_failures_for_single_keys() {
    let (setup, handle) = with_a_dead_node();
    // After it no connection is left over which a write could be sent.
    assert!(handle.command(&words(&setup.command("GET B"))).is_err());
    let commands = ["GET A", "MGET B A", "DEL B C", "GET D"].map(|command| setup.command(command));
    let reply = handle.execute(&request(&commands.each_ref().map(String::as_str))).expect("some nodes reply");
    let Value::Array(replies) = reply.root() else { panic!("{reply:?}") };
    let texts: Vec<String> =
        replies.map(|reply| if let Value::Array(values) = reply { results(values) } else { format_value(&reply) }).collect();
    assert_eq!(texts, [r#""1""#, r#"{"node_2" 0} "1""#, r#"{"node_2" 0} 1"#, r#""4""#]);

    let mut client = RawClient::connect(listen(handle));
    let reply = String::from_utf8(client.exchange(&request(&[&commands[1]]), 1)).expect("text");
    assert!(reply.starts_with("*2\r\n-ERR node_2 (") && reply.ends_with("\r\n$1\r\n1\r\n"), "{reply}");
}

#[test]
fn explain_reports_the_commands_for_single_keys() {
    let setup = ThreeNodes::new();
    let steps = |handle: &Cluster, command: &str| {
        let command = setup.command(command);
        let reply = handle.explain(&request(&[&command])).expect("it is planned");
        let text = String::from_utf8_lossy(reply.bytes()).into_owned();
        (text.matches("EXISTS ").count(), text.contains("one node"))
    };
    let handle = setup.cluster();
    assert_eq!(steps(&handle, "EXISTS A B D"), (2, false));
    assert_eq!(steps(&handle.with_partial(true), "EXISTS A B D"), (3, false));
    assert_eq!(steps(&handle.with_partial(true), "EXISTS A D"), (1, true));
}
