//! The command table is Redis's own metadata: made from `COMMAND` of a running server, and compared with it. The commands of newer servers
//! come from their metadata in tests/commands/newer.json.

#[path = "commands/newer.rs"]
mod newer;
mod support;

use newer::{Newer, Since};
use redis::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use support::Server;

/// The release that the table is made from and compared with.
const RELEASE: &str = "7.0.";

#[test]
fn the_table_says_of_every_command_what_the_server_says() {
    let server = Server::start();
    let mut client = server.client();
    let info: String = redis::cmd("INFO").arg("server").query(&mut client).unwrap();
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap();
    if !version.starts_with(RELEASE) {
        println!("this redis-server is {version}: the table, made from {RELEASE}x, is compared there only");
        return;
    }
    let commands: Value = redis::cmd("COMMAND").query(&mut client).unwrap();
    let docs: Value = redis::cmd("COMMAND").arg("DOCS").query(&mut client).unwrap();
    let newer = Newer::read();
    support::generated::check("src/command/table.rs", &render(&newer.join(&commands), &newer.since(&docs)));
}

fn render(commands: &Value, since: &Since) -> String {
    let mut rows = BTreeMap::new();
    collect(commands, &mut rows);
    let mut text = String::from(HEAD);
    for (name, row) in &rows {
        writeln!(text, "    Command {{ name: \"{name}\", {row}since: {:?}, ..PLAIN }},", since[name]).unwrap();
    }
    text.push_str("];\n");
    text
}

const HEAD: &str = "//! The commands of Redis 7.0, made from the server's own `COMMAND` by `make generated`, and those of newer servers from their metadata;\n\
    //! not to be edited.\n\n\
    use super::Access::{Read, Write};\n\
    use super::Across::*;\n\
    use super::Begin::{Index, Keyword};\n\
    use super::Combination::{Sets, SortedSets};\n\
    use super::Destination::{First, FirstToo, Last, Nowhere};\n\
    use super::Find::{Counted, Range};\n\
    use super::SetOperation::{Cardinality, Difference, Intersection, Union};\n\
    use super::{Answers, Block, Combination, Command, KeySpec, Keys, Move, PLAIN, Pop, Spread};\n\n\
    /// One key at a place.\n\
    const fn at(index: usize) -> KeySpec {\n    range(index, 0, 1)\n}\n\n\
    /// Keys from a place to the end, or so far from it, by steps.\n\
    const fn range(index: usize, last: i32, step: usize) -> KeySpec {\n    KeySpec { begin: Index(index), find: Range { last, step, limit: 0 } }\n}\n\n\
    /// As many keys behind a place as the argument there says, by steps.\n\
    const fn counted(index: usize, step: usize) -> KeySpec {\n    KeySpec { begin: Index(index), find: Counted { count: 0, first: 1, step } }\n}\n\n\
    /// Keys behind a word.\n\
    const fn behind(word: &'static str, from: i32, last: i32, limit: usize) -> KeySpec {\n    \
    KeySpec { begin: Keyword(word, from), find: Range { last, step: 1, limit } }\n}\n\n\
    /// Sorted by name.\n\
    #[rustfmt::skip]\n\
    pub(super) static TABLE: &[Command] = &[\n";

fn collect(commands: &Value, rows: &mut BTreeMap<String, String>) {
    for command in list(commands) {
        let facts = list(command);
        let name = text(&facts[0]);
        rows.insert(name.clone(), row(&name, facts));
        collect(&facts[9], rows);
    }
}

fn row(name: &str, facts: &[Value]) -> String {
    let flags: Vec<String> = list(&facts[2]).iter().map(text).collect();
    let has = |flag: &str| flags.iter().any(|known| known == flag);
    let mut row = format!("arity: {}, ", integer(&facts[1]));
    match (has("readonly"), has("write")) {
        (true, false) => row.push_str("access: Read, "),
        (_, true) => row.push_str("access: Write, "),
        _ => {}
    }
    let keys = keys(name, list(&facts[8]));
    if !keys.is_empty() {
        write!(row, "keys: {keys}, ").unwrap();
    }
    for (fact, value) in [("across", across(name, !keys.is_empty())), ("block", block(name))] {
        if let Some(value) = value {
            write!(row, "{fact}: {value}, ").unwrap();
        }
    }
    if SESSION.contains(&name) {
        row.push_str("session: true, ");
    }
    if !list(&facts[9]).is_empty() {
        row.push_str("container: true, ");
    }
    if name.len() <= 8 && name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        row.push_str("is_short_word: true, ");
    }
    row
}

fn keys(name: &str, specs: &[Value]) -> String {
    match name {
        "sort" | "sort_ro" => return "Keys::Sort".into(),
        "migrate" => return "Keys::Migrate".into(),
        // Its channel is no key to the server; to us it names the node.
        "publish" => return "Keys::One(1)".into(),
        _ if specs.is_empty() => return String::new(),
        _ => {}
    }
    if let [spec] = specs {
        let one = key_spec(name, &map(spec));
        if let Some(index) = one.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')')) {
            return format!("Keys::One({index})");
        }
    }
    let specs: Vec<String> = specs.iter().map(|spec| key_spec(name, &map(spec))).collect();
    format!("Keys::Specs(&[{}])", specs.join(", "))
}

fn key_spec(name: &str, spec: &BTreeMap<String, Value>) -> String {
    let (begin, begin_spec) = typed(&spec["begin_search"]);
    let (find, find_spec) = typed(&spec["find_keys"]);
    let number = |map: &BTreeMap<String, Value>, field: &str| integer(&map[field]);
    match (begin.as_str(), find.as_str()) {
        ("index", "range") => {
            let (index, last, step, limit) =
                (number(&begin_spec, "index"), number(&find_spec, "lastkey"), number(&find_spec, "keystep"), number(&find_spec, "limit"));
            assert_eq!(limit, 0, "{name}: a limited range from an index");
            if (last, step) == (0, 1) { format!("at({index})") } else { format!("range({index}, {last}, {step})") }
        }
        ("index", "keynum") => {
            let layout = (number(&find_spec, "keynumidx"), number(&find_spec, "firstkey"));
            assert_eq!(layout, (0, 1), "{name}: an unusual place of the number of keys");
            format!("counted({}, {})", number(&begin_spec, "index"), number(&find_spec, "keystep"))
        }
        ("keyword", "range") => {
            assert_eq!(number(&find_spec, "keystep"), 1, "{name}: keys behind a word by steps");
            format!(
                "behind({:?}, {}, {}, {})",
                text(&begin_spec["keyword"]),
                number(&begin_spec, "startfrom"),
                number(&find_spec, "lastkey"),
                number(&find_spec, "limit")
            )
        }
        other => panic!("{name}: no way to follow the key specification {other:?}"),
    }
}

/// Our own column: what happens across nodes.
fn across(name: &str, has_keys: bool) -> Option<&'static str> {
    Some(match name {
        "mget" => "Split(Spread::Values)",
        "mset" => "Split(Spread::Stored)",
        "del" | "unlink" | "exists" | "touch" => "Split(Spread::Counted)",
        "msetnx" => "StoredIfNone",
        "migrate" => "Migrated",
        "sunion" => "Combined(Sets(Union, Nowhere))",
        "sinter" => "Combined(Sets(Intersection, Nowhere))",
        "sdiff" => "Combined(Sets(Difference, Nowhere))",
        "sintercard" => "Combined(Sets(Cardinality, Nowhere))",
        "sunionstore" => "Combined(Sets(Union, First))",
        "sinterstore" => "Combined(Sets(Intersection, First))",
        "sdiffstore" => "Combined(Sets(Difference, First))",
        "zunion" => "Combined(SortedSets(Union, Nowhere))",
        "zinter" => "Combined(SortedSets(Intersection, Nowhere))",
        "zdiff" => "Combined(SortedSets(Difference, Nowhere))",
        "zintercard" => "Combined(SortedSets(Cardinality, Nowhere))",
        "zunionstore" => "Combined(SortedSets(Union, First))",
        "zinterstore" => "Combined(SortedSets(Intersection, First))",
        "zdiffstore" => "Combined(SortedSets(Difference, First))",
        "bitop" => "Combined(Combination::Bits)",
        "pfcount" | "lcs" => "Together(Nowhere)",
        "pfmerge" => "Together(FirstToo)",
        "geosearchstore" | "zrangestore" => "Together(First)",
        "georadius" | "georadiusbymember" => "Together(Last)",
        "sort" | "sort_ro" => "Sorted",
        "rename" | "renamenx" => "Moved(Move::Value)",
        "copy" => "Moved(Move::Copy)",
        "lmove" | "rpoplpush" | "blmove" | "brpoplpush" => "Moved(Move::Element)",
        "smove" => "Moved(Move::Member)",
        "blpop" | "brpop" => "Popped(Pop::Element)",
        "bzpopmin" | "bzpopmax" => "Popped(Pop::Scored)",
        "lmpop" | "blmpop" => "Popped(Pop::Elements)",
        "zmpop" | "bzmpop" => "Popped(Pop::ScoredElements)",
        "xread" | "xreadgroup" => "Streams",
        "eval" | "eval_ro" | "evalsha" | "evalsha_ro" | "fcall" | "fcall_ro" => "Script",
        "scan" => "Scan",
        "randomkey" => "RandomKey",
        _ if has_keys || SESSION.contains(&name) => return None,
        _ => keyless(name),
    })
}

/// What happens to a command without keys. Where Redis's request and response policies say something, it is that; the rest is decided by
/// what one server would be understood to answer.
fn keyless(name: &str) -> &'static str {
    match name {
        "keys" => "Everywhere(Answers::Keys)",
        "dbsize" => "Everywhere(Answers::Size)",
        "slowlog|len" | "commandlog|len" | "latency|reset" => "Everywhere(Answers::Sum)",
        "wait" | "lastsave" => "Everywhere(Answers::Least)",
        "waitaof" => "Everywhere(Answers::LeastOfEach)",
        "pubsub|numpat" => "Everywhere(Answers::Greatest)",
        "pubsub|numsub" | "pubsub|shardnumsub" => "Everywhere(Answers::Tally)",
        "pubsub|channels" | "pubsub|shardchannels" => "Everywhere(Answers::Names)",
        "slowlog|get" | "commandlog|get" => "Everywhere(Answers::Lists)",
        "info" | "client|list" => "Everywhere(Answers::Texts)",
        "script|exists" => "Everywhere(Answers::AllTrue)",
        "script|kill" | "function|kill" => "Everywhere(Answers::OneOk)",
        "ping" | "flushall" | "flushdb" | "swapdb" | "save" | "bgsave" | "bgrewriteaof" | "config|set" | "config|resetstat"
        | "config|rewrite" | "script|load" | "script|flush" | "function|load" | "function|delete" | "function|flush"
        | "function|restore" | "client|pause" | "client|unpause" | "memory|purge" | "acl|setuser" | "acl|deluser" | "acl|save"
        | "acl|load" | "slowlog|reset" => "Everywhere(Answers::AllOk)",
        "echo" | "time" | "lolwut" | "config|get" | "function|list" | "function|dump" | "acl|cat" | "acl|dryrun" | "acl|genpass"
        | "acl|getuser" | "acl|list" | "acl|users" | "acl|whoami" | "command" | "module|list" | "pfselftest" | "script|show" => "Anywhere",
        _ if name.starts_with("command|") || name.ends_with("|help") => "Anywhere",
        _ => "OneServer",
    }
}

/// Which argument tells how long the command blocks; the server says only that it does.
fn block(name: &str) -> Option<&'static str> {
    match name {
        "blpop" | "brpop" | "bzpopmin" | "bzpopmax" | "blmove" | "brpoplpush" => Some("Block::Last"),
        "blmpop" | "bzmpop" => Some("Block::First"),
        "wait" | "waitaof" => Some("Block::LastMillis"),
        "xread" | "xreadgroup" => Some("Block::Option"),
        _ => None,
    }
}

/// What changes the state of a connection, or takes it over; the server has no flag for that.
const SESSION: &[&str] = &[
    "asking",
    "auth",
    "client|caching",
    "client|capa",
    "client|import-source",
    "client|no-evict",
    "client|no-touch",
    "client|reply",
    "client|setinfo",
    "client|setname",
    "client|tracking",
    "cluster|syncslots",
    "discard",
    "exec",
    "hello",
    "monitor",
    "multi",
    "psubscribe",
    "psync",
    "punsubscribe",
    "quit",
    "readonly",
    "readwrite",
    "replconf",
    "reset",
    "script|debug",
    "select",
    "ssubscribe",
    "subscribe",
    "sunsubscribe",
    "sync",
    "unsubscribe",
    "unwatch",
    "watch",
];

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Set(list) => list,
        other => panic!("{other:?} is no list"),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::BulkString(text) => String::from_utf8(text.clone()).unwrap(),
        Value::SimpleString(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    }
}

fn integer(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        other => panic!("{other:?} is no integer"),
    }
}

fn map(value: &Value) -> BTreeMap<String, Value> {
    list(value).chunks(2).map(|pair| (text(&pair[0]), pair[1].clone())).collect()
}

fn typed(value: &Value) -> (String, BTreeMap<String, Value>) {
    let fields = map(value);
    (text(&fields["type"]), map(&fields["spec"]))
}
