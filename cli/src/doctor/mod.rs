//! `doctor`: reports errors and risks of the servers of a configuration.

mod layout;
mod server;

use crate::commands::print;
use crate::config;
use crate::failure::Failure;
use crate::wire::{bytes, children, field, field_text, info_field, text};
use clap::Args;
use rediscluster::{Cluster, Config, Nodes, Value, pack};
use serde_json::json;

/// Report errors and risks of the servers
///
/// Writes nothing. The exit status is 1 if there is an error.
#[derive(Args)]
pub struct Doctor {
    /// How many keys of each node are checked to be where they belong
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    sample: usize,
    /// Print a JSON object per finding
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Ok,
    Warning,
    Error,
}

/// What was found, and what to do.
struct Finding {
    level: Level,
    /// An alias, or `all`.
    node: String,
    text: String,
}

/// The findings so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, level: Level, node: &str, text: impl Into<String>) {
        self.0.push(Finding { level, node: node.to_owned(), text: text.into() });
    }
}

/// A server that replies.
struct Host {
    alias: String,
    role: String,
    /// The alias of the master; of a master, its own.
    master: String,
    info: String,
}

impl Host {
    fn field(&self, name: &str) -> &str {
        info_field(&self.info, name).unwrap_or_default()
    }

    fn number(&self, name: &str) -> u64 {
        self.field(name).parse().unwrap_or(0)
    }
}

pub fn run(config: &Config, args: &Doctor) -> Result<(), Failure> {
    let cluster = Cluster::open(config.clone());
    let mut findings = Findings::default();
    let hosts = hosts(&cluster, &mut findings)?;
    for host in &hosts {
        server::check(host, &hosts, &mut findings);
    }
    server::compare(&hosts, &mut findings);
    if config.hash_tag.is_none() {
        findings.add(Level::Warning, "all", "the configuration has no hash_tag: keys with a tag are refused. Set strip, keep or off");
    }
    for master in &config.masters {
        if hosts.iter().any(|host| host.alias == master.alias) {
            let handle = Cluster::open(config::of_server(config, master.server));
            let mut check = || {
                server::check_latency(&handle, &master.alias, &mut findings)?;
                layout::check(&cluster, &handle, &master.alias, args.sample, &mut findings)
            };
            if let Err(failure) = check() {
                findings.add(Level::Error, &master.alias, failure.message);
            }
        }
    }
    report(&findings, args.json)
}

/// The servers that reply.
fn hosts(cluster: &Cluster, findings: &mut Findings) -> Result<Vec<Host>, Failure> {
    let list = cluster.node_list(true);
    let infos = cluster.each_on(Nodes::All, &pack(&[b"INFO"]))?;
    let mut hosts = Vec::new();
    let mut entries = children(list.root());
    while let (Some(alias), Some(node)) = (entries.next(), entries.next()) {
        let alias = text(&alias);
        let (role, master) = (field_text(node, "role"), field_text(node, "master"));
        let reason = match field(infos.root(), &alias) {
            Some(Value::Failure(mut parts)) => parts.nth(1).map(|part| text(&part)).unwrap_or_default(),
            Some(error @ Value::Error(_)) => text(&error),
            Some(info) => {
                let info = String::from_utf8_lossy(bytes(&info).unwrap_or_default()).into_owned();
                hosts.push(Host { alias, role, master, info });
                continue;
            }
            None => "no command was sent to it".to_owned(),
        };
        findings.add(Level::Error, &alias, reason);
    }
    Ok(hosts)
}

fn report(findings: &Findings, as_json: bool) -> Result<(), Failure> {
    for finding in &findings.0 {
        let level = match finding.level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let line = match as_json {
            true => json!({"level": level, "node": finding.node, "text": finding.text}).to_string(),
            false => format!("{level:<8} {}: {}", finding.node, finding.text),
        };
        print(format!("{line}\n").as_bytes())?;
    }
    match findings.0.iter().filter(|finding| finding.level == Level::Error).count() {
        0 => Ok(()),
        // The output has them already.
        _ => Err(Failure::failed("")),
    }
}
