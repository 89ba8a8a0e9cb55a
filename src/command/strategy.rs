//! What happens to a command whose keys, or whose work, are on several nodes. This is the library's own part of the command table.
//!
//! Redis publishes a request policy and a response policy for some commands (`COMMAND` calls them tips, see
//! <https://redis.io/docs/latest/develop/reference/command-tips/>). They decide where they are enough ([`Strategy::from_tips`]). [`STRATEGIES`]
//! lists all other commands that are not simply sent to the node of their keys.

/// How a command is carried out when one node is not enough. Each has a module in `src/crossnode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// It is rejected with `CROSSNODE` unless all keys are on one node.
    Refuse,
    /// One part per node, sent at once; the replies are merged.
    Split(SplitKind),
    /// The operands are fetched and combined in the library, or colocated, whichever is cheaper.
    Gather(GatherKind),
    /// The keys that it reads are copied to one node, where it runs.
    Colocate(Destination),
    /// SORT: colocate, with the keys that its patterns name.
    Sort,
    /// A key, an element or a member moves to another node.
    Transfer(TransferKind),
    /// It pops from the first of its keys that is not empty.
    Pop(PopKind),
    /// XREAD and XREADGROUP: each node reads its own streams.
    XRead,
    /// MSETNX: all keys or none.
    MsetNx,
    /// MIGRATE: each node sends its own keys.
    Migrate,
    /// A script: all keys must be on one node. Its source may have to be loaded there first.
    Script,
    /// It has no keys and is sent to every master; the replies are merged.
    Broadcast(ResponsePolicy),
    /// SCAN: one cursor over all masters.
    Scan,
    /// RANDOMKEY: a key of a random master.
    RandomKey,
    /// It has no keys, and every master returns the same: the first one gets it.
    AnyMaster,
    /// It has no keys and is about one server. It is rejected; `each` runs it on every server.
    Each,
}

/// How a command is split, and the replies to its parts merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SplitKind {
    /// MGET: one value per key, in the caller's order.
    Values,
    /// JSON.MGET: the same, with a path after the keys.
    ValuesAtPath,
    /// MSET: pairs of key and value; OK when all parts succeeded.
    Stored,
    /// MSETEX: the number of pairs, the pairs, then the options; 1 when all parts succeeded.
    StoredWithOptions,
    /// DEL, EXISTS …: the sum of the numbers.
    Counted,
}

impl SplitKind {
    /// How many arguments belong to a key, with the key itself.
    pub(crate) fn arguments_per_key(self) -> usize {
        if matches!(self, SplitKind::Stored | SplitKind::StoredWithOptions) { 2 } else { 1 }
    }
}

/// What is made of several operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GatherKind {
    Sets(SetOperation, Destination),
    /// SUNIONCARD, SDIFFCARD: the number of members of the result.
    SetSize(SetOperation),
    SortedSets(SetOperation, Destination),
    /// BITOP.
    Bits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetOperation {
    Union,
    Intersection,
    Difference,
    /// SINTERCARD and ZINTERCARD: the number of members of the intersection.
    Cardinality,
}

/// Which key a command replaces with its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    /// It only reads.
    None,
    FirstKey,
    /// The first key, which it reads as well: PFMERGE.
    FirstKeyAndSource,
    /// The last key, if there are several: the one after STORE.
    LastKey,
}

/// What moves from one key to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransferKind {
    /// RENAME, RENAMENX: the whole value.
    Rename,
    /// COPY: the whole value; the source stays.
    Copy,
    /// LMOVE, RPOPLPUSH and their blocking forms: an element of a list.
    ListElement,
    /// SMOVE: a member of a set.
    SetMember,
}

/// What is popped, and the shape of the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PopKind {
    /// BLPOP, BRPOP: key and element.
    ListElement,
    /// BZPOPMIN, BZPOPMAX: key, member and score.
    ScoredMember,
    /// LMPOP, BLMPOP: key and elements.
    ListElements,
    /// ZMPOP, BZMPOP: key, members and scores.
    ScoredMembers,
}

/// How the replies of all masters become one. The first seven are Redis's response policies; the others are the library's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponsePolicy {
    /// The first error, or else the first reply.
    AllSucceeded,
    /// The first reply that is not an error, or else the first error.
    OneSucceeded,
    /// The sum of the numbers. For replies that are lists of numbers this and the next four apply at each position.
    AggSum,
    AggMin,
    AggMax,
    /// 1 where every master returns 1.
    AggLogicalAnd,
    /// 1 where any master returns 1.
    AggLogicalOr,
    /// Lists, concatenated: what Redis recommends for commands without a response policy.
    Concatenate,
    /// Lists of names, each name once.
    DistinctNames,
    /// Lists of keys, without the library's internal keys.
    VisibleKeys,
    /// DBSIZE: the sum, without the library's internal keys.
    VisibleKeyCount,
    /// PUBSUB NUMSUB: name, number, name, number …, the numbers added up by name.
    SumByName,
    /// Texts for people, each after a line with its node's name. Those that are errors are left out.
    LabelledTexts,
    /// INFO: sections and fields, each field merged by its own rule.
    Info,
    /// CLIENT LIST: lines, each with its node's name.
    ClientList,
    /// SLOWLOG GET, COMMANDLOG GET: entries, newest first.
    NewestFirst,
    AclLog,
    LatencyLatest,
    LatencyHistory,
    LatencyHistogram,
    FunctionStats,
    MemoryStats,
    Role,
    /// WAIT, WAITAOF: the minimum, as [`ResponsePolicy::AggMin`], after all writes that a server has executed.
    ReplicaCount,
    /// CLIENT KILL: the number of clients, or OK in the old form.
    KilledClients,
    /// CLIENT UNBLOCK: the number of clients.
    UnblockedClients,
}

/// The commands whose strategy does not follow from their tips. A command that neither this list nor its tips name has the strategy
/// [`Strategy::Refuse`] if it has keys, else [`Strategy::Each`].
#[rustfmt::skip]
pub(crate) const STRATEGIES: &[(Strategy, &[&str])] = &[
    // Its tips say agg_min over parts that are set one by one; here no key is set unless all can be.
    (Strategy::MsetNx, &["msetnx"]),
    // Its tips allow a split without saying how its replies are merged. The conditions NX and XX are about all keys: with one it is refused.
    (Strategy::Split(SplitKind::StoredWithOptions), &["msetex"]),
    (Strategy::Migrate, &["migrate"]),
    (Strategy::Gather(GatherKind::Sets(SetOperation::Union, Destination::None)), &["sunion"]),
    (Strategy::Gather(GatherKind::Sets(SetOperation::Intersection, Destination::None)), &["sinter"]),
    (Strategy::Gather(GatherKind::Sets(SetOperation::Difference, Destination::None)), &["sdiff"]),
    (Strategy::Gather(GatherKind::Sets(SetOperation::Cardinality, Destination::None)), &["sintercard"]),
    (Strategy::Gather(GatherKind::SetSize(SetOperation::Union)), &["sunioncard"]),
    (Strategy::Gather(GatherKind::SetSize(SetOperation::Difference)), &["sdiffcard"]),
    (Strategy::Gather(GatherKind::Sets(SetOperation::Union, Destination::FirstKey)), &["sunionstore"]),
    (Strategy::Gather(GatherKind::Sets(SetOperation::Intersection, Destination::FirstKey)), &["sinterstore"]),
    (Strategy::Gather(GatherKind::Sets(SetOperation::Difference, Destination::FirstKey)), &["sdiffstore"]),
    (Strategy::Gather(GatherKind::SortedSets(SetOperation::Union, Destination::None)), &["zunion"]),
    (Strategy::Gather(GatherKind::SortedSets(SetOperation::Intersection, Destination::None)), &["zinter"]),
    (Strategy::Gather(GatherKind::SortedSets(SetOperation::Difference, Destination::None)), &["zdiff"]),
    (Strategy::Gather(GatherKind::SortedSets(SetOperation::Cardinality, Destination::None)), &["zintercard"]),
    (Strategy::Gather(GatherKind::SortedSets(SetOperation::Union, Destination::FirstKey)), &["zunionstore"]),
    (Strategy::Gather(GatherKind::SortedSets(SetOperation::Intersection, Destination::FirstKey)), &["zinterstore"]),
    (Strategy::Gather(GatherKind::SortedSets(SetOperation::Difference, Destination::FirstKey)), &["zdiffstore"]),
    (Strategy::Gather(GatherKind::Bits), &["bitop"]),
    (Strategy::Colocate(Destination::None), &["pfcount", "lcs"]),
    (Strategy::Colocate(Destination::FirstKeyAndSource), &["pfmerge"]),
    (Strategy::Colocate(Destination::FirstKey), &["geosearchstore", "zrangestore"]),
    (Strategy::Colocate(Destination::LastKey), &["georadius", "georadiusbymember"]),
    (Strategy::Sort, &["sort", "sort_ro"]),
    (Strategy::Transfer(TransferKind::Rename), &["rename", "renamenx"]),
    (Strategy::Transfer(TransferKind::Copy), &["copy"]),
    (Strategy::Transfer(TransferKind::ListElement), &["lmove", "rpoplpush", "blmove", "brpoplpush"]),
    (Strategy::Transfer(TransferKind::SetMember), &["smove"]),
    (Strategy::Pop(PopKind::ListElement), &["blpop", "brpop"]),
    (Strategy::Pop(PopKind::ScoredMember), &["bzpopmin", "bzpopmax"]),
    (Strategy::Pop(PopKind::ListElements), &["lmpop", "blmpop"]),
    (Strategy::Pop(PopKind::ScoredMembers), &["zmpop", "bzmpop"]),
    (Strategy::XRead, &["xread", "xreadgroup"]),
    (Strategy::Script, &["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro"]),
    (Strategy::Scan, &["scan"]),
    (Strategy::RandomKey, &["randomkey"]),
    (Strategy::Broadcast(ResponsePolicy::VisibleKeys), &["keys"]),
    (Strategy::Broadcast(ResponsePolicy::VisibleKeyCount), &["dbsize"]),
    // Its tip says all_succeeded, but its reply is the number of events that were reset.
    (Strategy::Broadcast(ResponsePolicy::AggSum), &["latency|reset"]),
    (Strategy::Broadcast(ResponsePolicy::AggMin), &["lastsave"]),
    // Their tips say agg_min, but the writes of the caller may have gone over other connections.
    (Strategy::Broadcast(ResponsePolicy::ReplicaCount), &["wait", "waitaof"]),
    (Strategy::Broadcast(ResponsePolicy::AggMax), &["pubsub|numpat"]),
    (Strategy::Broadcast(ResponsePolicy::SumByName), &["pubsub|numsub", "pubsub|shardnumsub"]),
    (Strategy::Broadcast(ResponsePolicy::DistinctNames), &["pubsub|channels", "pubsub|shardchannels"]),
    (Strategy::Broadcast(ResponsePolicy::LabelledTexts), &["latency|doctor", "latency|graph", "memory|doctor", "memory|malloc-stats"]),
    (Strategy::Broadcast(ResponsePolicy::Info), &["info"]),
    (Strategy::Broadcast(ResponsePolicy::ClientList), &["client|list"]),
    (Strategy::Broadcast(ResponsePolicy::NewestFirst), &["slowlog|get", "commandlog|get"]),
    (Strategy::Broadcast(ResponsePolicy::AclLog), &["acl|log"]),
    (Strategy::Broadcast(ResponsePolicy::LatencyLatest), &["latency|latest"]),
    (Strategy::Broadcast(ResponsePolicy::LatencyHistory), &["latency|history"]),
    (Strategy::Broadcast(ResponsePolicy::LatencyHistogram), &["latency|histogram"]),
    (Strategy::Broadcast(ResponsePolicy::FunctionStats), &["function|stats"]),
    (Strategy::Broadcast(ResponsePolicy::MemoryStats), &["memory|stats"]),
    (Strategy::Broadcast(ResponsePolicy::Role), &["role"]),
    (Strategy::Broadcast(ResponsePolicy::KilledClients), &["client|kill"]),
    (Strategy::Broadcast(ResponsePolicy::UnblockedClients), &["client|unblock"]),
    (Strategy::Broadcast(ResponsePolicy::AllSucceeded), &[
        "swapdb", "save", "bgsave", "bgrewriteaof", "config|resetstat", "config|rewrite", "client|pause", "client|unpause",
        "acl|setuser", "acl|deluser", "acl|save", "acl|load",
    ]),
    // Its tip says all_shards, but its reply is the same on every server; the others would only delay it.
    (Strategy::AnyMaster, &["ping"]),
    (Strategy::AnyMaster, &[
        "echo", "time", "lolwut", "config|get", "function|list", "function|dump", "acl|cat", "acl|dryrun", "acl|genpass", "acl|getuser",
        "acl|list", "acl|users", "acl|whoami", "command", "module|list", "pfselftest", "script|show",
    ]),
    // Its tip says all_shards, but it describes the slots of one node of a Redis Cluster.
    (Strategy::Each, &["cluster|slot-stats"]),
];

impl Strategy {
    /// The strategy of a command of the table. `request_policy` and `response_policy` are its tips, empty where it has none.
    pub(crate) const fn for_command(name: &str, has_keys: bool, request_policy: &str, response_policy: &str) -> Strategy {
        if let Some(strategy) = listed(name) {
            return strategy;
        }
        if let Some(strategy) = Strategy::from_tips(request_policy, response_policy) {
            return strategy;
        }
        match name.as_bytes() {
            _ if has_keys => Strategy::Refuse,
            [b'c', b'o', b'm', b'm', b'a', b'n', b'd', b'|', ..] | [.., b'|', b'h', b'e', b'l', b'p'] => Strategy::AnyMaster,
            _ => Strategy::Each,
        }
    }

    /// The strategy that Redis's tips ask for; `None` where they are missing or `special`. `all_nodes` means replicas too, which replicate the
    /// command or have no part in a cluster of masters: it is the same as `all_shards` here.
    pub(crate) const fn from_tips(request_policy: &str, response_policy: &str) -> Option<Strategy> {
        match (request_policy.as_bytes(), ResponsePolicy::from_tip(response_policy)) {
            (b"all_nodes" | b"all_shards", Some(policy)) => Some(Strategy::Broadcast(policy)),
            (b"multi_shard", Some(ResponsePolicy::Concatenate)) => Some(Strategy::Split(SplitKind::Values)),
            (b"multi_shard", Some(ResponsePolicy::AllSucceeded)) => Some(Strategy::Split(SplitKind::Stored)),
            (b"multi_shard", Some(ResponsePolicy::AggSum)) => Some(Strategy::Split(SplitKind::Counted)),
            _ => None,
        }
    }
}

impl ResponsePolicy {
    /// The policy by Redis's name of it; `None` for `special`. Without a policy Redis recommends to put the replies together.
    pub(crate) const fn from_tip(response_policy: &str) -> Option<ResponsePolicy> {
        match response_policy.as_bytes() {
            b"" => Some(ResponsePolicy::Concatenate),
            b"all_succeeded" => Some(ResponsePolicy::AllSucceeded),
            b"one_succeeded" => Some(ResponsePolicy::OneSucceeded),
            b"agg_sum" => Some(ResponsePolicy::AggSum),
            b"agg_min" => Some(ResponsePolicy::AggMin),
            b"agg_max" => Some(ResponsePolicy::AggMax),
            b"agg_logical_and" => Some(ResponsePolicy::AggLogicalAnd),
            b"agg_logical_or" => Some(ResponsePolicy::AggLogicalOr),
            _ => None,
        }
    }

    /// Whether the replies of servers are merged alike over RESP2 and RESP3: they consist of numbers, names and statuses, or one is taken as
    /// it is.
    pub(crate) fn is_independent_of_protocol(self) -> bool {
        use ResponsePolicy::{
            AggLogicalAnd, AggLogicalOr, AggMax, AggMin, AggSum, AllSucceeded, DistinctNames, OneSucceeded, VisibleKeyCount, VisibleKeys,
        };
        let aggregates = matches!(self, AggSum | AggMin | AggMax | AggLogicalAnd | AggLogicalOr | VisibleKeyCount);
        aggregates || matches!(self, AllSucceeded | OneSucceeded | DistinctNames | VisibleKeys)
    }
}

const fn listed(name: &str) -> Option<Strategy> {
    let mut row = 0;
    while row < STRATEGIES.len() {
        if is_among(name, STRATEGIES[row].1) {
            return Some(STRATEGIES[row].0);
        }
        row += 1;
    }
    None
}

pub(super) const fn is_among(name: &str, names: &[&str]) -> bool {
    let mut nth = 0;
    while nth < names.len() {
        if is_same(name.as_bytes(), names[nth].as_bytes()) {
            return true;
        }
        nth += 1;
    }
    false
}

/// Comparing two `str` is not possible in a constant.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = one.len();
    if at != other.len() {
        return false;
    }
    while at > 0 {
        at -= 1;
        if one[at] != other[at] {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::commands::COMMANDS;
    use crate::command::table::ROWS;

    fn listed_names() -> impl Iterator<Item = &'static str> {
        STRATEGIES.iter().flat_map(|(_, names)| names.iter().copied())
    }

    #[test]
    fn every_listed_command_is_in_the_table_and_is_listed_once() {
        for name in listed_names() {
            assert!(COMMANDS.iter().any(|command| command.name == name && !command.session), "{name}");
            assert_eq!(listed_names().filter(|other| *other == name).count(), 1, "{name}");
        }
    }

    /// A new entry means that Redis publishes tips that we do not follow: give the reason in [`STRATEGIES`].
    #[test]
    fn only_these_commands_differ_from_their_tips() {
        let differs = |name: &&str| {
            let row = ROWS.iter().find(|row| row.name == *name).unwrap();
            !row.request_policy.is_empty() && Strategy::from_tips(row.request_policy, row.response_policy).is_some()
        };
        let mut differing: Vec<&str> = listed_names().filter(differs).collect();
        differing.sort_unstable();
        assert_eq!(
            differing,
            [
                "cluster|slot-stats",
                "commandlog|get",
                "dbsize",
                "keys",
                "latency|reset",
                "msetex",
                "ping",
                "randomkey",
                "slowlog|get",
                "wait",
                "waitaof"
            ]
        );
    }

    #[test]
    fn no_listed_strategy_repeats_what_the_tips_say() {
        for (strategy, names) in STRATEGIES {
            for row in ROWS.iter().filter(|row| names.contains(&row.name)) {
                assert_ne!(Strategy::from_tips(row.request_policy, row.response_policy), Some(*strategy), "{}", row.name);
            }
        }
    }

    #[test]
    fn every_policy_of_the_table_is_known() {
        for row in ROWS {
            let request = ["", "all_nodes", "all_shards", "multi_shard", "special"].contains(&row.request_policy);
            let response = row.response_policy == "special" || ResponsePolicy::from_tip(row.response_policy).is_some();
            assert!(request && response, "{}: {} {}", row.name, row.request_policy, row.response_policy);
        }
    }
}
