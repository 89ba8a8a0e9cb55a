//! Requests of many commands, in either encoding.

use crate::error::Error;
use crate::php::{Formats, prefixed_request, serialized_request};
use crate::resp::{Args, CommandSource, SendableRange};

/// Commands, read one after the other.
#[derive(Clone)]
pub(crate) enum Requests<'a> {
    Serialized(serialized_request::Commands<'a>),
    Prefixed(prefixed_request::Commands<'a>),
}

impl<'a> Requests<'a> {
    /// Reads the head of a request, and the formats of the replies.
    pub(crate) fn parse(text: &'a [u8]) -> Result<(Requests<'a>, Formats), Error> {
        if prefixed_request::is_prefixed(text) {
            return prefixed_request::Commands::parse(text).map(|(commands, formats)| (Requests::Prefixed(commands), formats));
        }
        serialized_request::Commands::parse(text).map(|(commands, formats)| (Requests::Serialized(commands), formats))
    }

    /// The number of commands to be read, according to the request.
    pub(crate) fn left(&self) -> usize {
        match self {
            Requests::Serialized(commands) => commands.left(),
            Requests::Prefixed(commands) => commands.left(),
        }
    }

    /// All commands as RESP.
    pub(crate) fn into_resp(mut self) -> Result<Vec<u8>, Error> {
        let mut request = serialized_request::buffer_for(match &self {
            Requests::Serialized(commands) => commands.size(),
            Requests::Prefixed(commands) => commands.size(),
        })?;
        let mut args = Args::new();
        while self.next(&mut args)? {
            serialized_request::push_command(&mut request, &args);
        }
        Ok(request)
    }

    #[inline]
    fn next(&mut self, args: &mut Args<'a>) -> Result<bool, Error> {
        match self {
            Requests::Serialized(commands) => commands.next(args),
            Requests::Prefixed(commands) => commands.next(args),
        }
    }
}

impl<'a> CommandSource<'a> for Requests<'a> {
    fn request(&self) -> &'a [u8] {
        &[]
    }

    #[inline]
    fn read(&mut self, args: &mut Args<'a>) -> Result<Option<SendableRange>, Error> {
        Ok(self.next(args)?.then_some(None))
    }

    fn estimate(&self) -> usize {
        self.left().min(4096)
    }

    #[cold]
    fn check_rest(&self) -> Result<(), Error> {
        let (mut rest, mut args) = (self.clone(), Args::new());
        while rest.next(&mut args)? {}
        Ok(())
    }
}
