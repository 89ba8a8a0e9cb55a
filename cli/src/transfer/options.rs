//! The command lines of `copy`, `reshard` and `verify`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What happens to a key that the target has already, with other content.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Existing {
    /// Stop with an error
    Fail,
    /// Keep the key of the target
    Skip,
    /// Overwrite the key of the target
    Replace,
    /// Keep the key that was used last (OBJECT IDLETIME)
    Newer,
}

/// Copy the keys of one server to another
///
/// Run it again to go on after a failure or a --limit. Existing keys of the
/// target that are equal already are never a conflict.
#[derive(Args)]
pub struct Copy {
    /// The server to read: HOST:PORT or a URL
    #[arg(long, value_name = "SERVER")]
    pub source: String,
    /// The server to write
    #[arg(long, value_name = "SERVER")]
    pub target: String,
    /// Databases: 2,5 or, to other numbers, 2:2,5:1
    #[arg(long, value_name = "LIST", default_value = "0")]
    pub databases: String,
    /// First delete all keys of the target's databases; asks, or needs --yes
    #[arg(long)]
    pub flush: bool,
    #[command(flatten)]
    pub common: Common,
}

/// Distribute the keys of servers over other nodes
///
/// The keys of the sources are copied to the nodes where the library looks for
/// them. With --in-place some servers are both source and target: only keys
/// whose node changes move, and they are deleted where they were.
///
/// With --live programs read and write the keys meanwhile: --config names a
/// configuration with `previous`, which all of these programs have already.
#[derive(Args)]
pub struct Reshard {
    /// Move keys of a configuration with `previous` while programs use them
    #[arg(long, conflicts_with_all = ["sources", "targets", "from_cluster", "databases", "flush", "in_place"])]
    pub live: bool,
    /// The servers to read: HOST:PORT,… or, to check the old layout, node_1#…
    #[arg(long, value_name = "LIST", required_unless_present = "live", default_value = "", hide_default_value = true)]
    pub sources: String,
    /// The source is a server of a Redis Cluster, whose masters are all read
    #[arg(long, conflicts_with = "in_place")]
    pub from_cluster: bool,
    /// The nodes to write: node_1#HOST:PORT,node_2#…
    #[arg(long, value_name = "LIST", required_unless_present = "live", default_value = "", hide_default_value = true)]
    pub targets: String,
    /// Databases: 2,5 or, to other numbers, 2:2,5:1
    #[arg(long, value_name = "LIST", default_value = "0")]
    pub databases: String,
    /// First delete all keys of the targets' databases; asks, or needs --yes
    #[arg(long, conflicts_with = "in_place")]
    pub flush: bool,
    /// Move keys between servers that are both sources and targets
    #[arg(long)]
    pub in_place: bool,
    #[command(flatten)]
    pub tags: Tags,
    #[command(flatten)]
    pub common: Common,
}

/// Compare sources with targets, in both directions
///
/// Every key of a source must be on its target with the same type, content and
/// time to live, and the targets must have no other keys.
#[derive(Args)]
pub struct Verify {
    /// The servers that were read
    #[arg(long, alias = "source", value_name = "LIST")]
    pub sources: String,
    /// The source is a server of a Redis Cluster, whose masters were all read
    #[arg(long, conflicts_with = "in_place")]
    pub from_cluster: bool,
    /// The nodes that were written; one server needs no name
    #[arg(long, alias = "target", value_name = "LIST")]
    pub targets: String,
    /// Databases: 2,5 or, to other numbers, 2:2,5:1
    #[arg(long, value_name = "LIST", default_value = "0")]
    pub databases: String,
    /// After a reshard in place: check that each key is on its node
    #[arg(long)]
    pub in_place: bool,
    /// Compare one key of so many, chosen by a hash of the key
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: u32,
    #[command(flatten)]
    pub tags: Tags,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub access: Access,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What to do with hash tags.
#[derive(Args, Clone)]
#[command(next_help_heading = "Hash tags")]
pub struct Tags {
    /// With the rule strip: no key was stored with a tag
    #[arg(long)]
    pub no_tags: bool,
    /// With strip: the tag of stored keys that match; the capture is the tag
    #[arg(long, value_name = "REGEX", conflicts_with = "no_tags")]
    pub tag_rule: Vec<String>,
    /// With strip: a file with a line KEY<TAB>TAG per key that had a tag
    #[arg(long, value_name = "FILE", conflicts_with = "no_tags")]
    pub tag_map: Option<PathBuf>,
}

/// Which keys.
#[derive(Args, Clone)]
#[command(next_help_heading = "Keys")]
pub struct Filter {
    /// Only keys that begin with this
    #[arg(long, value_name = "TEXT", conflicts_with = "pattern")]
    pub prefix: Option<String>,
    /// Only keys that match this pattern
    #[arg(long = "match", value_name = "GLOB")]
    pub pattern: Option<String>,
}

/// How servers are reached.
#[derive(Args, Clone)]
#[command(next_help_heading = "Access")]
pub struct Access {
    /// The sources' password. Others can see a command line: prefer the file or
    /// the variable
    #[arg(long, value_name = "PASSWORD", env = "REDISCLUSTER_SPASS", hide_env_values = true)]
    pub spass: Option<String>,
    /// The targets' password
    #[arg(long, value_name = "PASSWORD", env = "REDISCLUSTER_TPASS", hide_env_values = true)]
    pub tpass: Option<String>,
    /// A file with the sources' password
    #[arg(long, value_name = "FILE")]
    pub spass_file: Option<PathBuf>,
    /// A file with the targets' password
    #[arg(long, value_name = "FILE")]
    pub tpass_file: Option<PathBuf>,
    /// PEM file of trusted authorities, for servers given as rediss://…
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<String>,
    /// PEM file with the client's certificate
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<String>,
    /// PEM file with the key of --cert
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<String>,
    /// Accept any certificate
    #[arg(long)]
    pub insecure: bool,
    /// Seconds that a server may take for a reply
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub timeout: u32,
}

/// The options that `copy` and `reshard` share.
#[derive(Args, Clone)]
pub struct Common {
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub access: Access,
    /// Keys that the target has with other content
    #[arg(long, value_enum, default_value_t = Existing::Fail, value_name = "POLICY", help_heading = "Run")]
    pub existing: Existing,
    /// Stop after about so many keys; the next run goes on
    #[arg(long, value_name = "KEYS", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Run")]
    pub limit: Option<u64>,
    /// At most so many keys per second
    #[arg(long, value_name = "KEYS", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Run")]
    pub rate: Option<u64>,
    /// Pause while a server takes longer for a PING
    #[arg(long, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Run")]
    pub max_latency: Option<u64>,
    /// Also copy the libraries of functions, to all targets
    #[arg(long, help_heading = "Run")]
    pub functions: bool,
    /// Count keys and bytes per node; write nothing
    #[arg(long, help_heading = "Run")]
    pub dry_run: bool,
    /// Compare sources and targets after the last key
    #[arg(long, help_heading = "Run")]
    pub verify: bool,
    /// Confirm what would be asked
    #[arg(long, help_heading = "Run")]
    pub yes: bool,
    /// Delete the record of earlier runs, and begin again
    #[arg(long, help_heading = "Run")]
    pub clean: bool,
    /// The file that records how far the job is
    #[arg(long, value_name = "FILE", help_heading = "Run")]
    pub journal: Option<PathBuf>,
    /// Copy values that take more bytes in pieces, to not block the servers
    #[arg(long, default_value_t = 4 << 20, value_name = "BYTES", help_heading = "Run")]
    pub pieces_above: u64,
    /// Print progress and summary as JSON lines
    #[arg(long, help_heading = "Run")]
    pub json: bool,
}
