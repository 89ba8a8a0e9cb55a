//! Waits for blocking commands. A wait can be ended, or suspended and resumed later.

use crate::command::lookup;
use crate::crossnode::{self, WaitLimit};
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Reply, Value};
use crate::routing::{CommandResolver, Plan};
use crate::session::blocked::{Blocked, Place};
use crate::session::blocking::Begun;
use crate::session::receive::remaining;
use crate::session::session::{Outcome, Session};
use crate::transport::is_rejected_by_replica;
use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// The reply of a command that CLIENT UNBLOCK has ended with an error.
const UNBLOCKED: &[u8] = b"UNBLOCKED client unblocked via CLIENT UNBLOCK";

/// The call that waits for a blocking command.
#[derive(Clone, Copy)]
pub(crate) enum Waiter {
    /// It ends with the command. An interrupt ends the command. `interrupts` is the number of interrupts before the call.
    Execute { interrupts: u64 },
    /// Its deadline, an interrupt or a pause suspends the command.
    Read { deadline: Option<Instant> },
    /// It does not wait.
    Write,
}

/// How a wait has ended.
pub(crate) enum Progress {
    /// The command has ended.
    Ended(Outcome),
    /// The command is suspended: the time of the call is up, or it was interrupted.
    TimeUp,
    /// The command is suspended: another call waits for the session.
    Paused,
    /// The command is suspended: messages of subscriptions have arrived.
    Messages,
}

/// Why a wait must end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Close,
    Unblock,
    TimeUp,
    Pause,
    Messages,
}

impl Session {
    /// Waits for a blocking command. Fails if the session is closed meanwhile.
    pub(super) fn wait_for_blocked(&mut self, blocked: &mut Blocked, waiter: Waiter) -> Result<Progress, Error> {
        let progress = self.wait_once(blocked, waiter)?;
        match progress {
            Progress::Ended(Ok(reply)) if !blocked.was_repeated && is_rejected(&reply) => self.begin_again(blocked, waiter, reply),
            progress => Ok(progress),
        }
    }

    /// Sends a command to the master whose server has become a replica, and waits again.
    fn begin_again(&mut self, blocked: &mut Blocked, waiter: Waiter, rejection: Reply) -> Result<Progress, Error> {
        let begun = {
            let mut args = Args::new();
            Commands::new(&blocked.request).next(&mut args)?;
            self.begin_blocking(&args)
        };
        match begun {
            Begun::Blocked(again) => {
                *blocked = Blocked { was_repeated: true, ..again };
                self.wait_once(blocked, waiter)
            }
            Begun::Ended(outcome) => Ok(Progress::Ended(outcome)),
            Begun::Ordinary => Ok(Progress::Ended(Ok(rejection))),
        }
    }

    fn wait_once(&mut self, blocked: &mut Blocked, waiter: Waiter) -> Result<Progress, Error> {
        self.interrupter.set_blocked(true);
        let progress = match &mut blocked.place {
            Place::Several { stream_ids, is_suspended } => {
                let limit = (blocked.deadline, *is_suspended);
                *is_suspended = true;
                self.wait_for_several(&blocked.request, stream_ids, limit, waiter).unwrap_or_else(|error| Progress::Ended(Err(error)))
            }
            Place::Servers { pending, is_unblocked } => match self.wait_for_servers(pending, &mut blocked.deadline, is_unblocked, waiter) {
                Ok(progress) => progress,
                Err((server, error)) => {
                    self.abandon_replies(pending);
                    Progress::Ended(Err(self.lose_connection(server, error, &name_of(&blocked.request), true)))
                }
            },
        };
        // Closing ends the command, with an error that does not depend on the reply.
        if self.interrupter.is_closing() {
            self.abandon(blocked);
            self.check_open()?;
        }
        if matches!(progress, Progress::Ended(_)) {
            self.interrupter.set_blocked(false);
        }
        Ok(progress)
    }

    /// Waits until a blocking command has ended.
    pub(super) fn finish_blocked(&mut self, mut blocked: Blocked, interrupts: u64) -> Outcome {
        loop {
            if let Progress::Ended(outcome) = self.wait_for_blocked(&mut blocked, Waiter::Execute { interrupts })? {
                return outcome;
            }
        }
    }

    /// Closes the connections over which a command was sent, so that the servers end it.
    fn abandon(&mut self, blocked: &Blocked) {
        if let Place::Servers { pending, .. } = &blocked.place {
            self.abandon_replies(pending);
        }
    }

    /// Waits for a command whose keys are on several servers. After a suspension it runs again: nothing is taken from a key before it ends.
    fn wait_for_several(
        &self,
        request: &[u8],
        stream_ids: &RefCell<Option<Vec<Vec<u8>>>>,
        (deadline, is_continued): (Option<Instant>, bool),
        waiter: Waiter,
    ) -> Result<Progress, Error> {
        let topology = self.selected.topology();
        let mut args = Args::new();
        Commands::new(request).next(&mut args)?;
        let command = match CommandResolver::new(self.selected.config(), &topology).plan(lookup(&args), &args) {
            Ok(Plan::CrossNode(command)) => command,
            Ok(_) => return Err(Error::new(Code::Internal, "the plan of a command has changed")),
            Err(error) => return Ok(Progress::Ended(Err(error))),
        };
        let stop = Cell::new(None);
        let is_requested = || {
            // The bytes of requests that were handled must not end the next poll.
            let _ = self.interrupter.drain();
            stop.set(self.stop(waiter));
            stop.get().is_some()
        };
        self.interrupter.drain()?;
        let messages = self.messages_for(waiter)?;
        let limit = WaitLimit {
            deadline: [deadline, waiter.deadline()].into_iter().flatten().min(),
            wake_up: match &messages {
                Some(messages) => messages.as_fd(),
                None => self.interrupter.rx()?.as_fd(),
            },
            is_requested: &is_requested,
            stream_ids,
            is_continued,
            has_ended: Cell::new(false),
        };
        let outcome = crossnode::run_within(self.selected.config(), &topology, &args, &command, Some(&limit));
        if !limit.has_ended.get() || remaining(deadline) == Some(Duration::ZERO) {
            return Ok(Progress::Ended(outcome));
        }
        Ok(match stop.get() {
            Some(Stop::Unblock) => {
                self.interrupter.take_interrupt();
                let is_error = self.interrupter.unblock_requested() == Some(true);
                Progress::Ended(if is_error { Ok(Reply::error(UNBLOCKED)) } else { outcome })
            }
            Some(Stop::Pause) => Progress::Paused,
            Some(Stop::Messages) => Progress::Messages,
            Some(Stop::Close | Stop::TimeUp) | None => Progress::TimeUp,
        })
    }

    /// Returns why a wait must end now.
    pub(super) fn stop(&self, waiter: Waiter) -> Option<Stop> {
        if self.interrupter.is_closing() {
            return Some(Stop::Close);
        }
        if self.interrupter.unblock_requested().is_some() {
            return Some(Stop::Unblock);
        }
        match waiter {
            Waiter::Write => Some(Stop::TimeUp),
            Waiter::Execute { interrupts } => (self.interrupter.interrupts() != interrupts).then_some(Stop::Unblock),
            Waiter::Read { .. } if waiter.remaining() == Some(Duration::ZERO) => Some(Stop::TimeUp),
            Waiter::Read { .. } if self.interrupter.is_pause_requested() => Some(Stop::Pause),
            Waiter::Read { .. } if self.interrupter.take_interrupt() => Some(Stop::TimeUp),
            Waiter::Read { .. } => self.has_messages().then_some(Stop::Messages),
        }
    }

    /// What else ends a wait, see [`Session::messages_and_requests`]: a call that reads the stream delivers messages meanwhile.
    pub(super) fn messages_for(&self, waiter: Waiter) -> Result<Option<OwnedFd>, Error> {
        if let Waiter::Read { .. } = waiter { self.messages_and_requests() } else { Ok(None) }
    }
}

impl Waiter {
    fn deadline(self) -> Option<Instant> {
        if let Waiter::Read { deadline } = self { deadline } else { None }
    }

    pub(crate) fn remaining(self) -> Option<Duration> {
        remaining(self.deadline())
    }
}

fn is_rejected(reply: &Reply) -> bool {
    matches!(reply.root(), Value::Error(text) if is_rejected_by_replica(text))
}

/// The name of the command in a request.
fn name_of(request: &[u8]) -> Vec<u8> {
    let mut args = Args::new();
    let is_read = matches!(Commands::new(request).next(&mut args), Ok(Some(_)));
    args.first().filter(|_| is_read).map_or_else(Vec::new, |name| name.to_vec())
}
