//! Errors of this library. An error reply of a server, `-ERR …`, is a reply; it becomes an error where a caller asks for a value in its place.

use std::any::Any;
use std::fmt;

/// The kind of an error. The numbers are those of the C ABI and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Code {
    /// A server replied with an error. [`Error::message`] is its text.
    Server = 0,
    /// An argument is missing or invalid, or a reply does not have the type that was asked for.
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
        [Server, Argument, Config, Request, CrossNode, Connect, Pool, Timeout, Io, Protocol, Memory]
            .into_iter()
            .find(|&code| code as i64 == number)
            .unwrap_or(Internal)
    }
}

/// Why a call failed, or why one command of a call has no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

/// Where an error comes from, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The alias of the node.
    pub node: Option<String>,
    /// Host and port of the server, or the path of its socket.
    pub address: Option<String>,
    /// The name of the command, in capital letters.
    pub command: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    code: Code,
    message: String,
    origin: Origin,
    executed: bool,
    refusal: Option<Box<[u8]>>,
    /// The server is a replica of this one.
    replica_of: Option<String>,
    word: Option<Box<str>>,
}

impl Error {
    /// Makes an error of a command that was not executed.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        let (origin, message) = (Origin::default(), message.into());
        Error(Box::new(Details { code, message, origin, executed: false, refusal: None, replica_of: None, word: None }))
    }

    /// Makes an error of an error reply.
    pub(crate) fn from_reply(text: &[u8], origin: Option<&Origin>) -> Error {
        let error = Error::new(Code::Server, String::from_utf8_lossy(text)).refused_with(text).maybe_executed();
        if let Some(origin) = origin { error.with_origin(origin.clone()) } else { error }
    }

    /// Makes an error of a panic that was caught at the boundary to another language. A panic is a bug; the command may have been executed.
    #[cold]
    pub fn from_panic(panic: Box<dyn Any + Send>) -> Error {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        let message = format!("internal error in rediscluster (a bug): {}", text.unwrap_or("unknown panic"));
        // The drop of the panic's value may panic too, and that would leave this function.
        std::mem::forget(panic);
        Error::new(Code::Internal, message).maybe_executed()
    }

    /// Sets the alias of the node that the error concerns.
    pub fn on_node(mut self, alias: &str) -> Error {
        self.0.origin.node = Some(alias.to_owned());
        self
    }

    /// Sets where it comes from.
    pub(crate) fn with_origin(mut self, origin: Origin) -> Error {
        self.0.origin = origin;
        self
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.0.origin
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

    /// Marks the error as one of a server that says that it is a replica of another one. Nothing was written there.
    pub(crate) fn by_replica_of(mut self, master: String) -> Error {
        self.0.replica_of = Some(master);
        self
    }

    /// The master of the server, which says that it is a replica.
    pub(crate) fn replica_of(&self) -> Option<&str> {
        self.0.replica_of.as_deref()
    }

    /// Sets the word with which the error begins where it is sent to a client as an error reply: that of a server's own error reply.
    pub(crate) fn with_word(mut self, word: &str) -> Error {
        self.0.word = Some(word.into());
        self
    }

    /// The word of the server's error reply that is the reason; `None`: there is none, or the message begins with it.
    pub(crate) fn word(&self) -> Option<&str> {
        self.0.word.as_deref()
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

    /// Returns the first word of an error reply, such as `WRONGTYPE`; `None` if the error is not one with [`Code::Server`].
    pub fn prefix(&self) -> Option<&str> {
        (self.0.code == Code::Server).then(|| self.0.message.split(' ').next().unwrap_or_default())
    }

    /// Returns the alias of the node that the error concerns, if there is one.
    pub fn node(&self) -> Option<&str> {
        self.0.origin.node.as_deref()
    }

    /// Returns host and port of the server that the error concerns, or the path of its socket, if there is one.
    pub fn address(&self) -> Option<&str> {
        self.0.origin.address.as_deref()
    }

    /// Returns the name of the command that failed, in capital letters, if it is known.
    pub fn command(&self) -> Option<&str> {
        self.0.origin.command.as_deref()
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
        for number in 0..=11 {
            assert_eq!(Code::from_number(number) as i64, number);
        }
    }

    #[test]
    fn keys_in_messages_are_escaped_and_cut() {
        assert_eq!(printable(b"a\0\xff"), "a\\x00\\xff");
        assert_eq!(printable(&[b'x'; 100]), format!("{}… (100 bytes)", "x".repeat(64)));
    }
}
