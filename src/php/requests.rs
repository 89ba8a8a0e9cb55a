//! Many commands as PHP hands them over.

use crate::error::Error;
use crate::php::{Forms, joined, read};
use crate::resp::{Args, CommandSource, SendableRange};

/// Many commands, one after the other.
#[derive(Clone)]
pub(crate) enum Requests<'a> {
    Serialized(read::Commands<'a>),
    Joined(joined::Commands<'a>),
}

impl<'a> Requests<'a> {
    /// With the forms of their replies.
    pub(crate) fn of(text: &'a [u8]) -> Result<(Requests<'a>, Forms), Error> {
        if joined::is_joined(text) {
            return joined::Commands::of(text).map(|(commands, form)| (Requests::Joined(commands), Forms::All(form)));
        }
        read::Commands::of(text).map(|(commands, forms)| (Requests::Serialized(commands), forms))
    }

    /// How many are still to be read, if none is missing.
    pub(crate) fn left(&self) -> usize {
        match self {
            Requests::Serialized(commands) => commands.left(),
            Requests::Joined(commands) => commands.left(),
        }
    }

    /// All of them as RESP.
    pub(crate) fn packed(mut self) -> Result<Vec<u8>, Error> {
        let mut request = read::room_for(match &self {
            Requests::Serialized(commands) => commands.size(),
            Requests::Joined(commands) => commands.size(),
        })?;
        let mut args = Args::new();
        while self.next(&mut args)? {
            read::push(&mut request, &args);
        }
        Ok(request)
    }

    #[inline]
    fn next(&mut self, args: &mut Args<'a>) -> Result<bool, Error> {
        match self {
            Requests::Serialized(commands) => commands.next(args),
            Requests::Joined(commands) => Ok(commands.next(args)),
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
