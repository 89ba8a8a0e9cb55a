//! Why a command fails, and the exit status for it.

/// A server failed or replied with an error.
pub const FAILED: u8 = 1;
/// The command line or the configuration is wrong. Nothing was done. clap uses the same status.
pub const USAGE: u8 = 2;
/// You have to decide something first; the message says what.
pub const REFUSED: u8 = 3;
/// `verify` found differences.
pub const DIFFERENT: u8 = 4;

/// The end of a command that did not succeed.
#[derive(Debug)]
pub struct Failure {
    pub status: u8,
    /// What was wrong and what to do. Empty if the output has said it.
    pub message: String,
}

impl Failure {
    pub fn failed(message: impl Into<String>) -> Failure {
        Failure { status: FAILED, message: message.into() }
    }

    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { status: USAGE, message: message.into() }
    }

    pub fn refused(message: impl Into<String>) -> Failure {
        Failure { status: REFUSED, message: message.into() }
    }

    pub fn different(message: impl Into<String>) -> Failure {
        Failure { status: DIFFERENT, message: message.into() }
    }

    /// Standard output cannot be written. A reader that has closed its pipe wants no more; that is not worth a message.
    pub fn output(error: std::io::Error) -> Failure {
        let message = if error.kind() == std::io::ErrorKind::BrokenPipe { String::new() } else { format!("standard output: {error}") };
        Failure::failed(message)
    }
}

impl From<rediscluster::Error> for Failure {
    fn from(error: rediscluster::Error) -> Failure {
        Failure::failed(error.to_string())
    }
}
