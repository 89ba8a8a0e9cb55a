//! Checks of the INFO, the latency and the clock of servers.

use crate::doctor::{Findings, Host, Level};
use crate::failure::Failure;
use crate::text::size;
use crate::wire::{check as checked, children, text};
use rediscluster::Cluster;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// More bytes are reported that a replica has not received.
const MAX_LAG: u64 = 10 << 20;
/// Percent of a limit from which on it is reported.
const NEARLY_FULL: u64 = 90;
/// A slower server is reported.
const SLOW: Duration = Duration::from_millis(10);
/// A larger difference of clocks is reported.
const MAX_CLOCK_DIFFERENCE: Duration = Duration::from_secs(1);
/// Requests of which the fastest counts.
const PINGS: usize = 5;

/// Checks one server by its INFO.
pub fn check(host: &Host, all: &[Host], findings: &mut Findings) {
    let count = findings.0.len();
    if host.field("cluster_enabled") == "1" {
        let advice = "it is a server of a Redis Cluster, which refuses keys of other slots: use servers with cluster-enabled no";
        findings.add(Level::Error, &host.alias, advice);
    }
    if host.field("loading") == "1" {
        findings.add(Level::Warning, &host.alias, "it is loading its data");
    }
    check_limits(host, findings);
    match host.role.as_str() {
        "master" => check_master(host, all, findings),
        _ => check_replica(host, all, findings),
    }
    if findings.0.len() == count {
        findings.add(Level::Ok, &host.alias, format!("{} {}, {}", host.role, version(host), size(host.number("used_memory"))));
    }
}

fn check_limits(host: &Host, findings: &mut Findings) {
    let (used, limit) = (host.number("used_memory"), host.number("maxmemory"));
    if limit > 0 && used * 100 >= limit * NEARLY_FULL {
        let policy = host.field("maxmemory_policy");
        findings.add(
            Level::Warning,
            &host.alias,
            format!("it uses {} of maxmemory {}; maxmemory-policy is {policy}", size(used), size(limit)),
        );
    }
    let (clients, most) = (host.number("connected_clients"), host.number("maxclients"));
    if most > 0 && clients * 100 >= most * NEARLY_FULL {
        findings.add(Level::Warning, &host.alias, format!("it has {clients} clients of at most {most}: raise maxclients"));
    }
}

fn check_master(host: &Host, all: &[Host], findings: &mut Findings) {
    if host.field("role") != "master" {
        let text = "it is a replica, but a master in the configuration: writes fail until a server of its group is a master";
        findings.add(Level::Error, &host.alias, text);
    }
    if host.field("aof_enabled") == "1" && host.field("aof_last_write_status") == "err" {
        findings.add(Level::Error, &host.alias, "it could not write its append-only file: look at its log");
    }
    if host.field("rdb_last_bgsave_status") == "err" {
        findings.add(Level::Warning, &host.alias, "its last snapshot failed: look at its log");
    }
    let has_replica = all.iter().any(|other| other.role == "replica" && other.master == host.alias);
    if !has_replica && host.field("aof_enabled") != "1" && !has_saved(host) {
        let text = "it has no replica, no append-only file, and has saved no snapshot since it was started: a restart loses its data";
        findings.add(Level::Warning, &host.alias, text);
    }
}

/// Whether it has saved a snapshot since it was started.
fn has_saved(host: &Host) -> bool {
    let started = (host.number("server_time_usec") / 1_000_000).saturating_sub(host.number("uptime_in_seconds"));
    // Without a snapshot, rdb_last_save_time is the time of the start.
    host.number("rdb_last_save_time") > started + 1
}

fn check_replica(host: &Host, all: &[Host], findings: &mut Findings) {
    if host.field("master_link_status") != "up" {
        findings.add(Level::Error, &host.alias, "it has no connection to its master, and serves old data if at all");
    }
    let Some(master) = all.iter().find(|other| other.alias == host.master) else { return };
    let lag = master.number("master_repl_offset").saturating_sub(host.number("slave_repl_offset"));
    if lag > MAX_LAG {
        findings.add(Level::Warning, &host.alias, format!("it is {} behind its master", size(lag)));
    }
}

fn version(host: &Host) -> String {
    match host.field("valkey_version") {
        "" => format!("Redis {}", host.field("redis_version")),
        version => format!("Valkey {version}"),
    }
}

/// Compares servers with each other.
pub fn compare(hosts: &[Host], findings: &mut Findings) {
    let Some(first) = hosts.first() else { return };
    for host in &hosts[1..] {
        if version(host) != version(first) {
            findings.add(
                Level::Warning,
                &host.alias,
                format!(
                    "it is {}, {} is {}: commands that only one of them has fail on some nodes",
                    version(host),
                    first.alias,
                    version(first)
                ),
            );
        }
        let policies = [host, first].map(|host| host.field("maxmemory_policy").to_owned());
        if policies[0] != policies[1] {
            let text = format!("its maxmemory-policy is {}, that of {} is {}", policies[0], first.alias, policies[1]);
            findings.add(Level::Warning, &host.alias, text);
        }
    }
}

/// Measures the time of a round trip, and the difference of the clocks.
pub fn check_latency(server: &Cluster, alias: &str, findings: &mut Findings) -> Result<(), Failure> {
    let mut fastest = Duration::MAX;
    for _ in 0..PINGS {
        let began = Instant::now();
        checked(server.command(&[b"PING"])?.root(), "PING")?;
        fastest = fastest.min(began.elapsed());
    }
    let level = if fastest > SLOW { Level::Warning } else { Level::Ok };
    findings.add(level, alias, format!("it replies in {:.1} ms", fastest.as_secs_f64() * 1000.0));
    let reply = server.command(&[b"TIME"])?;
    let mut parts = children(checked(reply.root(), "TIME")?).map(|part| text(&part).parse::<u64>().unwrap_or(0));
    let there = Duration::from_secs(parts.next().unwrap_or(0)) + Duration::from_micros(parts.next().unwrap_or(0));
    let here = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let difference = here.abs_diff(there);
    if difference > MAX_CLOCK_DIFFERENCE {
        let text = format!(
            "its clock differs by {:.1} s from this machine's: keys that move to it expire at another moment",
            difference.as_secs_f64()
        );
        findings.add(Level::Warning, alias, text);
    }
    Ok(())
}
