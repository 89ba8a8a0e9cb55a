//! From the replies of several servers to the replies the caller asked for, in the caller's order.

use crate::cluster::batch::{Answer, Slot, Split};
use crate::command::SplitKind;
use crate::error::{Code, Error};
use crate::resp::{Builder, Entry, Kind, Reply};
use crate::transport::{KEPT, NodePipeline};

/// The pipelines once their replies have come, by server.
pub(crate) struct Gathered<'l, 'p, 'a> {
    pipelines: &'l [Option<NodePipeline<'p, 'a>>],
    /// Where each pipeline's bytes stand in the reply, and which entry of its index comes next.
    bases: Vec<usize>,
    next: Vec<usize>,
    builder: Builder,
}

impl<'l, 'p, 'a> Gathered<'l, 'p, 'a> {
    pub(crate) fn from(pipelines: &'l mut [Option<NodePipeline<'p, 'a>>]) -> Result<Self, Error> {
        let mut builder = Builder::default();
        let mut left: usize = pipelines.iter().flatten().map(|pipeline| pipeline.bytes().len()).sum();
        let mut bases = Vec::with_capacity(pipelines.len());
        for pipeline in pipelines.iter_mut() {
            let length = pipeline.as_ref().map_or(0, |pipeline| pipeline.bytes().len());
            left -= length;
            bases.push(match pipeline {
                // Never all of it twice in memory.
                Some(pipeline) if length > KEPT => builder.append_vec_and_reserve(pipeline.take_bytes(), left)?,
                Some(pipeline) => builder.append_bytes_and_reserve(pipeline.bytes(), left)?,
                None => 0,
            });
        }
        let pipelines = &*pipelines;
        // Entry 0 of a pipeline's index is the place of an array that is not needed here.
        Ok(Gathered { pipelines, bases, next: vec![1; pipelines.len()], builder })
    }

    /// The answer to a single command.
    pub(crate) fn single(mut self, slot: &Slot<'a>) -> Result<Reply, Error> {
        self.answer(slot)?;
        Ok(self.builder.finish())
    }

    /// The answers to all commands under one array; a failed one is a failure in its place.
    pub(crate) fn all(mut self, slots: &[Slot<'a>]) -> Reply {
        let root = self.builder.begin(Kind::Array, slots.len());
        self.builder.reserve(slots.len());
        for slot in slots {
            if let Err(error) = self.answer(slot) {
                self.builder.failure(&error);
            }
        }
        self.builder.end(root);
        self.builder.finish()
    }

    /// The first answer of each pipeline, by alias; pipelines are asked as often as they have aliases.
    pub(crate) fn by_alias(mut self, aliases: &[(String, usize)], name: &[u8]) -> Reply {
        let root = self.builder.begin(Kind::Map, aliases.len() * 2);
        for &(ref alias, server) in aliases {
            self.builder.string(alias.as_bytes());
            self.next[server] = 1;
            match self.take(server, 0, name) {
                Ok(entries) => self.builder.copy(entries, self.bases[server]),
                Err(error) => self.builder.failure(&error),
            }
        }
        self.builder.end(root);
        self.builder.finish()
    }

    /// Appends the answer to one command; nothing is appended when it failed.
    fn answer(&mut self, slot: &Slot<'a>) -> Result<(), Error> {
        match &slot.answer {
            Answer::One { server, ordinal } => {
                let server = *server as usize;
                let entries = self.next_of(server, *ordinal, slot.name)?;
                self.next[server] += self.builder.copy_one(entries, self.bases[server]);
                Ok(())
            }
            Answer::Behind { server, ordinal } => {
                self.take(*server as usize, *ordinal - 1, slot.name)?;
                self.answer(&Slot { name: slot.name, answer: Answer::One { server: *server, ordinal: *ordinal } })
            }
            Answer::Split(split) => self.put_together(split, slot.name),
            Answer::Error(text) => {
                self.builder.bytes_value(Kind::Error, text.as_bytes());
                Ok(())
            }
            Answer::Failed(error) => Err(error.clone()),
        }
    }

    /// The entries of a pipeline from its next reply on.
    #[inline]
    fn next_of(&self, server: usize, ordinal: u32, name: &[u8]) -> Result<&'l [Entry], Error> {
        let Some(pipeline) = &self.pipelines[server] else {
            return Err(Error::new(Code::Internal, "a reply of a server that was not asked"));
        };
        pipeline.outcome(ordinal, name)?;
        Ok(&pipeline.entries()[self.next[server]..])
    }

    /// The entries of a pipeline's next reply, which is then behind us.
    fn take(&mut self, server: usize, ordinal: u32, name: &[u8]) -> Result<&'l [Entry], Error> {
        let entries = self.next_of(server, ordinal, name)?;
        let span = entries[0].span();
        self.next[server] += span;
        Ok(&entries[..span])
    }

    fn put_together(&mut self, split: &Split, name: &[u8]) -> Result<(), Error> {
        let parts: Vec<Result<&[Entry], Error>> = split.parts.iter().map(|part| self.take(part.server, part.ordinal, name)).collect();
        let answered = parts.iter().filter(|part| part.is_ok()).count();
        let parts: Vec<&[Entry]> = parts.into_iter().collect::<Result<_, _>>().map_err(|error| partly(error, split.kind, answered))?;
        if let Some(at) = parts.iter().position(|part| part[0].kind() == Kind::Error) {
            self.builder.copy(parts[at], self.bases[split.parts[at].server]);
            return Ok(());
        }
        match split.kind {
            SplitKind::Values => self.values(split, &parts),
            SplitKind::Counted => self.sum(&parts),
            SplitKind::Stored => {
                self.builder.copy(parts[0], self.bases[split.parts[0].server]);
                Ok(())
            }
        }
    }

    /// One value a key: each from the part that its key went to.
    fn values(&mut self, split: &Split, parts: &[&[Entry]]) -> Result<(), Error> {
        let complete = parts.iter().zip(&split.parts).all(|(part, asked)| part[0].kind() == Kind::Array && part[0].length() == asked.keys);
        if !complete {
            return Err(Error::new(Code::Protocol, "a server answered with another number of values than it was asked for"));
        }
        let root = self.builder.begin(Kind::Array, split.owners.len());
        self.builder.reserve(split.owners.len());
        let bases: Vec<usize> = split.parts.iter().map(|part| self.bases[part.server]).collect();
        let mut next = vec![1; parts.len()];
        for &owner in &split.owners {
            let owner = owner as usize;
            let start = next[owner];
            next[owner] = start + self.builder.copy_one(&parts[owner][start..], bases[owner]);
        }
        self.builder.end(root);
        Ok(())
    }

    fn sum(&mut self, parts: &[&[Entry]]) -> Result<(), Error> {
        if parts.iter().any(|part| part[0].kind() != Kind::Integer) {
            return Err(Error::new(Code::Protocol, "a server answered with something else than a number"));
        }
        self.builder.integer(parts.iter().map(|part| part[0].data).sum());
        Ok(())
    }
}

/// The failure of one part of a split command; whoever only reads need not care what became of the others.
fn partly(error: Error, kind: SplitKind, answered: usize) -> Error {
    if kind == SplitKind::Values || answered == 0 {
        return error;
    }
    error.with_suffix(&format!("; {answered} other node(s) carried out their part")).maybe_executed()
}
