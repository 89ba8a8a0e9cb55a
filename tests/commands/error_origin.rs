//! Errors say on which node, at which address and in which command they happened; the text of a server's error stays as it is.

use crate::support::{Server, cluster, name_on, ports, request, words};
use rediscluster::{Cluster, Reply, Value};

fn origin(reply: &Reply, index: usize) -> [Option<String>; 3] {
    let origin = reply.origin(index).cloned().unwrap_or_default();
    [origin.node, origin.address, origin.command]
}

fn expected(node: &str, server: &Server, command: &str) -> [Option<String>; 3] {
    [Some(node.into()), Some(format!("127.0.0.1:{}", server.port)), Some(command.into())]
}

fn setup(members: &[&str]) -> (Vec<Server>, Cluster, [String; 2]) {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), members);
    let keys = [name_on("a", 1, 2), name_on("b", 2, 2)];
    keys.iter().for_each(|key| drop(cluster.command(&words(&format!("SET {key} text"))).unwrap()));
    (servers, cluster, keys)
}

#[test]
fn the_error_of_one_command_has_its_origin() {
    for members in [&[][..], &[r#""protocol":3"#]] {
        let (servers, cluster, [one, other]) = setup(members);
        let reply = cluster.command(&words(&format!("lpush {other} 1"))).unwrap();
        assert!(matches!(reply.root(), Value::Error(text) if text.starts_with(b"WRONGTYPE Operation")), "{reply:?}");
        assert_eq!(origin(&reply, 0), expected("node_2", &servers[1], "LPUSH"));
        // A value that is too large to be copied takes another path.
        let large = vec![b'x'; 1 << 20];
        let reply = cluster.command(&[b"LPUSH", one.as_bytes(), &large]).unwrap();
        assert_eq!(origin(&reply, 0), expected("node_1", &servers[0], "LPUSH"));
        assert_eq!(origin(&cluster.command(&words(&format!("GET {one}"))).unwrap(), 0), [None, None, None]);
    }
}

#[test]
fn the_errors_of_a_pipeline_have_their_origins() {
    let (servers, cluster, [one, other]) = setup(&[r#""read":"master""#]);
    let commands =
        [format!("KEYS {one}"), format!("LPUSH {one} 1"), format!("GET {one}"), format!("INCRBY {other} x"), format!("GET {other}")];
    let reply = cluster.execute(&request(&commands.each_ref().map(String::as_str))).unwrap();
    let at = |nth: usize| reply.element(0, nth).unwrap();
    assert_eq!(origin(&reply, at(1)), expected("node_1", &servers[0], "LPUSH"));
    assert_eq!(origin(&reply, at(3)), expected("node_2", &servers[1], "INCRBY"));
    assert!([0, 2, 4].iter().all(|&nth| reply.origin(at(nth)).is_none()), "{reply:?}");
    // One server has all of it, so nothing is merged.
    let commands = [format!("LRANGE {one} 0 1"), format!("GET {one}"), format!("LPUSH {one} 1")];
    let reply = cluster.execute(&request(&commands.each_ref().map(String::as_str))).unwrap();
    assert_eq!(origin(&reply, 1), expected("node_1", &servers[0], "LRANGE"));
    assert_eq!(origin(&reply, 3), expected("node_1", &servers[0], "LPUSH"));
    // Commands that take several steps are run one after the other.
    let commands = [format!("LPUSH {one} 1"), format!("SUNIONSTORE c {one} {other}"), format!("LPUSH {other} 1")];
    let reply = cluster.execute(&request(&commands.each_ref().map(String::as_str))).unwrap();
    assert_eq!(origin(&reply, 1), expected("node_1", &servers[0], "LPUSH"));
    assert_eq!(origin(&reply, 2), [None, None, Some("SUNIONSTORE".into())]);
    assert_eq!(origin(&reply, 3), expected("node_2", &servers[1], "LPUSH"));
}

#[test]
fn the_errors_of_commands_for_several_nodes_have_their_origins() {
    let (servers, cluster, [one, other]) = setup(&[]);
    let reply = cluster.each(&request(&["LPUSH x"])).unwrap();
    for (nth, server) in servers.iter().enumerate() {
        assert_eq!(origin(&reply, 2 + 2 * nth), expected(&format!("node_{}", nth + 1), server, "LPUSH"), "{reply:?}");
    }
    let reply = cluster.command(&words(&format!("SUNION {one} {other}"))).unwrap();
    assert_eq!(origin(&reply, 0), [None, None, Some("SUNION".into())]);
    servers[0].client();
    redis::cmd("ACL").arg(&["SETUSER", "default", "-mget"]).exec(&mut servers[1].client()).unwrap();
    let reply = cluster.command(&words(&format!("MGET {one} {other}"))).unwrap();
    assert_eq!(origin(&reply, 0), expected("node_2", &servers[1], "MGET"), "{reply:?}");
}

#[test]
fn transport_errors_have_their_origins_too() {
    let servers = Server::start_many(2);
    let mut ports = ports(&servers);
    ports[1] = 1;
    let cluster = cluster(&ports, &[]);
    let [one, other] = [name_on("a", 1, 2), name_on("b", 2, 2)];
    let error = cluster.command(&words(&format!("set {other} 1"))).unwrap_err();
    assert_eq!((error.node(), error.address(), error.command()), (Some("node_2"), Some("127.0.0.1:1"), Some("SET")));
    let reply = cluster.execute(&request(&[&format!("SET {one} 1"), &format!("SET {other} 1")])).unwrap();
    let failure = reply.failure(2).unwrap();
    assert_eq!((failure.node(), failure.address(), failure.command()), (Some("node_2"), Some("127.0.0.1:1"), Some("SET")));
}
