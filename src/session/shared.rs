//! A session that several threads use. Calls that run commands have priority over calls that wait for messages.

use crate::error::Error;
use crate::resp::{Reply, pack};
use crate::session::dispatch::single_reply;
use crate::session::interrupt::Interrupter;
use crate::session::receive::{self, Wait, remaining};
use crate::session::session::{Session, check_process};
use crate::transport::clock;
use crate::transport::deadline::{self, Deadline};
use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A [`Session`] that several threads use at the same time.
///
/// One call runs at a time. [`SharedSession::execute`] and [`SharedSession::write`] never wait for messages: while a call of
/// [`SharedSession::receive`] or [`SharedSession::read`] waits for one, it does not hold the session. While it waits for a blocking command, it
/// releases the session for every other call that runs commands and then waits on. If several calls wait for the session, those that run commands
/// come first.
///
/// In a forked child all calls fail, and [`SharedSession::interrupt`] has no effect. Dropping the session there does not affect the parent.
pub struct SharedSession {
    process: u32,
    /// That of the session.
    deadline: Option<Duration>,
    interrupter: Interrupter,
    state: Mutex<State>,
    /// Signals that the session is free, to calls that run commands.
    free_for_commands: Condvar,
    /// Signals that the session is free and no call that runs commands waits, to the call that receives.
    free_for_receiver: Condvar,
    /// Signals that no call receives, to other calls that receive.
    free_turn: Condvar,
}

struct State {
    /// `None` while a call uses the session.
    session: Option<Box<Session>>,
    /// The number of calls that run commands and wait for the session.
    waiting_commands: usize,
    /// A call receives. Others wait for its end.
    is_receiving: bool,
    /// That call waits outside the session, and must be woken after a command: there may be a reply, or another connection to wait for.
    is_idle: bool,
}

/// The turn of a call that receives.
struct Turn<'a>(&'a SharedSession);

/// The session while a call uses it. Dropping it makes the session free.
struct Guard<'a> {
    shared: &'a SharedSession,
    /// `None` only while it is being dropped.
    session: Option<Box<Session>>,
    /// The call that receives goes on to wait outside the session.
    becomes_idle: bool,
}

impl SharedSession {
    /// Makes a session shareable.
    pub fn new(session: Session) -> SharedSession {
        SharedSession {
            process: std::process::id(),
            deadline: session.deadline(),
            interrupter: session.interrupter(),
            state: Mutex::new(State { session: Some(Box::new(session)), waiting_commands: 0, is_receiving: false, is_idle: false }),
            free_for_commands: Condvar::new(),
            free_for_receiver: Condvar::new(),
            free_turn: Condvar::new(),
        }
    }

    /// Runs the commands of a request; see [`Session::execute`].
    pub fn execute(&self, request: &[u8]) -> Result<Reply, Error> {
        let _call = self.deadline.map(Deadline::begin);
        self.lock_for_commands()?.execute(request)
    }

    /// Runs one command; see [`Session::command`].
    pub fn command(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        single_reply(self.execute(&pack(args))?)
    }

    /// Takes bytes of a stream of requests and runs the complete commands; see [`Session::write`].
    pub fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let _call = self.deadline.map(Deadline::begin);
        self.lock_for_commands()?.write(bytes)
    }

    /// Waits for a message; see [`Session::receive`]. The timeout includes the time in which other calls use the session.
    pub fn receive(&self, timeout: Option<Duration>) -> Result<Option<Reply>, Error> {
        self.wait(timeout, None, Session::receive_until)
    }

    /// Copies replies and messages into a buffer; see [`Session::read`]. The timeout includes the time in which other calls use the session.
    pub fn read(&self, buffer: &mut [u8], timeout: Option<Duration>) -> Result<usize, Error> {
        self.wait(timeout, 0, |session, deadline| session.read_until(buffer, deadline))
    }

    /// Ends a call that waits, as if its time were up; see [`Interrupter`]. Never waits itself.
    pub fn interrupt(&self) {
        if check_process(self.process).is_ok() {
            self.interrupter.interrupt();
        }
    }

    /// Closes the session and its connections. Calls that wait for messages or in a blocking command fail, and so do all later calls, except that
    /// the rest of the byte stream can be read. The servers end the blocking command. Has no effect on a closed session.
    ///
    /// Waits for another call only while that runs a command that does not block.
    pub fn close(&self) -> Result<(), Error> {
        check_process(self.process)?;
        self.interrupter.close();
        let mut session = self.lock_for_commands()?;
        if !session.is_closed {
            session.quit();
        }
        Ok(())
    }

    /// Runs `receive` until it is complete. Each time it pauses, the session is free for other calls. Returns `nothing` if the deadline passes
    /// while other calls use the session.
    fn wait<T>(
        &self,
        timeout: Option<Duration>,
        nothing: T,
        mut receive: impl FnMut(&mut Session, Option<Instant>) -> Result<Wait<T>, Error>,
    ) -> Result<T, Error> {
        let deadline = receive::deadline(timeout);
        let Some(_turn) = self.take_turn(deadline)? else { return Ok(nothing) };
        loop {
            let Some(mut session) = self.lock_for_receiving(deadline)? else { return Ok(nothing) };
            match receive(&mut session, deadline)? {
                Wait::Complete(result) => return Ok(result),
                Wait::Paused => {}
                Wait::Idle(idle) => {
                    session.becomes_idle = true;
                    drop(session);
                    idle.wait(deadline)?;
                }
            }
        }
    }

    /// Waits until no other call receives; `None` at the deadline.
    fn take_turn(&self, deadline: Option<Instant>) -> Result<Option<Turn<'_>>, Error> {
        check_process(self.process)?;
        let mut state = self.state();
        while state.is_receiving {
            state = match wait_until(&self.free_turn, state, deadline) {
                Some(state) => state,
                None => return Ok(None),
            };
        }
        state.is_receiving = true;
        Ok(Some(Turn(self)))
    }

    /// Waits for the session, at most until the deadline of the call. A call that receives pauses.
    fn lock_for_commands(&self) -> Result<Guard<'_>, Error> {
        check_process(self.process)?;
        let mut state = self.state();
        state.waiting_commands += 1;
        let session = loop {
            if let Some(session) = state.session.take() {
                break session;
            }
            self.interrupter.request_pause();
            let left = clock::remaining(deadline::deadline());
            if left == Some(Duration::ZERO) {
                state.waiting_commands -= 1;
                // The session may have become free for this call, which does not take it.
                self.pass_on(&state);
                return Err(deadline::exceeded("waiting for another call of the session"));
            }
            state = match left {
                Some(left) => self.free_for_commands.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.free_for_commands.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        };
        state.waiting_commands -= 1;
        Ok(Guard { shared: self, session: Some(session), becomes_idle: false })
    }

    /// Waits for the session until a deadline, which gives `None`.
    fn lock_for_receiving(&self, deadline: Option<Instant>) -> Result<Option<Guard<'_>>, Error> {
        check_process(self.process)?;
        let mut state = self.state();
        state.is_idle = false;
        loop {
            if state.waiting_commands == 0
                && let Some(session) = state.session.take()
            {
                // A request that is still set is of a command that has run.
                self.interrupter.clear_pause();
                return Ok(Some(Guard { shared: self, session: Some(session), becomes_idle: false }));
            }
            state = match wait_until(&self.free_for_receiver, state, deadline) {
                Some(state) => state,
                None => return Ok(None),
            };
        }
    }

    /// Wakes the call that uses the session next.
    fn pass_on(&self, state: &State) {
        match state.waiting_commands {
            0 => self.free_for_receiver.notify_one(),
            _ => self.free_for_commands.notify_one(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Session> for SharedSession {
    fn from(session: Session) -> SharedSession {
        SharedSession::new(session)
    }
}

impl Deref for Guard<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session.as_ref().expect("the session is returned on drop only")
    }
}

impl DerefMut for Guard<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("the session is returned on drop only")
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.session = self.session.take();
        self.shared.pass_on(&state);
        let wakes = std::mem::replace(&mut state.is_idle, self.becomes_idle);
        drop(state);
        if wakes {
            self.shared.interrupter.wake();
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().is_receiving = false;
        self.0.free_turn.notify_one();
    }
}

/// Waits for a signal; `None` if the deadline has passed.
fn wait_until<'s>(signal: &Condvar, state: MutexGuard<'s, State>, deadline: Option<Instant>) -> Option<MutexGuard<'s, State>> {
    match remaining(deadline) {
        Some(Duration::ZERO) => None,
        Some(left) => Some(signal.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0),
        None => Some(signal.wait(state).unwrap_or_else(PoisonError::into_inner)),
    }
}
