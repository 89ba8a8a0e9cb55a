//! `nodes`: the servers and their state.

use crate::commands::{node_for, print};
use crate::failure::Failure;
use crate::table::table;
use crate::text::{count, size, stdout_is_terminal};
use crate::wire::{bytes, children, field, field_text, info_field, text};
use clap::Args;
use rediscluster::{Cluster, Nodes, Value, pack};
use serde_json::json;
use std::time::Duration;

/// List the servers: address, role, version, keys, memory, clients
///
/// SKEW compares the keys of a master with the mean of all masters. LAG is what
/// a replica has not received yet. BREAKER is open while commands for a server
/// that does not reply fail at once.
#[derive(Args)]
pub struct NodesArgs {
    /// Print a JSON object per server
    #[arg(long)]
    json: bool,
    /// List the masters only
    #[arg(long)]
    masters: bool,
    /// Repeat it after so many seconds, until Ctrl-C
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2", value_parser = clap::value_parser!(u32).range(1..))]
    watch: Option<u32>,
    /// With --watch: end after so many lists
    #[arg(long, value_name = "NUMBER", requires = "watch", value_parser = clap::value_parser!(u32).range(1..))]
    times: Option<u32>,
}

/// A server.
struct Row {
    alias: String,
    address: String,
    role: String,
    /// The alias of the master; of a master, its own.
    master: String,
    /// As in [`Cluster::stats`].
    breaker: String,
    /// The error says why the server has not replied.
    state: Result<State, String>,
}

/// What a server says about itself.
struct State {
    version: String,
    keys: u64,
    memory: u64,
    clients: u64,
    /// The end of the replication stream, of a replica as far as it has received it.
    offset: u64,
}

pub fn run(cluster: &Cluster, args: &NodesArgs) -> Result<(), Failure> {
    let Some(seconds) = args.watch else { return list(cluster, args) };
    for time in 1.. {
        if stdout_is_terminal() && !args.json {
            // To the upper left corner, and clear the screen.
            print(b"\x1b[H\x1b[2J")?;
        }
        // An error, such as a server that is down, does not end the repetition.
        match list(cluster, args) {
            Err(failure) if failure.message.is_empty() => return Err(failure),
            Err(failure) => eprintln!("{}", failure.message),
            Ok(()) => {}
        }
        if args.times == Some(time) {
            break;
        }
        std::thread::sleep(Duration::from_secs(seconds.into()));
    }
    Ok(())
}

fn list(cluster: &Cluster, args: &NodesArgs) -> Result<(), Failure> {
    let rows = rows(cluster, args.masters)?;
    let output = if args.json { as_json(&rows) } else { as_table(&rows) };
    print(output.as_bytes())?;
    let down = |row: &Row| row.state.as_ref().err().map(|reason| format!("{} ({}): {reason}", row.alias, row.address));
    let down: Vec<String> = rows.iter().filter_map(down).collect();
    if down.is_empty() { Ok(()) } else { Err(Failure::failed(down.join("\n"))) }
}

fn rows(cluster: &Cluster, masters_only: bool) -> Result<Vec<Row>, Failure> {
    let list = cluster.node_list(!masters_only);
    let info = cluster.each_on(if masters_only { Nodes::Masters } else { Nodes::All }, &pack(&[b"INFO"]))?;
    let stats = cluster.stats();
    let mut rows = Vec::new();
    let mut entries = children(list.root());
    while let (Some(alias), Some(node)) = (entries.next(), entries.next()) {
        let (alias, role) = (text(&alias), field_text(node, "role"));
        if masters_only && role != "master" {
            continue;
        }
        let db = field_text(node, "db");
        let state = field(info.root(), &alias).map_or_else(|| Err("no command was sent to it".to_owned()), |value| state(&value, &db));
        let breaker = field(stats.root(), &alias).map(|stats| field_text(stats, "breaker")).unwrap_or_default();
        rows.push(Row { address: node_for::address(node), master: field_text(node, "master"), alias, role, breaker, state });
    }
    Ok(rows)
}

/// How many percent more keys a master has than the mean of the masters.
fn skew(rows: &[Row], row: &Row) -> Option<i64> {
    let keys: Vec<u64> = rows.iter().filter(|row| row.role == "master").filter_map(|row| Some(row.state.as_ref().ok()?.keys)).collect();
    let sum: u64 = keys.iter().sum();
    let own = row.state.as_ref().ok().filter(|_| row.role == "master" && sum > 0)?.keys;
    Some((own as f64 * keys.len() as f64 * 100.0 / sum as f64).round() as i64 - 100)
}

/// The bytes of the replication stream that a replica has not received.
fn lag(rows: &[Row], row: &Row) -> Option<u64> {
    let master = rows.iter().find(|other| other.alias == row.master && row.role != "master")?;
    Some(master.state.as_ref().ok()?.offset.saturating_sub(row.state.as_ref().ok()?.offset))
}

fn as_table(rows: &[Row]) -> String {
    let mut table = table(&["NODE", "ADDRESS", "ROLE", "VERSION", "KEYS", "SKEW", "MEMORY", "CLIENTS", "LAG", "BREAKER"]);
    for row in rows {
        let [mut version, mut keys, mut memory, mut clients] = ["-", "-", "-", "-"].map(str::to_owned);
        if let Ok(state) = &row.state {
            (version, keys) = (state.version.clone(), count(state.keys));
            (memory, clients) = (size(state.memory), state.clients.to_string());
        }
        let skew = skew(rows, row).map_or("-".to_owned(), |percent| format!("{percent:+} %"));
        let lag = lag(rows, row).map_or("-".to_owned(), size);
        table.add_row(
            [&row.alias, &row.address, &row.role, &version, &keys, &skew, &memory, &clients, &lag, &row.breaker].map(String::clone),
        );
    }
    table.to_string()
}

fn as_json(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let mut line = json!({"node": row.alias, "address": row.address, "role": row.role});
        match &row.state {
            Ok(state) => {
                line["version"] = json!(state.version);
                line["keys"] = json!(state.keys);
                line["skew_percent"] = json!(skew(rows, row));
                line["memory"] = json!(state.memory);
                line["clients"] = json!(state.clients);
                line["lag"] = json!(lag(rows, row));
            }
            Err(reason) => line["error"] = json!(reason),
        }
        line["breaker"] = json!(row.breaker);
        format!("{line}\n")
    };
    rows.iter().map(line).collect()
}

/// Reads the reply to INFO. The error says why there is none.
fn state(info: &Value<'_>, db: &str) -> Result<State, String> {
    let text = match info {
        Value::Failure(parts) => return Err({ *parts }.nth(1).map(|part| text(&part)).unwrap_or_default()),
        Value::Error(_) => return Err(text(info)),
        value => String::from_utf8_lossy(bytes(value).unwrap_or_default()).into_owned(),
    };
    let number = |name: &str| info_field(&text, name).and_then(|value| value.parse().ok());
    let keys = info_field(&text, &format!("db{db}")).and_then(|line| line.strip_prefix("keys=")?.split(',').next()?.parse().ok());
    let version = match info_field(&text, "valkey_version") {
        Some(version) => format!("Valkey {version}"),
        None => info_field(&text, "redis_version").unwrap_or("?").to_owned(),
    };
    let [memory, clients] = ["used_memory", "connected_clients"].map(|name| number(name).unwrap_or(0));
    let offset = number("slave_repl_offset").or_else(|| number("master_repl_offset")).unwrap_or(0);
    Ok(State { version, keys: keys.unwrap_or(0), memory, clients, offset })
}
