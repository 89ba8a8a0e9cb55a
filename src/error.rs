//! What can go wrong on this side of the wire. A server's own `-ERR …` is not here: it is a reply.

use std::fmt;

/// The kind of an error. The numbers are part of the ABI and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Code {
    /// A missing or impossible argument.
    Argument = 1,
    /// A bad configuration; the message names the path of the value.
    Config = 2,
    /// A request that is not RESP, or a command that cannot be routed.
    Request = 3,
    /// The keys of a command live on several nodes.
    CrossNode = 4,
    /// No connection could be made.
    Connect = 5,
    /// Every connection to the node is in use.
    Pool = 6,
    /// The server did not answer in time.
    Timeout = 7,
    /// The connection broke.
    Io = 8,
    /// The server sent what is not RESP.
    Protocol = 9,
    /// Memory could not be had.
    Memory = 10,
    /// A fault of this library.
    Internal = 11,
}

impl Code {
    /// The kind a number stands for; a number that stands for none is a fault of this library.
    pub fn from_number(number: i64) -> Code {
        use Code::*;
        [Argument, Config, Request, CrossNode, Connect, Pool, Timeout, Io, Protocol, Memory]
            .into_iter()
            .find(|&code| code as i64 == number)
            .unwrap_or(Internal)
    }
}

/// A failed call, or a failed command among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    code: Code,
    message: String,
    node: Option<String>,
    executed: bool,
}

impl Error {
    /// An error of a command that certainly was not executed.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error(Box::new(Details { code, message: message.into(), node: None, executed: false }))
    }

    /// The same error, laid at a node's door.
    pub fn on_node(mut self, alias: &str) -> Error {
        self.0.node = Some(alias.to_owned());
        self
    }

    /// The same error, of a command that the server may have executed.
    pub fn perhaps_executed(mut self) -> Error {
        self.0.executed = true;
        self
    }

    pub(crate) fn prefixed(mut self, prefix: &str) -> Error {
        self.0.message.insert_str(0, prefix);
        self
    }

    pub(crate) fn suffixed(mut self, suffix: &str) -> Error {
        self.0.message.push_str(suffix);
        self
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The alias of the node that failed, where one did.
    pub fn node(&self) -> Option<&str> {
        self.0.node.as_deref()
    }

    /// Whether the server may have executed the command; `false` is a certainty.
    pub fn executed(&self) -> bool {
        self.0.executed
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// Bytes as they can stand in a message: printable ASCII as it is, the rest escaped, long ones cut.
pub(crate) fn printable(bytes: &[u8]) -> String {
    const SHOWN: usize = 64;
    let mut text = bytes[..bytes.len().min(SHOWN)].escape_ascii().to_string();
    if bytes.len() > SHOWN {
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_for_its_own_code() {
        for number in 1..=11 {
            assert_eq!(Code::from_number(number) as i64, number);
        }
    }

    #[test]
    fn keys_in_messages_are_escaped_and_cut() {
        assert_eq!(printable(b"a\0\xff"), "a\\x00\\xff");
        assert_eq!(printable(&[b'x'; 100]), format!("{}… (100 bytes)", "x".repeat(64)));
    }
}
