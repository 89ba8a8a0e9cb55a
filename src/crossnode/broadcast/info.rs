//! INFO: one text in the form of one server's. docs/commands-across-nodes.md lists the rules.

use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::resp::{Reply, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

/// How the values of all masters become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// The first master's.
    First,
    Sum,
    Max,
    Min,
    /// The first one that is not `ok`.
    Worst,
}

/// The rule of a section. A value that is not a number, and a section that is not listed, is the first master's.
const SECTIONS: &[(&str, Rule)] = &[
    ("Clients", Rule::Sum),
    ("Memory", Rule::Sum),
    ("Persistence", Rule::Max),
    ("Stats", Rule::Sum),
    ("CPU", Rule::Sum),
    ("Commandstats", Rule::Sum),
    ("Errorstats", Rule::Sum),
    ("Latencystats", Rule::Max),
    ("Keyspace", Rule::Sum),
    ("Keysizes", Rule::Sum),
];

/// The fields whose rule is not that of their section.
#[rustfmt::skip]
const FIELDS: &[(Rule, &[&str])] = &[
    (Rule::Max, &[
        "client_recent_max_input_buffer", "client_recent_max_output_buffer", "total_system_memory", "number_of_cached_scripts",
        "number_of_functions", "number_of_libraries", "used_memory_peak_perc", "used_memory_dataset_perc", "allocator_frag_ratio",
        "allocator_rss_ratio", "rss_overhead_ratio", "mem_fragmentation_ratio", "active_defrag_running", "expired_stale_perc",
        "current_eviction_exceeded_time", "current_active_defrag_time", "latest_fork_usec", "pubsub_patterns", "io_threads_active",
    ]),
    (Rule::Sum, &[
        "connected_slaves", "rdb_changes_since_last_save", "rdb_saves", "current_save_keys_processed", "current_save_keys_total",
        "current_cow_size", "current_cow_peak", "rdb_last_cow_size", "rdb_last_load_keys_loaded", "rdb_last_load_keys_expired", "aof_rewrites",
        "aof_last_cow_size", "aof_current_size", "aof_base_size", "aof_buffer_length",
    ]),
    (Rule::Min, &["rdb_last_save_time"]),
    (Rule::Worst, &["rdb_last_bgsave_status", "aof_last_bgrewrite_status", "aof_last_write_status"]),
];

pub(super) fn merge(replies: &[Reply]) -> Outcome<Reply> {
    let texts = replies.iter().map(text).collect::<Outcome<Vec<Cow<str>>>>()?;
    let nodes: Vec<Vec<Section>> = texts.iter().map(|text| sections(text)).collect();
    let mut merged = String::new();
    for name in section_names(&nodes) {
        let parts: Vec<&Section> = nodes.iter().filter_map(|sections| sections.iter().find(|section| section.name == name)).collect();
        if !merged.is_empty() {
            merged.push_str("\r\n");
        }
        write_section(&mut merged, name, &parts);
    }
    Ok(Reply::string(merged.as_bytes()))
}

fn text(reply: &Reply) -> Outcome<Cow<'_, str>> {
    match reply.root() {
        Value::String(text) => Ok(String::from_utf8_lossy(text)),
        _ => Err(Abort::protocol_error("a server's reply is not a text")),
    }
}

struct Section<'t> {
    name: &'t str,
    fields: Vec<(&'t str, &'t str)>,
    /// Of fields of one name, the first.
    by_name: HashMap<&'t str, &'t str>,
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            sections.push(Section { name, fields: Vec::new(), by_name: HashMap::new() });
        } else if let (Some(section), Some((name, value))) = (sections.last_mut(), line.split_once(':')) {
            section.fields.push((name, value));
            section.by_name.entry(name).or_insert(value);
        }
    }
    sections
}

/// The sections of the first node, then those that only other nodes have.
fn section_names<'t>(nodes: &[Vec<Section<'t>>]) -> Vec<&'t str> {
    let mut names = Vec::new();
    for section in nodes.iter().flatten() {
        if !names.contains(&section.name) {
            names.push(section.name);
        }
    }
    names
}

fn write_section(merged: &mut String, name: &str, parts: &[&Section]) {
    let mut fields: Vec<(Cow<str>, String)> = Vec::new();
    for (nth, section) in parts.iter().enumerate() {
        for &(field, value) in &section.fields {
            let is_first = nth == 0;
            if is_replica(field) {
                continue;
            }
            if is_first && rule(name, field) == Rule::First {
                fields.push((field.into(), value.to_owned()));
            } else if rule(name, field) != Rule::First && parts[..nth].iter().all(|part| !part.by_name.contains_key(field)) {
                fields.push((field.into(), merged_field(name, field, parts)));
            }
        }
    }
    let replicas = parts.iter().flat_map(|part| &part.fields).filter(|(field, _)| is_replica(field));
    let replicas = replicas.enumerate().map(|(nth, (_, value))| (format!("slave{nth}").into(), (*value).to_owned()));
    let after = fields.iter().position(|(field, _)| field == "connected_slaves").map_or(fields.len(), |at| at + 1);
    fields.splice(after..after, replicas.collect::<Vec<_>>());
    // Writing to a string cannot fail.
    let _ = write!(merged, "# {name}\r\n");
    fields.iter().for_each(|(field, value)| merged.push_str(&format!("{field}:{value}\r\n")));
}

/// `slave0`, `slave1` …: the replicas of a master. Those of all masters are numbered anew.
fn is_replica(field: &str) -> bool {
    field.strip_prefix("slave").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn rule(section: &str, field: &str) -> Rule {
    let of_field = FIELDS.iter().find(|(_, fields)| fields.contains(&field)).map(|(rule, _)| *rule);
    let of_section = || SECTIONS.iter().find(|(name, _)| *name == section).map(|(_, rule)| *rule);
    of_field.or_else(of_section).unwrap_or(Rule::First)
}

fn merged_field(section: &str, field: &str, parts: &[&Section]) -> String {
    let values: Vec<&str> = parts.iter().filter_map(|part| part.by_name.get(field).copied()).collect();
    let rule = rule(section, field);
    if let Some(base) = field.strip_suffix("_human")
        && let Ok(bytes) = merged_field(section, base, parts).parse::<u64>()
    {
        return in_units(bytes);
    }
    if values.iter().all(|value| value.contains('=')) {
        return merged_pairs(&values, rule);
    }
    merged_values(&values, rule)
}

/// Merges values. Those that are not all numbers become the first one.
fn merged_values(values: &[&str], rule: Rule) -> String {
    let first = values.first().copied().unwrap_or_default();
    if rule == Rule::Worst {
        return values.iter().find(|value| **value != "ok").unwrap_or(&first).to_string();
    }
    let combine = |one: f64, other: f64| match rule {
        Rule::Sum => one + other,
        Rule::Max => one.max(other),
        Rule::Min => one.min(other),
        Rule::First | Rule::Worst => one,
    };
    let percent = if first.ends_with('%') { "%" } else { "" };
    let numbers: Option<Vec<f64>> = values.iter().map(|value| value.trim_end_matches('%').parse().ok()).collect();
    match numbers.and_then(|numbers| numbers.into_iter().reduce(combine)) {
        Some(number) => {
            let decimals = first.trim_end_matches('%').split_once('.').map_or(0, |(_, decimals)| decimals.len());
            format!("{number:.decimals$}{percent}")
        }
        None => first.to_owned(),
    }
}

/// Merges values such as `keys=1,expires=0,avg_ttl=0`, name by name.
fn merged_pairs(values: &[&str], rule: Rule) -> String {
    let nodes: Vec<Vec<(&str, &str)>> =
        values.iter().map(|value| value.split(',').filter_map(|pair| pair.split_once('=')).collect()).collect();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in nodes.iter().flatten() {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let numbers = |name: &str| -> Vec<f64> {
        nodes.iter().map(|pairs| pairs.iter().find(|pair| pair.0 == name).and_then(|pair| pair.1.parse().ok()).unwrap_or(0.0)).collect()
    };
    let sum = |name: &str| numbers(name).iter().sum::<f64>();
    let merged = |name: &str| match name {
        "usec_per_call" => format!("{:.2}", ratio(sum("usec"), sum("calls"))),
        // Of the keys that expire.
        "avg_ttl" => {
            let total: f64 = numbers("avg_ttl").iter().zip(numbers("expires")).map(|(average, keys)| average * keys).sum();
            format!("{:.0}", ratio(total, sum("expires")))
        }
        _ => {
            let values: Vec<&str> = nodes.iter().filter_map(|pairs| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1)).collect();
            merged_values(&values, rule)
        }
    };
    names.iter().map(|name| format!("{name}={}", merged(name))).collect::<Vec<_>>().join(",")
}

fn ratio(sum: f64, count: f64) -> f64 {
    if count > 0.0 { sum / count } else { 0.0 }
}

/// A number of bytes in the form of fields such as `used_memory_human`.
fn in_units(bytes: u64) -> String {
    const UNITS: [(&str, u32); 5] = [("P", 50), ("T", 40), ("G", 30), ("M", 20), ("K", 10)];
    match UNITS.into_iter().find(|(_, bits)| bytes >> bits > 0) {
        Some((unit, bits)) => format!("{:.2}{unit}", bytes as f64 / (1u64 << bits) as f64),
        None => format!("{bytes}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(texts: &[&str]) -> String {
        let replies: Vec<Reply> = texts.iter().map(|text| Reply::string(text.replace('\n', "\r\n").as_bytes())).collect();
        let merged = merge(&replies).unwrap();
        let Value::String(text) = merged.root() else { panic!("no text") };
        String::from_utf8(text.to_vec()).unwrap().replace("\r\n", "\n")
    }

    #[test]
    fn each_value_is_merged_by_its_rule() {
        let one = "# Server\nredis_version:7.0.15\ntcp_port:1\n\n# Clients\nconnected_clients:2\n\n# Memory\nused_memory:700000\nused_memory_human:683.59K\n\
            used_memory_peak_perc:98.48%\nmaxmemory_policy:noeviction\n\n# Stats\ninstantaneous_input_kbps:0.18\nlatest_fork_usec:5\n";
        let two = "# Server\nredis_version:7.2\ntcp_port:2\n\n# Clients\nconnected_clients:3\n\n# Memory\nused_memory:700000\nused_memory_human:683.59K\n\
            used_memory_peak_perc:99.00%\nmaxmemory_policy:allkeys-lru\n\n# Stats\ninstantaneous_input_kbps:1.00\nlatest_fork_usec:7\n";
        let expected = "# Server\nredis_version:7.0.15\ntcp_port:1\n\n# Clients\nconnected_clients:5\n\n# Memory\nused_memory:1400000\n\
            used_memory_human:1.34M\nused_memory_peak_perc:99.00%\nmaxmemory_policy:noeviction\n\n# Stats\ninstantaneous_input_kbps:1.18\n\
            latest_fork_usec:7\n";
        assert_eq!(merged(&[one, two]), expected);
    }

    #[test]
    fn fields_that_only_one_node_has_are_listed_and_replicas_are_numbered_anew() {
        let one = "# Replication\nrole:master\nconnected_slaves:1\nslave0:ip=a,port=1\nmaster_replid:x\n\n# Keyspace\ndb0:keys=1,expires=1,avg_ttl=100\n";
        let two = "# Replication\nrole:master\nconnected_slaves:2\nslave0:ip=b,port=1\nslave1:ip=c,port=1\nmaster_replid:y\n\n\
            # Keyspace\ndb0:keys=5,expires=3,avg_ttl=200\ndb7:keys=4,expires=0,avg_ttl=0\n";
        let expected = "# Replication\nrole:master\nconnected_slaves:3\nslave0:ip=a,port=1\nslave1:ip=b,port=1\nslave2:ip=c,port=1\n\
            master_replid:x\n\n# Keyspace\ndb0:keys=6,expires=4,avg_ttl=175\ndb7:keys=4,expires=0,avg_ttl=0\n";
        assert_eq!(merged(&[one, two]), expected);
    }

    #[test]
    fn statistics_of_commands_are_added() {
        let one = "# Commandstats\ncmdstat_get:calls=1,usec=10,usec_per_call=10.00,rejected_calls=0,failed_calls=0\n";
        let two = "# Commandstats\ncmdstat_get:calls=3,usec=10,usec_per_call=3.33,rejected_calls=1,failed_calls=0\n";
        let expected = "# Commandstats\ncmdstat_get:calls=4,usec=20,usec_per_call=5.00,rejected_calls=1,failed_calls=0\n";
        assert_eq!(merged(&[one, two]), expected);
        assert_eq!(
            merged(&["# Persistence\nrdb_last_bgsave_status:ok\n", "# Persistence\nrdb_last_bgsave_status:err\n"]),
            "# Persistence\nrdb_last_bgsave_status:err\n"
        );
    }

    #[test]
    fn the_documentation_lists_every_rule() {
        let text = include_str!("../../../docs/commands-across-nodes.md");
        let fields = FIELDS.iter().flat_map(|(_, fields)| fields.iter());
        for name in SECTIONS.iter().map(|(name, _)| name).chain(fields) {
            assert!(text.contains(&format!("`{name}`")), "{name}");
        }
    }
}
