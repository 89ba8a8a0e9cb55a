//! Who the session is, and its end: HELLO, CLIENT, QUIT.

use crate::error::{Code, Error, printable};
use crate::resp::{Reply, pack};
use crate::session::select::number;
use crate::session::{Outcome, Session};

impl Session {
    /// A session speaks RESP2. The facts are those of one server, which knows the session by a connection of its own.
    pub(crate) fn hello(&mut self, args: &[&[u8]]) -> Outcome {
        let mut rest = &args[1..];
        if let [version, behind @ ..] = rest {
            match number(version) {
                Some(2) => {}
                Some(_) => return Ok(Reply::error(b"NOPROTO unsupported protocol version")),
                None => return Ok(Reply::error(b"ERR Protocol version is not an integer or out of range")),
            }
            rest = behind;
        }
        let mut name = None;
        while let [word, behind @ ..] = rest {
            rest = match behind {
                [given, behind @ ..] if word.eq_ignore_ascii_case(b"SETNAME") => {
                    name = Some(*given);
                    behind
                }
                [_, _, ..] if word.eq_ignore_ascii_case(b"AUTH") => {
                    return Err(Error::new(Code::Request, "HELLO AUTH: credentials are the configuration's"));
                }
                _ => return Ok(Reply::error(format!("ERR Syntax error in HELLO option '{}'", printable(word)).as_bytes())),
            };
        }
        if let Some(name) = name {
            if !is_name(name) {
                return Ok(unfit("Client names"));
            }
            self.setup.name = name.to_vec();
        }
        self.ask(self.speaker(), b"HELLO", &pack(&[b"HELLO", b"2"]))
    }

    /// CLIENT ID and CLIENT INFO.
    pub(crate) fn of_connection(&mut self, args: &[&[u8]]) -> Outcome {
        self.ask(self.speaker(), args[0], &pack(args))
    }

    /// The server that tells of the session's connection: the one that it has something on, if any.
    fn speaker(&self) -> usize {
        let held = || self.connections.iter().position(Option::is_some);
        self.pin.as_ref().filter(|pin| pin.lost.is_none()).map(|pin| pin.server).or_else(held).unwrap_or_else(|| self.first_server())
    }

    pub(crate) fn set_name(&mut self, name: &[u8]) -> Reply {
        if !is_name(name) {
            return unfit("Client names");
        }
        self.setup.name = name.to_vec();
        Reply::status(b"OK")
    }

    pub(crate) fn name(&self) -> Reply {
        if self.setup.name.is_empty() { Reply::nil() } else { Reply::string(&self.setup.name) }
    }

    pub(crate) fn set_no_evict(&mut self, word: &[u8]) -> Reply {
        self.setup.stays = match word {
            word if word.eq_ignore_ascii_case(b"ON") => true,
            word if word.eq_ignore_ascii_case(b"OFF") => false,
            _ => return Reply::error(b"ERR syntax error"),
        };
        Reply::status(b"OK")
    }

    /// CLIENT SETINFO: clients say of themselves who they are; servers before 7.2 do not want to know.
    pub(crate) fn set_info(&mut self, args: &[&[u8]]) -> Reply {
        let [_, _, what, how] = args else { return Reply::error(b"ERR wrong number of arguments for 'client|setinfo' command") };
        let known = ["lib-name", "lib-ver"].into_iter().find(|known| what.eq_ignore_ascii_case(known.as_bytes()));
        let Some(what) = known else {
            return Reply::error(format!("ERR Unrecognized option '{}'", printable(what)).as_bytes());
        };
        if !is_name(how) {
            return unfit(what);
        }
        self.setup.info.retain(|(known, _)| known != what.as_bytes());
        self.setup.info.push((what.into(), how.to_vec()));
        Reply::status(b"OK")
    }

    pub(crate) fn quit(&mut self) -> Reply {
        self.reset();
        self.closed = true;
        Reply::status(b"OK")
    }
}

fn is_name(name: &[u8]) -> bool {
    name.iter().all(|byte| (b'!'..=b'~').contains(byte))
}

fn unfit(what: &str) -> Reply {
    Reply::error(format!("ERR {what} cannot contain spaces, newlines or special characters.").as_bytes())
}
