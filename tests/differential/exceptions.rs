//! The commands whose replies two servers need not give alike, and why; all others must be equal to the byte.

/// How the replies to a command are compared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Judge {
    /// To the byte.
    Exact,
    /// As a bag: the order follows a hash table whose seed is the server's own.
    Bag,
    /// As a bag of pairs, for the same reason.
    Pairs,
    /// Arrays within as bags too.
    DeepBag,
    /// Two numbers, as near as two clocks; equal where the time was set as a date.
    Near,
    /// Both an error, or both of one type.
    Kind,
    /// By what RESTORE makes of them.
    Restored,
    /// By the elements that the cursor leads to until it is 0: cursors are the server's own affair.
    Walk,
    /// Chosen at random: there must be as many, all of them must be there, and the one server follows suit.
    Chosen,
    /// But for the times in them.
    Timeless,
    /// To the byte, but an error may have the node behind it that it comes from.
    OfNode,
    /// To the byte, unless the order is that of a set's hash table.
    Sorted,
    /// To the byte, if the range is one of names: among members of different scores that is no range, and what is found a matter of chance.
    Lexical,
}

const JUDGES: &[(&str, Judge)] = &[
    ("smembers", Judge::Bag),
    ("sunion", Judge::Bag),
    ("sinter", Judge::Bag),
    ("sdiff", Judge::Bag),
    ("hkeys", Judge::Bag),
    ("hvals", Judge::Bag),
    ("keys", Judge::Bag),
    ("pubsub|channels", Judge::Bag),
    ("hgetall", Judge::Pairs),
    ("function|list", Judge::DeepBag),
    ("ttl", Judge::Near),
    ("pttl", Judge::Near),
    ("expiretime", Judge::Near),
    ("pexpiretime", Judge::Near),
    // The value is the same; how it is kept follows its history, and what is carried to another server is packed anew.
    ("object|encoding", Judge::Kind),
    ("object|refcount", Judge::Kind),
    ("object|idletime", Judge::Kind),
    ("memory|usage", Judge::Kind),
    ("function|dump", Judge::Kind),
    // The clock.
    ("time", Judge::Kind),
    ("lastsave", Judge::Kind),
    // A new picture each time.
    ("lolwut", Judge::Kind),
    // Elements stand in it in the order of the server's hash table.
    ("dump", Judge::Restored),
    ("scan", Judge::Walk),
    ("sscan", Judge::Walk),
    ("hscan", Judge::Walk),
    ("zscan", Judge::Walk),
    ("spop", Judge::Chosen),
    ("srandmember", Judge::Chosen),
    ("hrandfield", Judge::Chosen),
    ("zrandmember", Judge::Chosen),
    ("randomkey", Judge::Chosen),
    ("xpending", Judge::Timeless),
    ("xinfo|stream", Judge::Timeless),
    ("xinfo|consumers", Judge::Timeless),
    // Each node sends its own keys; it matters which of them could not.
    ("migrate", Judge::OfNode),
    ("sort", Judge::Sorted),
    ("sort_ro", Judge::Sorted),
    ("zrange", Judge::Lexical),
    ("zrangestore", Judge::Lexical),
    ("zrangebylex", Judge::Lexical),
    ("zrevrangebylex", Judge::Lexical),
    ("zremrangebylex", Judge::Lexical),
    ("zlexcount", Judge::Lexical),
];

pub fn judge(name: &str) -> Judge {
    JUDGES.iter().find(|(known, _)| *known == name).map_or(Judge::Exact, |(_, judge)| *judge)
}

pub fn judged() -> impl Iterator<Item = &'static str> {
    JUDGES.iter().map(|(name, _)| *name)
}

/// Commands on data that are not tried here, and why.
pub const UNTRIED: &[(&str, &str)] = &[];

/// Commands that are refused when their keys live on several nodes, or when they have none: scripts run on one node, and so does what speaks of
/// one server alone. Elsewhere a CROSSNODE is a fault.
pub const REFUSED: &[&str] = &["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro", "client|getname", "role", "function|stats"];

/// Commands that tell the number of their keys, and those with as many ids as keys: where that number cannot be, the library may refuse them
/// in its own words, provided that the server refuses them too.
pub const COUNTED: &[&str] = &[
    "eval",
    "eval_ro",
    "evalsha",
    "evalsha_ro",
    "fcall",
    "fcall_ro",
    "sintercard",
    "zunion",
    "zinter",
    "zdiff",
    "zintercard",
    "zunionstore",
    "zinterstore",
    "zdiffstore",
    "lmpop",
    "zmpop",
    "blmpop",
    "bzmpop",
    "xread",
    "xreadgroup",
];
