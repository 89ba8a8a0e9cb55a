//! The commands of newer servers, from `newer.json` and `documented.json`, in the format of the reply of `COMMAND`.

use redis::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The first release with each command, by its name: `redis 7.4.0`, or `redis 7.4.0, valkey 9.0.0` if both products added it.
pub type Since = BTreeMap<String, String>;

/// The commands of newer servers, and changes of older commands.
pub struct Newer {
    commands: Vec<Json>,
    changed: Vec<Json>,
}

impl Newer {
    pub fn read() -> Newer {
        let read = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let (collected, documented) = (read(include_str!("newer.json")), read(include_str!("documented.json")));
        let list = |file: &Json, field: &str| file[field].as_array().unwrap().clone();
        let commands = [list(&collected, "commands"), list(&documented, "commands")].concat();
        Newer { commands, changed: list(&collected, "changed") }
    }

    /// The reply of `COMMAND` followed by the newer commands. Arities are widened to those of all releases. A new subcommand of a known
    /// container is listed next to the container, because it is looked up by its full name.
    pub fn join(&self, known: &Value) -> Value {
        let Value::Array(known) = known else { panic!("{known:?} is no list") };
        let known = known.iter().map(|command| self.widened(command));
        Value::Array(known.chain(self.commands.iter().map(|command| self.command(command))).collect())
    }

    /// Adds the releases of the newer commands to those that `COMMAND DOCS` reports.
    pub fn since(&self, docs: &Value) -> Since {
        let mut since = Since::new();
        note_since(docs, &mut since);
        for command in &self.commands {
            let before = since.insert(text(&command["name"]).into(), text(&command["since"]).into());
            assert_eq!(before, None, "{} is already known to the server", command["name"]);
        }
        since
    }

    /// A command whose arity accepts what any release accepts, and its subcommands likewise.
    fn widened(&self, command: &Value) -> Value {
        let Value::Array(mut fields) = command.clone() else { panic!("{command:?} is no list") };
        let name = string(&fields[0]);
        for change in self.changed.iter().filter(|change| change["name"] == name) {
            for arity in change["arity"].as_object().iter().flat_map(|values| values.values()) {
                fields[1] = Value::Int(wider(&fields[1], arity.as_i64().unwrap()));
            }
        }
        if let Value::Array(subcommands) = &mut fields[9] {
            *subcommands = subcommands.iter().map(|subcommand| self.widened(subcommand)).collect();
        }
        Value::Array(fields)
    }

    /// The fields in the order of the reply of `COMMAND`. Unused fields are empty.
    fn command(&self, command: &Json) -> Value {
        let name = text(&command["name"]);
        let words = |field: &str| Value::Array(array(&command[field]).iter().map(|word| bulk(text(word))).collect());
        let inside = format!("{name}|");
        let subcommands = self.commands.iter().filter(|other| text(&other["name"]).starts_with(&inside));
        let mut fields = vec![Value::Array(Vec::new()); 10];
        fields[0] = bulk(name);
        fields[1] = Value::Int(command["arity"].as_i64().unwrap());
        fields[2] = words("flags");
        fields[7] = words("tips");
        fields[8] = Value::Array(keys(command).map(key_spec).collect());
        fields[9] = Value::Array(subcommands.map(|subcommand| self.command(subcommand)).collect());
        Value::Array(fields)
    }
}

#[test]
fn keys_of_newer_commands_are_among_their_required_arguments() {
    for command in &Newer::read().commands {
        let least = command["arity"].as_i64().unwrap().unsigned_abs();
        for spec in keys(command) {
            let begin = spec["index"].as_u64().expect("newer commands have their keys at fixed places");
            let last = match &spec["keynum"] {
                Json::Null => begin + spec["range"][0].as_i64().unwrap().max(0) as u64,
                keynum => begin + keynum[0].as_u64().unwrap().max(keynum[1].as_u64().unwrap()),
            };
            assert!(last < least, "{}: a key at {last}, but only {least} required arguments", command["name"]);
        }
    }
}

#[test]
fn newer_commands_with_keys_either_read_or_write() {
    for command in &Newer::read().commands {
        let has = |flag: &str| array(&command["flags"]).iter().any(|known| known == flag);
        let only_reads = |spec: &Json| array(&spec["does"]).iter().any(|word| word == "ro");
        if keys(command).any(|spec| !only_reads(spec) || has("readonly")) {
            assert_ne!(has("readonly"), has("write"), "{}", command["name"]);
        }
    }
}

/// The key specifications without those that a server marks as `not_key`, such as a cursor that selects a slot.
fn keys(command: &Json) -> impl Iterator<Item = &Json> {
    array(&command["keys"]).iter().filter(|spec| array(&spec["does"]).iter().all(|word| word != "not_key"))
}

fn key_spec(spec: &Json) -> Value {
    let number = |value: &Json| Value::Int(value.as_i64().unwrap());
    let begin = match &spec["keyword"] {
        Json::Null => typed("index", vec![("index", number(&spec["index"]))]),
        keyword => typed("keyword", vec![("keyword", bulk(text(&keyword[0]))), ("startfrom", number(&keyword[1]))]),
    };
    let (kind, fields) = match &spec["keynum"] {
        Json::Null => ("range", ["lastkey", "keystep", "limit"]),
        _ => ("keynum", ["keynumidx", "firstkey", "keystep"]),
    };
    let find = typed(kind, fields.iter().zip(array(&spec[kind])).map(|(field, value)| (*field, number(value))).collect());
    map(vec![("begin_search", begin), ("find_keys", find)])
}

fn typed(kind: &str, spec: Vec<(&str, Value)>) -> Value {
    map(vec![("type", bulk(kind)), ("spec", map(spec))])
}

fn map(fields: Vec<(&str, Value)>) -> Value {
    Value::Array(fields.into_iter().flat_map(|(field, value)| [bulk(field), value]).collect())
}

/// `COMMAND DOCS` reports releases of Redis, because other products began after Redis 7.0.
fn note_since(docs: &Value, since: &mut Since) {
    let Value::Array(docs) = docs else { panic!("{docs:?} is no list") };
    for pair in docs.chunks(2) {
        let Value::Array(fields) = &pair[1] else { panic!("{:?} is no list", pair[1]) };
        for fact in fields.chunks(2) {
            match string(&fact[0]).as_str() {
                "since" => _ = since.insert(string(&pair[0]), format!("redis {}", string(&fact[1]))),
                "subcommands" => note_since(&fact[1], since),
                _ => {}
            }
        }
    }
}

/// An arity that accepts what either arity accepts. A negative arity is a minimum.
fn wider(one: &Value, other: i64) -> i64 {
    let Value::Int(one) = *one else { panic!("{one:?} is no arity") };
    if one == other { one } else { -one.abs().min(other.abs()) }
}

fn array(value: &Json) -> &[Json] {
    value.as_array().unwrap()
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap()
}

fn string(value: &Value) -> String {
    redis::from_redis_value(value.clone()).unwrap()
}

fn bulk(text: &str) -> Value {
    Value::BulkString(text.into())
}
