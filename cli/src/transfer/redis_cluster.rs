//! The masters of a Redis Cluster, as sources.

use crate::failure::Failure;
use crate::transfer::node::{Side, nodes};
use crate::transfer::options::Access;
use crate::wire::{bytes, check};

/// Asks one server of a Redis Cluster for all masters. Returns a list of sources.
pub fn masters(option: &str, entry: &str, access: &Access) -> Result<String, Failure> {
    if entry.contains([',', '#']) {
        return Err(Failure::usage(format!("{option}: with --from-cluster give one server without a name; it lists the others")));
    }
    let masters = listed(option, entry, access)?;
    // A server lists only the moves of its own slots.
    for master in masters.split(',') {
        listed(option, master, access)?;
    }
    Ok(masters)
}

/// The masters in the reply of one server.
fn listed(option: &str, entry: &str, access: &Access) -> Result<String, Failure> {
    let mut addresses = Vec::new();
    for node in nodes(entry, Side::Sources, option, access)?.0 {
        let reply = node.open(0).command(&[b"CLUSTER", b"NODES"])?;
        let value = check(reply.root(), &format!("{}: CLUSTER NODES", node.name))?;
        let list = parse(&String::from_utf8_lossy(bytes(&value).unwrap_or_default()));
        addresses.extend(list.map_err(|what| Failure::refused(format!("{}: {what}", node.name)))?);
    }
    // What is before the address also applies to the others: the scheme and the user.
    let start = entry.rfind('@').map(|at| at + 1).or(entry.find("://").map(|at| at + 3)).unwrap_or(0);
    let host = entry[start..].rsplit_once(':').map_or(&entry[start..], |(host, _)| host);
    let full = |address: &String| {
        if address.starts_with(':') { format!("{}{host}{address}", &entry[..start]) } else { format!("{}{address}", &entry[..start]) }
    };
    Ok(addresses.iter().map(full).collect::<Vec<_>>().join(","))
}

/// The addresses of the masters that have slots, sorted, from the reply to CLUSTER NODES. Without a configured host that of the server itself begins with the colon.
fn parse(nodes: &str) -> Result<Vec<String>, String> {
    let (mut masters, mut slots) = (Vec::new(), 0);
    for line in nodes.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, address, flags, _, _, _, _, _, ranges @ ..] = &fields[..] else {
            return Err(format!("CLUSTER NODES has the line {line:?}"));
        };
        if !flags.split(',').any(|flag| flag == "master") || ranges.is_empty() {
            continue;
        }
        if ranges.iter().any(|range| range.starts_with('[')) {
            return Err("slots are being moved between its servers: wait until that has ended".to_owned());
        }
        if flags.split(',').any(|flag| flag == "fail" || flag == "fail?") {
            return Err(format!("the master {address} is down: its keys cannot be read"));
        }
        for range in ranges {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let number = |text: &str| text.parse::<u32>().map_err(|_| format!("CLUSTER NODES has the slots {range:?}"));
            slots += number(last)? + 1 - number(first)?.min(number(last)?);
        }
        let address = address.split(['@', ',']).next().unwrap_or_default();
        masters.push(match address.rsplit_once(':') {
            Some((host, port)) if host.contains(':') => format!("[{host}]:{port}"),
            _ => address.to_owned(),
        });
    }
    if slots != 16_384 {
        return Err(format!("{slots} of its 16384 slots have a master: the keys of the others cannot be read"));
    }
    masters.sort();
    Ok(masters)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn masters_with_slots_are_listed() {
        let nodes = "a 10.0.0.2:6379@16379 master - 0 1 2 connected 8192-16383\n\
                     b 10.0.0.1:6379@16379,host myself,master - 0 1 1 connected 0-8190 8191\n\
                     c ::1:6379@16379 slave a 0 1 2 connected\n\
                     d 10.0.0.4:6379@16379 master - 0 1 3 connected\n";
        assert_eq!(parse(nodes).unwrap(), ["10.0.0.1:6379", "10.0.0.2:6379"]);
    }

    #[test]
    fn a_cluster_with_unreadable_keys_is_refused() {
        let line = |flags: &str, slots: &str| parse(&format!("a 10.0.0.2:6379@16379 {flags} - 0 1 2 connected {slots}")).unwrap_err();
        assert!(line("master", "0-16382").contains("16383 of its 16384 slots"));
        assert!(line("master,fail", "0-16383").contains("is down"));
        assert!(line("master", "0-16383 [1->-b]").contains("being moved"));
        assert!(parse("nonsense").is_err());
    }
}
