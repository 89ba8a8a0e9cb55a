//! The commands whose replies two servers need not give alike, and why; all others must be equal to the byte.

/// How the replies to a command are compared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Comparison {
    /// To the byte.
    Exact,
    /// As a sorted_rows: the order follows a hash table whose seed is the server's own.
    Unordered,
    /// As a sorted_rows of pairs, for the same reason.
    UnorderedPairs,
    /// Arrays within as bags too.
    UnorderedNested,
    /// Two numbers, as near as two clocks; equal where the time was set as a date.
    Approximate,
    /// Both an error, or both of one type.
    Kind,
    /// By what RESTORE makes of them.
    AfterRestore,
    /// By the elements that the cursor leads to until it is 0: cursors are the server's own affair.
    Scan,
    /// RandomChoice at random: there must be as many, all of them must be there, and the one server follows suit.
    RandomChoice,
    /// But for the times in them.
    IgnoringTimes,
    /// To the byte, but an error may have the node behind it that it comes from.
    WithNodeInErrors,
    /// To the byte, unless the order is that of a set's hash table.
    Sorted,
    /// To the byte, if the range is one of names: among members of different scores that is no range, and what is found a matter of chance.
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
    // The value is the same; how it is kept follows its history, and what is carried to another server is packed anew.
    ("object|encoding", Comparison::Kind),
    ("object|refcount", Comparison::Kind),
    ("object|idletime", Comparison::Kind),
    ("memory|usage", Comparison::Kind),
    ("function|dump", Comparison::Kind),
    // The clock.
    ("time", Comparison::Kind),
    ("lastsave", Comparison::Kind),
    // A new picture each time.
    ("lolwut", Comparison::Kind),
    // Elements stand in it in the order of the server's hash table.
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
    ("xinfo|stream", Comparison::IgnoringTimes),
    ("xinfo|consumers", Comparison::IgnoringTimes),
    // Each node sends its own keys; it matters which of them could not.
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
    COMPARISONS.iter().find(|(known, _)| *known == name).map_or(Comparison::Exact, |(_, judge)| *judge)
}

pub fn with_special_comparison() -> impl Iterator<Item = &'static str> {
    COMPARISONS.iter().map(|(name, _)| *name)
}

/// Commands on data that are not tried here, and why.
pub const UNTRIED: &[(&str, &str)] = &[];

/// Commands that are refused when their keys live on several nodes, or when they have none: scripts run on one node, and so does what speaks of
/// one server alone. Elsewhere a CROSSNODE is a fault.
pub const REFUSED: &[&str] = &["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro", "client|getname", "role", "function|stats"];

/// Commands that tell the number of their keys, and where. A number that cannot be, the library refuses in its own words.
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
];
