//! The error for a server that lacks a command which a strategy uses. The server's own error names a command that the caller did not send.

use crate::crossnode::support::conversation::{Request, replies, words};
use crate::crossnode::support::job::Job;
use crate::crossnode::support::outcome::Abort;
use crate::error::printable;
use crate::resp::Value;

/// Replaces such an error by one that says which server has which release.
#[cold]
pub(crate) fn with_releases(job: &Job, abort: Abort) -> Abort {
    let Abort::Refusal(text) = &abort else { return abort };
    if job.command.keys.is_empty() {
        // Every server gets the caller's own command.
        return abort;
    }
    let Some(lacking) = rejected_command(text).filter(|name| !name.eq_ignore_ascii_case(job.args[0])) else { return abort };
    let supported = "Redis 6.2 or later, or Valkey, is required";
    let lacking = printable(&lacking.to_ascii_uppercase());
    Abort::refusal(format!(
        "ERR {}: on several nodes it uses {lacking}, which a server does not have; {supported}: {}",
        job.name(),
        releases(job)
    ))
}

/// The name in an error about an unknown command, an unknown subcommand, or a form of a command that the server does not have.
fn rejected_command(text: &[u8]) -> Option<&[u8]> {
    let lower = text.to_ascii_lowercase();
    let beginnings = ["err unknown command", "err unknown subcommand", "err wrong number of arguments"];
    beginnings.iter().find(|beginning| lower.starts_with(beginning.as_bytes()))?;
    let is_quote = |byte: &u8| matches!(byte, b'\'' | b'`');
    let start = text.iter().position(is_quote)? + 1;
    let length = text[start..].iter().position(is_quote)?;
    Some(&text[start..start + length])
}

/// `node_1 has Redis 5.0.14, node_2 has Valkey 8.1.1`
fn releases(job: &Job) -> String {
    let servers = job.distinct_servers();
    let ask = |&server: &usize| Request::read(server, vec![words![b"INFO", b"server"]]);
    let outcomes = match job.connections(servers.iter().copied()) {
        Ok(mut connections) => connections.round(&servers.iter().map(ask).collect::<Vec<_>>()),
        Err(_) => Vec::new(),
    };
    let described = servers.iter().zip(outcomes).map(|(&server, outcome)| {
        let release = outcome.ok().and_then(|reply| match replies(&reply).next() {
            Some(Value::String(info)) => release(info),
            _ => None,
        });
        format!("{} has {}", job.config.servers[server].alias, release.unwrap_or_else(|| "an unknown release".into()))
    });
    described.collect::<Vec<_>>().join(", ")
}

fn release(info: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(info);
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::to_owned);
    let valkey = field("valkey_version").map(|release| format!("Valkey {release}"));
    valkey.or_else(|| field("redis_version").map(|release| format!("Redis {release}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_found_in_the_texts_of_all_releases() {
        for (text, name) in [
            ("ERR unknown command `LMOVE`, with args beginning with: `a`, ", Some("LMOVE")),
            ("ERR unknown command 'LMOVE', with args beginning with: 'a' ", Some("LMOVE")),
            ("ERR Unknown subcommand or wrong number of arguments for 'TRACKING'. Try CLIENT HELP.", Some("TRACKING")),
            ("ERR wrong number of arguments for 'lpop' command", Some("lpop")),
            ("WRONGTYPE Operation against a key holding the wrong kind of value", None),
            ("ERR unknown command", None),
        ] {
            assert_eq!(rejected_command(text.as_bytes()), name.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn the_release_is_that_of_the_product() {
        assert_eq!(release(b"# Server\r\nredis_version:5.0.14\r\n").as_deref(), Some("Redis 5.0.14"));
        assert_eq!(release(b"redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n").as_deref(), Some("Valkey 8.1.1"));
        assert_eq!(release(b""), None);
    }
}
