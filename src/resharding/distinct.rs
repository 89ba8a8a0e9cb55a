//! Makes sure that two places are not one server under two addresses: a key that exists there would be removed as its own old copy.

use crate::config::Config;
use crate::error::{Code, Error};
use crate::resharding::channel::{Channel, replies, words};
use crate::resp::Value;

/// Fails if the two servers are one process and one database, or if they do not say which process they are.
pub(crate) fn check_distinct(config: &Config, old: &mut Channel, new: &mut Channel) -> Result<(), Error> {
    let [old_name, new_name] = [old.server, new.server].map(|server| &config.servers[server]);
    if old_name.db != new_name.db {
        return Ok(());
    }
    let place = format!("{} ({}) and {} ({})", old_name.alias, old_name.address, new_name.alias, new_name.address);
    match (run_id(old)?, run_id(new)?) {
        (Some(old), Some(new)) if old != new => Ok(()),
        (Some(_), Some(_)) => {
            Err(Error::new(Code::Config, format!("previous.nodes: {place} are the same server; write its address alike in both layouts")))
        }
        _ => Err(Error::new(
            Code::Config,
            format!("previous.nodes: INFO has no run_id, so {place} may be the same server; no key is moved between them"),
        )),
    }
}

fn run_id(channel: &mut Channel) -> Result<Option<Vec<u8>>, Error> {
    let reply = channel.send(&[words![b"INFO", b"server"]])?;
    let text = match replies(&reply).next() {
        Some(Value::String(text) | Value::Verbatim { text, .. }) => text,
        _ => return Ok(None),
    };
    let id = text.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"run_id:"));
    Ok(id.map(|id| id.trim_ascii().to_vec()))
}
