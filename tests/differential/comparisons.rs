//! How the reply to each command is compared. Replies must be equal byte for byte unless Redis leaves them undefined.

/// How the replies to a command are compared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Comparison {
    /// Byte for byte.
    Exact,
    /// In any order: the order depends on a hash table with a random seed.
    Unordered,
    /// Pairs in any order, for the same reason.
    UnorderedPairs,
    /// In any order, nested arrays too.
    UnorderedNested,
    /// Numbers that may differ by the time between the two commands; absolute times must be equal.
    Approximate,
    /// Both are errors, or both have the same type.
    Kind,
    /// By the value that RESTORE creates from them.
    AfterRestore,
    /// By the elements that the cursor returns until it is 0. Cursors differ between servers.
    Scan,
    /// A random choice: the size must be equal and the elements must exist. The one server then removes the same elements.
    RandomChoice,
    /// Without the times in the reply.
    IgnoringTimes,
    /// Byte for byte, but an error may be followed by the name of its node.
    WithNodeInErrors,
    /// Byte for byte, unless the order is that of the hash table of a set.
    Sorted,
    /// Byte for byte if all members have the same score. Otherwise the result of a lexicographical range is undefined.
    Lex,
}

const COMPARISONS: &[(&str, Comparison)] = &[
    ("smembers", Comparison::Unordered),
    ("sunion", Comparison::Unordered),
    ("sinter", Comparison::Unordered),
    ("sdiff", Comparison::Unordered),
    ("hkeys", Comparison::Unordered),
    ("hvals", Comparison::Unordered),
    ("keys", Comparison::Unordered),
    ("pubsub|channels", Comparison::Unordered),
    ("hgetall", Comparison::UnorderedPairs),
    ("function|list", Comparison::UnorderedNested),
    ("ttl", Comparison::Approximate),
    ("pttl", Comparison::Approximate),
    ("expiretime", Comparison::Approximate),
    ("pexpiretime", Comparison::Approximate),
    ("httl", Comparison::Approximate),
    ("hpttl", Comparison::Approximate),
    ("hexpiretime", Comparison::Approximate),
    ("hpexpiretime", Comparison::Approximate),
    // The encoding depends on the history of a key, and a key that was copied to another server is encoded again.
    ("object|encoding", Comparison::Kind),
    ("object|refcount", Comparison::Kind),
    ("object|idletime", Comparison::Kind),
    ("memory|usage", Comparison::Kind),
    ("function|dump", Comparison::Kind),
    // Depends on the clock.
    ("time", Comparison::Kind),
    ("lastsave", Comparison::Kind),
    // A random picture.
    ("lolwut", Comparison::Kind),
    // The order of the elements is that of the hash table of the server.
    ("dump", Comparison::AfterRestore),
    ("scan", Comparison::Scan),
    ("sscan", Comparison::Scan),
    ("hscan", Comparison::Scan),
    ("zscan", Comparison::Scan),
    ("spop", Comparison::RandomChoice),
    ("srandmember", Comparison::RandomChoice),
    ("hrandfield", Comparison::RandomChoice),
    ("zrandmember", Comparison::RandomChoice),
    ("randomkey", Comparison::RandomChoice),
    ("xpending", Comparison::IgnoringTimes),
    ("xreadgroup", Comparison::IgnoringTimes),
    ("xinfo|stream", Comparison::IgnoringTimes),
    ("xinfo|consumers", Comparison::IgnoringTimes),
    // Each node sends its own keys, so the error names the node.
    ("migrate", Comparison::WithNodeInErrors),
    ("sort", Comparison::Sorted),
    ("sort_ro", Comparison::Sorted),
    ("zrange", Comparison::Lex),
    ("zrangestore", Comparison::Lex),
    ("zrangebylex", Comparison::Lex),
    ("zrevrangebylex", Comparison::Lex),
    ("zremrangebylex", Comparison::Lex),
    ("zlexcount", Comparison::Lex),
];

pub fn comparison_of(name: &str) -> Comparison {
    COMPARISONS.iter().find(|(known, _)| *known == name).map_or(Comparison::Exact, |(_, comparison)| *comparison)
}

pub fn with_special_comparison() -> impl Iterator<Item = &'static str> {
    COMPARISONS.iter().map(|(name, _)| *name)
}

/// Data commands without a rule, with the reason.
pub const UNTESTED: &[(&str, &str)] = &[];

/// Commands that are refused if their keys are on several nodes, and some that are about one server. A script without keys runs on one node. A
/// CROSSNODE error of any other command is a failure.
pub const REFUSED: &[&str] = &["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro", "client|getname"];

/// Commands with the number of their keys, and its position.
pub const COUNTED: &[(&str, usize)] = &[
    ("eval", 2),
    ("eval_ro", 2),
    ("evalsha", 2),
    ("evalsha_ro", 2),
    ("fcall", 2),
    ("fcall_ro", 2),
    ("sintercard", 1),
    ("zunion", 1),
    ("zinter", 1),
    ("zdiff", 1),
    ("zintercard", 1),
    ("zunionstore", 2),
    ("zinterstore", 2),
    ("zdiffstore", 2),
    ("lmpop", 1),
    ("zmpop", 1),
    ("blmpop", 2),
    ("bzmpop", 2),
    ("msetex", 1),
];
