//! Errors of this library. An error reply of a server, `-ERR …`, is not one of them: it is a reply.

use std::fmt;

/// The kind of an error. The numbers are those of the C ABI and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Code {
    /// An argument is missing or invalid.
    Argument = 1,
    /// The configuration is invalid. The message gives the path of the bad value.
    Config = 2,
    /// The request is not RESP, or the command cannot be routed.
    Request = 3,
    /// The keys of the command are on several nodes, and the command cannot be executed across nodes.
    CrossNode = 4,
    /// The connection to the node failed.
    Connect = 5,
    /// All connections to the node were in use until the pool timeout ended.
    Pool = 6,
    /// The server did not reply in time.
    Timeout = 7,
    /// The connection was lost.
    Io = 8,
    /// The server sent bytes that are not RESP.
    Protocol = 9,
    /// Memory could not be allocated.
    Memory = 10,
    /// Internal error: a bug in this library.
    Internal = 11,
}

impl Code {
    /// Returns the code with this number, or [`Code::Internal`] if there is none.
    pub fn from_number(number: i64) -> Code {
        use Code::*;
        [Argument, Config, Request, CrossNode, Connect, Pool, Timeout, Io, Protocol, Memory]
            .into_iter()
            .find(|&code| code as i64 == number)
            .unwrap_or(Internal)
    }
}

/// Why a call failed, or why one command of a call has no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    code: Code,
    message: String,
    node: Option<String>,
    executed: bool,
    refusal: Option<Box<[u8]>>,
}

impl Error {
    /// Makes an error of a command that was not executed.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error(Box::new(Details { code, message: message.into(), node: None, executed: false, refusal: None }))
    }

    /// Sets the alias of the node that the error concerns.
    pub fn on_node(mut self, alias: &str) -> Error {
        self.0.node = Some(alias.to_owned());
        self
    }

    /// Marks the error as one of a command that the server may have executed.
    pub fn maybe_executed(mut self) -> Error {
        self.0.executed = true;
        self
    }

    /// Sets the error reply by which a server refused to prepare the connection for the command. The caller gets it as the reply.
    pub(crate) fn refused_with(mut self, reply: &[u8]) -> Error {
        self.0.refusal = Some(reply.into());
        self
    }

    /// The error reply that the caller gets in place of this error.
    pub(crate) fn refusal(&self) -> Option<&[u8]> {
        self.0.refusal.as_deref()
    }

    pub(crate) fn with_prefix(mut self, prefix: &str) -> Error {
        self.0.message.insert_str(0, prefix);
        self
    }

    pub(crate) fn with_suffix(mut self, suffix: &str) -> Error {
        self.0.message.push_str(suffix);
        self
    }

    /// Returns the kind of the error.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Returns the message: one line of text for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the alias of the node that the error concerns, if there is one.
    pub fn node(&self) -> Option<&str> {
        self.0.node.as_deref()
    }

    /// Returns whether the server may have executed the command. `false` means that it did not.
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

/// Formats bytes for a message: bytes other than printable ASCII are escaped, and long values are cut.
pub(crate) fn printable(bytes: &[u8]) -> String {
    const MAX_SHOWN: usize = 64;
    let mut text = bytes[..bytes.len().min(MAX_SHOWN)].escape_ascii().to_string();
    if bytes.len() > MAX_SHOWN {
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_converts_to_its_code() {
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
