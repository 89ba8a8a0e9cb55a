//! What the library does with a command: the columns of the table that no server reports.

/// What happens across nodes.
pub fn across(name: &str, has_keys: bool) -> Option<&'static str> {
    Some(match name {
        "mget" => "Split(SplitKind::Values)",
        "mset" => "Split(SplitKind::Stored)",
        "del" | "unlink" | "exists" | "touch" => "Split(SplitKind::Counted)",
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

/// What happens to a command without keys. It follows Redis's request and response policies where they exist. Otherwise it is what a user
/// of one server expects.
fn keyless(name: &str) -> &'static str {
    match name {
        "keys" => "Everywhere(ResponsePolicy::Keys)",
        "dbsize" => "Everywhere(ResponsePolicy::Size)",
        "slowlog|len" | "commandlog|len" | "latency|reset" => "Everywhere(ResponsePolicy::Sum)",
        "wait" | "lastsave" => "Everywhere(ResponsePolicy::Least)",
        "waitaof" => "Everywhere(ResponsePolicy::LeastOfEach)",
        "pubsub|numpat" => "Everywhere(ResponsePolicy::Greatest)",
        "pubsub|numsub" | "pubsub|shardnumsub" => "Everywhere(ResponsePolicy::Tally)",
        "pubsub|channels" | "pubsub|shardchannels" => "Everywhere(ResponsePolicy::Names)",
        "slowlog|get" | "commandlog|get" => "Everywhere(ResponsePolicy::Lists)",
        "info" | "client|list" => "Everywhere(ResponsePolicy::Texts)",
        "script|exists" => "Everywhere(ResponsePolicy::AllTrue)",
        "script|kill" | "function|kill" => "Everywhere(ResponsePolicy::OneOk)",
        "ping" | "flushall" | "flushdb" | "swapdb" | "save" | "bgsave" | "bgrewriteaof" | "config|set" | "config|resetstat"
        | "config|rewrite" | "script|load" | "script|flush" | "function|load" | "function|delete" | "function|flush"
        | "function|restore" | "client|pause" | "client|unpause" | "memory|purge" | "acl|setuser" | "acl|deluser" | "acl|save"
        | "acl|load" | "slowlog|reset" => "Everywhere(ResponsePolicy::AllOk)",
        "echo" | "time" | "lolwut" | "config|get" | "function|list" | "function|dump" | "acl|cat" | "acl|dryrun" | "acl|genpass"
        | "acl|getuser" | "acl|list" | "acl|users" | "acl|whoami" | "command" | "module|list" | "pfselftest" | "script|show" => "Anywhere",
        _ if name.starts_with("command|") || name.ends_with("|help") => "Anywhere",
        _ => "OneServer",
    }
}

/// The argument with the timeout of a blocking command. The server reports only that a command blocks.
pub fn block(name: &str) -> Option<&'static str> {
    match name {
        "blpop" | "brpop" | "bzpopmin" | "bzpopmax" | "blmove" | "brpoplpush" => Some("Block::Last"),
        "blmpop" | "bzmpop" => Some("Block::First"),
        "wait" | "waitaof" => Some("Block::LastMillis"),
        "xread" | "xreadgroup" => Some("Block::Option"),
        _ => None,
    }
}

/// Commands that change the state of a connection, or take it over. The server has no flag for them.
pub const SESSION: &[&str] = &[
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
