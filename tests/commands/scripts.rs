//! EVALSHA on servers that lost the script.

use crate::support::three_nodes::{format_reply, reply_to};
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Cluster, Reply, Value};

const SOURCE: &str = "return {KEYS[1],ARGV[1]}";

fn digest() -> String {
    sha1_smol::Sha1::from(SOURCE).digest().to_string()
}

/// Deletes all scripts of the servers directly, without the library.
fn flush(servers: &[Server]) {
    for server in servers {
        let _: () = redis::cmd("SCRIPT").arg("FLUSH").query(&mut server.client()).unwrap();
    }
}

fn eval(cluster: &Cluster, key: &str) {
    cluster.command(&[b"EVAL", SOURCE.as_bytes(), b"1", key.as_bytes(), b"x"]).unwrap();
}

fn load(cluster: &Cluster) {
    let reply = cluster.command(&[b"SCRIPT", b"LOAD", SOURCE.as_bytes()]).unwrap();
    assert_eq!(reply.root(), Value::String(digest().as_bytes()));
}

fn executed(cluster: &Cluster, commands: &[&str]) -> Vec<String> {
    shown(&cluster.execute(&request(commands)).unwrap())
}

fn shown(reply: &Reply) -> Vec<String> {
    let Value::Array(replies) = reply.root() else { panic!() };
    let one = |value: Value| match value {
        Value::Array(values) => values
            .map(|value| if let Value::String(text) = value { text.escape_ascii().to_string() } else { "?".into() })
            .collect::<Vec<_>>()
            .join(" "),
        Value::String(text) | Value::Status(text) | Value::Error(text) => text.escape_ascii().to_string(),
        other => format!("{other:?}"),
    };
    replies.map(one).collect()
}

#[test]
fn a_known_script_is_loaded_again_on_a_server_that_lost_it() {
    for masters in [1, 3] {
        let servers = Server::start_many(masters);
        let keys: Vec<String> = (1..=masters as u32).map(|master| key_on(master, masters as u32)).collect();
        for how in [load, |cluster: &Cluster| eval(cluster, "any")] {
            let cluster = cluster(&ports(&servers), &[]);
            how(&cluster);
            for name in ["EVALSHA", "evalsha_ro"].into_iter().filter(|name| servers[0].has_command(name)) {
                flush(&servers);
                for key in &keys {
                    let command = format!("{name} {} 1 {key} x", digest().to_uppercase());
                    assert_eq!(reply_to(&cluster, &command), format!("[\"{key}\" \"x\"]"));
                }
                flush(&servers);
                for key in &keys {
                    assert_eq!(executed(&cluster, &[&format!("{name} {} 1 {key} y", digest())]), [format!("{key} y")]);
                }
                flush(&servers);
                let calls: Vec<String> = keys.iter().chain(&keys).map(|key| format!("{name} {} 1 {key} z", digest())).collect();
                let expected: Vec<String> = keys.iter().chain(&keys).map(|key| format!("{key} z")).collect();
                assert_eq!(executed(&cluster, &calls.iter().map(String::as_str).collect::<Vec<_>>()), expected);
            }
        }
    }
}

#[test]
fn loading_a_script_again_keeps_the_order_of_a_pipeline() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let source = "return redis.call('INCR',KEYS[1])";
    let digest = sha1_smol::Sha1::from(source).digest().to_string();
    cluster.command(&[b"SCRIPT", b"LOAD", source.as_bytes()]).unwrap();
    flush(&servers);
    let (one, two) = (key_on(1, 3), key_on(2, 3));
    let commands = [
        format!("SET {one} 5"),
        format!("EVALSHA {digest} 1 {one}"),
        format!("GET {one}"),
        format!("EVALSHA {digest} 1 {two}"),
        format!("EVALSHA {digest} 1 {one}"),
        format!("MGET {one} {two}"),
        "PING".into(),
    ];
    let replies = executed(&cluster, &commands.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(replies, ["OK", "Integer(6)", "6", "Integer(1)", "Integer(7)", "7 1", "PONG"]);
}

#[test]
fn evalsha_on_any_node_can_follow_eval_in_a_pipeline() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two, three) = (key_on(1, 3), key_on(2, 3), key_on(3, 3));
    let source = "return{KEYS[1],ARGV[1]}";
    let digest = sha1_smol::Sha1::from(source).digest().to_string();
    let call = |key: &str| format!("EVALSHA {digest} 1 {key} v");
    let commands = [format!("EVAL return{{KEYS[1],ARGV[1]}} 1 {one} v"), call(&two), call(&three), call(&one)];
    let replies = executed(&cluster, &commands.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(replies, [&one, &two, &three, &one].map(|key| format!("{key} v")));
}

#[test]
fn an_unknown_script_returns_noscript() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let key = key_on(2, 2);
    let call = format!("EVALSHA {} 1 {key} x", digest());
    for _ in 0..2 {
        // The text that follows depends on the server.
        let is_noscript = |reply: &String| reply.starts_with("NOSCRIPT No matching script.");
        assert!(is_noscript(&reply_to(&cluster, &call)));
        assert!(executed(&cluster, &[&call, &call]).iter().all(is_noscript));
        load(&cluster);
        assert!(reply_to(&cluster, &call).starts_with('['));
        // SCRIPT FLUSH through the library also removes the script from its list of known scripts.
        reply_to(&cluster, "SCRIPT FLUSH");
    }
}

#[test]
fn a_noscript_error_that_the_script_itself_returns_is_not_retried() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let source = "redis.call('INCR',KEYS[1]) return redis.error_reply('NOSCRIPT of mine')";
    let reply = cluster.command(&[b"SCRIPT", b"LOAD", source.as_bytes()]).unwrap();
    let Value::String(digest) = reply.root() else { panic!("{}", format_reply(&reply)) };
    let digest = String::from_utf8(digest.to_vec()).unwrap();
    let key = key_on(2, 2);
    assert_eq!(reply_to(&cluster, &format!("EVALSHA {digest} 1 {key}")), "NOSCRIPT of mine");
    assert_eq!(reply_to(&cluster, &format!("GET {key}")), "\"1\"");
}

#[test]
fn scripts_are_loaded_again_after_a_restart() {
    let mut servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    load(&cluster);
    servers[1].restart();
    let key = key_on(2, 2);
    // A read reconnects without an error.
    reply_to(&cluster, &format!("GET {key}"));
    let reply = cluster.command(&words(&format!("EVALSHA {} 1 {key} x", digest()))).unwrap();
    assert_eq!(format_reply(&reply), format!("[\"{key}\" \"x\"]"));
}

#[test]
fn a_script_without_keys_runs_on_the_first_node() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let name = |master: usize| format!("EVAL return(redis.call('SET',ARGV[1],{master})) 0 name");
    for master in 1..=3 {
        assert_eq!(reply_to(&cluster, &name(master)), "OK");
    }
    let stored = |server: &Server| redis::cmd("GET").arg("name").query::<Option<String>>(&mut server.client()).unwrap();
    assert_eq!(servers.iter().map(stored).collect::<Vec<_>>(), [Some("3".to_owned()), None, None]);
    assert_eq!(executed(&cluster, &["EVAL return{ARGV[1],'x'} 0 a", "EVAL return(ARGV[1]) 0 b", "PING"]), ["a x", "b", "PONG"]);
    if servers[0].has_command("eval_ro") {
        assert_eq!(reply_to(&cluster, "EVAL_RO return(ARGV[1]) 0 b"), "\"b\"");
    }
    // EVALSHA and functions as well.
    load(&cluster);
    flush(&servers);
    assert_eq!(reply_to(&cluster, &format!("EVALSHA {} 0 x", digest())), "[]");
    if !servers[0].has_command("fcall") {
        return;
    }
    let library = "#!lua name=lib\nredis.register_function('f', function(keys, args) return args[1] end)";
    cluster.command(&[b"FUNCTION", b"LOAD", library.as_bytes()]).unwrap();
    assert_eq!(reply_to(&cluster, "FCALL f 0 y"), "\"y\"");
}

#[test]
fn a_script_without_keys_that_uses_a_literal_key_is_refused() {
    let servers = Server::start_many(3);
    let cluster_with = |members: &[&str]| cluster(&ports(&servers), members);
    let checking = cluster_with(&[]);
    let refused = "CrossNode: CROSSNODE EVAL: the script has no keys, but it calls SET with the key \"x\", which may live on another node; \
                   pass the keys that it uses as keys, or set keyless_scripts to \"run\"";
    let source = "return(redis.call('SET','x','1'))";
    assert_eq!(reply_to(&checking, &format!("EVAL {source} 0")), refused);
    // With a key it is the caller who is responsible.
    assert_eq!(reply_to(&checking, &format!("EVAL {source} 1 x")), "OK");
    // The source of an EVALSHA is known if the script was loaded through the handle.
    let digest = sha1_smol::Sha1::from(source).digest().to_string();
    checking.command(&[b"SCRIPT", b"LOAD", source.as_bytes()]).unwrap();
    let call = format!("EVALSHA {digest} 0");
    assert_eq!(reply_to(&checking, &call), refused.replace("EVAL:", "EVALSHA:"));
    assert_eq!(reply_to(&cluster_with(&[]), &call), refused.replace("EVAL:", "EVALSHA:"), "handles of a process share what they know");
    assert!(reply_to(&checking, "EVAL return(redis.call('KEYS','*')) 0").contains("it calls KEYS which concerns the keys of all nodes"));
    let explained = checking.explain(&request(&[&call])).unwrap();
    assert!(format!("{:?}", explained.root()).contains(r#""refuse""#));

    let running = cluster_with(&[r#""keyless_scripts":"run""#]);
    assert_eq!(reply_to(&running, &format!("EVAL {source} 0")), "OK");
    let refusing = cluster_with(&[r#""keyless_scripts":"refuse""#]);
    for command in ["EVAL return(1) 0", "EVAL_RO return(1) 0", &call, "FCALL f 0"] {
        assert!(reply_to(&refusing, command).starts_with("CrossNode: CROSSNODE "), "{command}");
    }
    let named = cluster_with(&[r#""keyless_scripts":{"node":"node_3"}"#]);
    let exists = |server: &Server| redis::cmd("GET").arg("x").query::<Option<String>>(&mut server.client()).unwrap();
    let value = source.replace("'1'", "'3'");
    assert_eq!(reply_to(&named, &format!("EVAL {value} 0")), "OK");
    assert_eq!(exists(&servers[2]).as_deref(), Some("3"));
    // In a pipeline as well.
    let digest = sha1_smol::Sha1::from(&value).digest().to_string();
    let replies = named.execute(&request(&[&format!("EVALSHA {digest} 0"), "PING"])).unwrap();
    assert_eq!(replies.value(1), Some(Value::Status(b"OK")), "{:?}", replies.root());
    assert_eq!(exists(&servers[2]).as_deref(), Some("3"));
    let explained = format!("{:?}", named.explain(&request(&["EVAL return(1) 0"])).unwrap().root());
    assert!(explained.contains(r#""node_3""#) && !explained.contains(r#""node_1""#));
    // A single master has all keys.
    let one = cluster(&[servers[0].port], &[r#""keyless_scripts":"refuse""#]);
    assert_eq!(reply_to(&one, &format!("EVAL {source} 0")), "OK");
}

#[test]
fn a_script_exists_if_evalsha_works_on_all_nodes() {
    let servers: Vec<Server> = (0..3).map(|_| Server::start()).collect();
    let cluster = cluster(&ports(&servers), &[]);
    let exists = || reply_to(&cluster, &format!("SCRIPT EXISTS {} {:040}", digest(), 0));
    assert_eq!(exists(), "[0 0]");
    // On one node only, and not known to the library.
    let _: () = redis::cmd("SCRIPT").arg("LOAD").arg(SOURCE).query(&mut servers[1].client()).unwrap();
    assert_eq!(exists(), "[0 0]");
    flush(&servers);
    eval(&cluster, &key_on(1, 3));
    assert_eq!(exists(), "[1 0]");
    for node in 1..=3 {
        let call = format!("EVALSHA {} 1 {} x", digest(), key_on(node, 3));
        assert!(reply_to(&cluster, &call).ends_with(" \"x\"]"), "{call}");
    }
    // As on one server.
    flush(&servers);
    assert_eq!(exists(), "[0 0]");
}

#[test]
fn the_depth_of_replies_is_limited_by_a_setting() {
    let server = Server::start();
    let nested = |cluster: &Cluster, depth: usize| {
        let source = format!("local t = {{}} for _ = 2, {depth} do t = {{t}} end return t");
        cluster.command(&[b"EVAL", source.as_bytes(), b"0"]).map(|reply| reply.entries().len()).map_err(|error| error.message().to_owned())
    };
    let by_default = cluster(&[server.port], &[]);
    // Redis 6.2 never replies to a script that returns so deep a table.
    if !server.is_since((7, 0)) {
        return;
    }
    assert_eq!(nested(&by_default, 1000), Ok(1000));
    let error = nested(&by_default, 2000).unwrap_err();
    assert!(error.contains("arrays are nested deeper than 1024 (max_reply_depth)"), "{error}");
    assert_eq!(nested(&by_default, 10), Ok(10));
    let deeper = cluster(&[server.port], &[r#""max_reply_depth":5000"#]);
    assert_eq!(nested(&deeper, 2000), Ok(2000));
    let pipelined = deeper.execute(&rediscluster::pack(&[b"EVAL", b"local t = {} for _ = 2, 3000 do t = {t} end return t", b"0"])).unwrap();
    assert_eq!(pipelined.entries().len(), 3001);
}
