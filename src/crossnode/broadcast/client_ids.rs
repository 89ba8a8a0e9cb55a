//! Client ids: each server counts its own clients. Over all servers an id is the server's id, multiplied by the number of servers, plus the
//! number of that server.

use crate::crossnode::support::conversation::Words;
use std::borrow::Cow;

/// The id of a server's client over all servers.
pub(crate) fn over_all_servers(id: i64, server: usize, servers: usize) -> i64 {
    id.saturating_mul(servers as i64).saturating_add(server as i64)
}

/// The server of an id over all servers, and the id there.
pub(crate) fn of_server(id: i64, servers: usize) -> (usize, i64) {
    (id.rem_euclid(servers as i64) as usize, id / servers as i64)
}

/// A line of CLIENT LIST or CLIENT INFO with the id over all servers. Such a line begins with `id=`.
pub(crate) fn line_with_id(line: &[u8], server: usize, servers: usize) -> Vec<u8> {
    let digits = line.iter().skip(3).take_while(|byte| byte.is_ascii_digit()).count();
    let id = line.strip_prefix(b"id=").and_then(|rest| std::str::from_utf8(&rest[..digits]).ok()).and_then(|id| id.parse().ok());
    match id {
        Some(id) => [format!("id={}", over_all_servers(id, server, servers)).as_bytes(), &line[3 + digits..]].concat(),
        None => line.to_vec(),
    }
}

/// CLIENT LIST, CLIENT KILL or CLIENT UNBLOCK with the ids of one server. `None` if the command is about clients of other servers.
pub(super) fn for_server<'a>(args: &[&'a [u8]], server: usize, servers: usize) -> Option<Words<'a>> {
    let own = |id: i64| (id % servers as i64 == server as i64).then(|| (id / servers as i64).to_string().into_bytes());
    let is_unblock = args[1].eq_ignore_ascii_case(b"UNBLOCK");
    let is_old_form = args[1].eq_ignore_ascii_case(b"KILL") && args.len() == 3;
    let mut command: Words = args[..2].iter().map(|&word| Cow::from(word)).collect();
    let mut rest = &args[2..];
    // UNBLOCK has the id in the place of a filter's name.
    if is_unblock && let Some(id) = rest.first().and_then(|word| number(word)) {
        command.push(own(id)?.into());
        rest = &rest[1..];
    }
    while let [word, after @ ..] = rest {
        command.push(Cow::from(*word));
        rest = after;
        let (is_id, is_not_id) = (word.eq_ignore_ascii_case(b"ID"), word.eq_ignore_ascii_case(b"NOT-ID"));
        if is_unblock || is_old_form || !(is_id || is_not_id) {
            continue;
        }
        let ids: Vec<i64> = after.iter().map_while(|word| number(word)).collect();
        rest = &after[ids.len()..];
        let owned: Vec<Vec<u8>> = ids.iter().filter_map(|&id| own(id)).collect();
        match owned.is_empty() {
            true if ids.is_empty() => {}
            true if is_id => return None,
            // No client has this id.
            true => command.push(Cow::from(&b"0"[..])),
            false => command.extend(owned.into_iter().map(Cow::from)),
        }
    }
    Some(command)
}

/// A positive number. A server rejects others.
pub(crate) fn number(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(command: &str, server: usize) -> Option<String> {
        let args: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        let words = for_server(&args, server, 3)?;
        Some(words.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn each_server_gets_its_own_ids() {
        assert_eq!(sent("CLIENT KILL ID 31", 1).as_deref(), Some("CLIENT KILL ID 10"));
        assert_eq!(sent("CLIENT KILL ID 31", 0), None);
        assert_eq!(sent("CLIENT KILL TYPE normal ID 31 SKIPME no", 1).as_deref(), Some("CLIENT KILL TYPE normal ID 10 SKIPME no"));
        assert_eq!(sent("CLIENT KILL NOT-ID 31 TYPE normal", 0).as_deref(), Some("CLIENT KILL NOT-ID 0 TYPE normal"));
        assert_eq!(sent("CLIENT LIST ID 30 31 33", 0).as_deref(), Some("CLIENT LIST ID 10 11"));
        assert_eq!(sent("CLIENT UNBLOCK 32 ERROR", 2).as_deref(), Some("CLIENT UNBLOCK 10 ERROR"));
        assert_eq!(sent("CLIENT UNBLOCK 32", 1), None);
    }

    #[test]
    fn commands_without_ids_and_invalid_ids_are_for_all_servers() {
        for command in [
            "CLIENT LIST",
            "CLIENT LIST TYPE normal",
            "CLIENT KILL ID",
            "CLIENT KILL ADDR a:1",
            "CLIENT KILL ID x",
            "CLIENT KILL 7",
            "CLIENT UNBLOCK x",
        ] {
            assert_eq!(sent(command, 1).as_deref(), Some(command));
        }
    }

    #[test]
    fn lines_have_the_id_over_all_servers() {
        assert_eq!(line_with_id(b"id=10 addr=x", 1, 3), b"id=31 addr=x");
        assert_eq!(line_with_id(b"other", 1, 3), b"other");
    }
}
